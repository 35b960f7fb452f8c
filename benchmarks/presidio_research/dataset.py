"""The public set of presidio-research (MIT): sentences made from templates, with 17 types of annotated values.

It declares no test part, so one is drawn here: by template, never by sentence, because sentences of one template differ
in their values alone. Templates whose masked sentences read the same count as one. Whoever works on the recognizers
reads the development part only.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stages.deidentify.labels import NAMES
from stages.records import Span

FILE = "data/synth_dataset_v2.json"
SAFE_AGE = 89  # years up to which the Safe Harbor method lets an age stand

# Their type -> our labels. A title names nobody, and nationality, religion and politics are none of the identifiers of
# the Safe Harbor method (45 CFR 164.514(b)(2)); neither is sought here.
OURS: Mapping[str, tuple[str, ...]] = {
    "PERSON": NAMES,
    "STREET_ADDRESS": ("LOCATION",),
    "GPE": ("LOCATION",),
    "ZIP_CODE": ("LOCATION",),
    "ORGANIZATION": ("ORGANIZATION",),
    "DATE_TIME": ("DATE",),
    "AGE": ("AGE",),
    "PHONE_NUMBER": ("PHONE", "FAX"),
    "EMAIL_ADDRESS": ("EMAIL",),
    "DOMAIN_NAME": ("URL",),
    "IP_ADDRESS": ("IP",),
    "CREDIT_CARD": ("ACCOUNT",),
    "IBAN_CODE": ("ACCOUNT",),
    "US_SSN": ("SSN",),
    "US_DRIVER_LICENSE": ("LICENSE",),
    "TITLE": (),
    "NRP": (),
}
# Our label -> their types, and Presidio's entity -> our label (the first of those that mean one kind).
THEIRS: Mapping[str, tuple[str, ...]] = {
    label: tuple(theirs for theirs, ours in OURS.items() if label in ours)
    for label in sorted({label for ours in OURS.values() for label in ours})
}
PRESIDIO: Mapping[str, str] = {
    "PERSON": "PATIENT",
    "DATE_TIME": "DATE",
    "EMAIL_ADDRESS": "EMAIL",
    "IP_ADDRESS": "IP",
    "PHONE_NUMBER": "PHONE",
    "CREDIT_CARD": "ACCOUNT",
    "IBAN_CODE": "ACCOUNT",
    "US_BANK_NUMBER": "ACCOUNT",
    "CRYPTO": "ACCOUNT",
    "US_SSN": "SSN",
    "US_ITIN": "SSN",
    "US_DRIVER_LICENSE": "LICENSE",
    "US_PASSPORT": "LICENSE",
    "MEDICAL_LICENSE": "LICENSE",
    "LOCATION": "LOCATION",
    "ORGANIZATION": "ORGANIZATION",
    "AGE": "AGE",
    "URL": "URL",
}

# Templates that were read while the reader was written.
_READ = frozenset({41, 58, 87, 106, 118})


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the set.

    Attributes:
        template: What it was made from; the unit of splitting and of resampling.
        spans: Annotated values in order, each with their type as its label.
    """

    template: str
    part: str
    text: str
    spans: tuple[Span, ...]


def read(path: Path) -> list[Sentence]:
    """All sentences of a file; raises `FileNotFoundError` and `ValueError` naming file, record and key."""
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such file; it is {FILE} of the repository presidio-research")
    try:
        records = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise ValueError(f"{path}: line {error.lineno}: no JSON") from None
    if not isinstance(records, list):
        raise ValueError(f"{path}: expected a list of records")
    read_before = {
        _template(record["masked"])
        for record in records
        if isinstance(record, dict) and isinstance(record.get("masked"), str) and _was_read(record.get("template_id"))
    }
    return [_sentence(record, f"{path}: record {number}", read_before) for number, record in enumerate(records)]


def is_judged(span: Span, text: str) -> bool:
    """Whether a value is an identifier by its type and, of ages, by its years."""
    if span.label == "AGE":
        years = re.search(r"\d+", text[span.start : span.end])
        return bool(years) and int(years.group()) > SAFE_AGE  # type: ignore[union-attr]
    return bool(OURS[span.label])


def kind(label: str) -> str:
    """What both systems can be held to: our label, with one kind for names and one for numbers that one can call."""
    return "PERSON" if label in NAMES else "PHONE" if label == "FAX" else label


def of_presidio(entity: str) -> str:
    """Our label for an entity of Presidio; OTHER_ID for national numbers of which the set has none."""
    return PRESIDIO.get(entity, "OTHER_ID")


def _sentence(record: Any, where: str, read_before: set[str]) -> Sentence:
    if not isinstance(record, dict):
        raise ValueError(f"{where}: expected an object")
    text, masked = (_typed(record, key, str, where) for key in ("full_text", "masked"))
    spans = [_span(span, f"{where}: spans[{at}]", text) for at, span in enumerate(_typed(record, "spans", list, where))]
    template = _template(masked)
    return Sentence(template, _part(template, read_before), text, tuple(sorted(spans, key=lambda span: span.start)))


def _span(plain: Any, where: str, text: str) -> Span:
    if not isinstance(plain, dict):
        raise ValueError(f"{where}: expected an object")
    label = _typed(plain, "entity_type", str, where)
    if label not in OURS:
        raise ValueError(f"{where}.entity_type: {label}: expected one of {', '.join(OURS)}")
    start, end = (_typed(plain, key, int, where) for key in ("start_position", "end_position"))
    if not 0 <= start < end <= len(text) or text[start:end] != _typed(plain, "entity_value", str, where):
        raise ValueError(f"{where}: start_position and end_position do not hold entity_value in full_text")
    return Span(start, end, label)


def _typed(plain: Mapping[str, Any], key: str, kind: type, where: str) -> Any:
    value = plain.get(key)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise ValueError(f"{where}.{key}: expected {kind.__name__}, found {type(value).__name__}")
    return value


def _was_read(template: Any) -> bool:
    return isinstance(template, int) and template in _READ


def _template(masked: str) -> str:
    """A name for all masked sentences that read the same but for case, punctuation and white space."""
    return hashlib.sha256(" ".join(re.findall(r"\w+", masked.casefold())).encode()).hexdigest()[:16]


def _part(template: str, read_before: set[str]) -> str:
    return "test" if int(template, 16) % 2 == 0 and template not in read_before else "development"


def parts(sentences: Sequence[Sentence]) -> dict[str, list[Sentence]]:
    """Sentences by part, `development` and `test`."""
    return {name: [s for s in sentences if s.part == name] for name in ("development", "test")}
