"""Scores of de-identification against gold spans: recall and precision, leaks by document and by patient, damage.

Pure functions over texts and spans; where a gold value lies in the text that was read is found by align.py.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from stages.deidentify.known_values import evened
from stages.deidentify.labels import DIRECT, LABELS, NAMES
from stages.deidentify.layout import LAYOUTS, layout
from stages.records import Span

WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Document:
    """What is scored of one record.

    Attributes:
        text: The content as it was read.
        gold: Gold spans located in `text`.
        unlocated: How many gold spans have no place in `text`.
        values: (label, value) of all gold spans, also of those.
        found: Detected spans in `text`.
        output: The content as it flows on.
    """

    id: str
    group: str
    text: str
    gold: Sequence[Span]
    unlocated: int
    values: Sequence[tuple[str, str]]
    found: Sequence[Span]
    output: str


@dataclass(slots=True)
class Tally:
    """Sums over documents from which every score follows."""

    documents: int = 0
    words: int = 0
    gold_words: int = 0
    found_words: int = 0
    both_words: int = 0
    unlocated: int = 0
    clinical: int = 0
    damaged: int = 0
    names: int = 0
    roles: int = 0
    spans: Counter[str] = field(default_factory=Counter)
    covered: Counter[str] = field(default_factory=Counter)
    laid_out: Counter[str] = field(default_factory=Counter)
    laid_out_covered: Counter[str] = field(default_factory=Counter)
    missed_in: set[str] = field(default_factory=set)
    leaking: dict[str, str] = field(default_factory=dict)
    groups: set[str] = field(default_factory=set)

    def scores(self) -> dict[str, Any]:
        """The metrics; null where nothing was there to be judged.

        `recall`, `precision` and `f2` (van Rijsbergen's F with beta 2) are over words; `span_recall` counts a span as
        found when all its letters and digits are covered, under any label; `role_accuracy` is the share of found names
        whose role is right; `document_leak_rate` and `patient_leak_rate` are shares of documents and patients with a
        direct identifier that still stands in the output, `document_miss_rate` the share with a span not
        wholly found; `layouts` is span recall by how a span stands on the page (layout.py);
        `clinical_damage` is the share of clinical terms outside gold spans that were marked as PHI.
        """
        recall, precision = _ratio(self.both_words, self.gold_words), _ratio(self.both_words, self.found_words)
        return {
            "documents": self.documents,
            "spans": sum(self.spans.values()),
            "unlocated": self.unlocated,
            "recall": recall,
            "precision": precision,
            "f2": None if not recall or not precision else 5 * precision * recall / (4 * precision + recall),
            "span_recall": _ratio(sum(self.covered.values()), sum(self.spans.values())),
            "role_accuracy": _ratio(self.roles, self.names),
            "document_leak_rate": _ratio(len(self.leaking), self.documents),
            "patient_leak_rate": _ratio(len(set(self.leaking.values())), len(self.groups)),
            "document_miss_rate": _ratio(len(self.missed_in), self.documents),
            "clinical_damage": _ratio(self.damaged, self.clinical),
            "entities": {
                label: {"spans": self.spans[label], "span_recall": _ratio(self.covered[label], self.spans[label])}
                for label in LABELS
                if self.spans[label]
            },
            "layouts": {
                name: {
                    "spans": self.laid_out[name],
                    "span_recall": _ratio(self.laid_out_covered[name], self.laid_out[name]),
                }
                for name in LAYOUTS
                if self.laid_out[name]
            },
        }


def add(total: Tally, document: Document, is_clinical: Callable[[str], bool]) -> None:
    """Add a document to the sums; `is_clinical` tells whether a word is a clinical term."""
    gold, found = _characters(document.gold), _characters(document.found)
    total.documents += 1
    total.groups.add(document.group)
    total.unlocated += document.unlocated
    in_gold, in_found = (_marks(spans, len(document.text)) for spans in (document.gold, document.found))
    for word in WORD.finditer(document.text):
        true, said = in_gold.find(1, *word.span()) >= 0, in_found.find(1, *word.span()) >= 0
        total.words += 1
        total.gold_words += true
        total.found_words += said
        total.both_words += true and all(i in found for i in range(*word.span()) if i in gold)
        if not true and is_clinical(word.group()):
            total.clinical += 1
            total.damaged += said
    for span in document.gold:
        inside = [i for i in range(span.start, span.end) if document.text[i].isalnum()]
        whole = all(i in found for i in inside)
        total.spans[span.label] += 1
        total.covered[span.label] += whole
        total.laid_out[name := layout(document.text, span)] += 1
        total.laid_out_covered[name] += whole
        if not whole:
            total.missed_in.add(document.id)
        elif span.label in NAMES:
            total.names += 1
            total.roles += all(found[i] == span.label for i in inside)
    forms = [*document.values, *((span.label, document.text[span.start : span.end]) for span in document.gold)]
    if any(leaked(value, label, document.output) for label, value in forms):
        total.leaking[document.id] = document.group


def leaked(value: str, label: str, output: str) -> bool:
    """Whether a gold value of a direct identifier still stands in an output as words of their own.

    Case counts for words (a patient named Long is not a long history), not for numbers; white space is as good as any.
    """
    words = WORD.findall(value)
    if label not in DIRECT or not words or len("".join(words)) < 2:
        return False
    flags = re.IGNORECASE if any(map(str.isdigit, value)) else 0
    # Only what stands there piece by piece is worth an expression.
    text, pieces = (evened(output), evened(value).split()) if flags else (output, value.split())
    if not all(piece in text for piece in pieces):
        return False
    pattern = r"\s+".join(map(re.escape, value.split()))
    return bool(re.search(rf"(?<![^\W_]){pattern}(?![^\W_])", output, flags))


def _characters(spans: Iterable[Span]) -> Mapping[int, str]:
    return {at: span.label for span in spans for at in range(span.start, span.end)}


def _marks(spans: Iterable[Span], length: int) -> bytearray:
    """Of each character of a text, 1 where it lies in a span."""
    marks = bytearray(length)
    for span in spans:
        marks[span.start : span.end] = b"\1" * (span.end - span.start)
    return marks


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None
