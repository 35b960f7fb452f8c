"""Who a person is: the patient, a relative or one of the staff."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from stages.deidentify.labels import NAMES
from stages.deidentify.names import KIN, speaker_role
from stages.records import Span

_STAFF_BEFORE = re.compile(
    r"(?i)\b(?:dr|doctor|prof|professor|nurse|attending|physician|surgeon|resident|signed|provider|seen by|"
    r"dictated by)\b[\s.:,]*(?:by\s*)?$"
)
_STAFF_AFTER = re.compile(r"\s*,?\s*(?:M\.?D\b|D\.?O\b|R\.?N\b|N\.?P\b|PA\b|PA-C\b|Ph\.?D)")
_INTRODUCED = re.compile(r"(?i)\b(?:i am|i'm|my name is)\s+$")
_KIN_BEFORE = re.compile(rf"(?i)\b{KIN}\b[\s,:(–-]*(?:is|named)?\s*$")
_WORD = re.compile(r"\w{2,}")
# What speaks for a role: a title or header much, what a sentence says of somebody next to nothing.
WEIGHTS = {"pattern": 4.0, "mention": 0.01}

Votes = dict[str, dict[str, float]]
"""Name -> role -> how much speaks for it."""


def role(text: str, span: Span) -> str:
    """The role of a person whom a model without roles has found, by the words around; PATIENT where nothing tells."""
    before, after = text[max(0, span.start - 40) : span.start], text[span.end : span.end + 12]
    if _STAFF_BEFORE.search(before) or _STAFF_AFTER.match(after):
        return "STAFF"
    if _KIN_BEFORE.search(before):
        return "RELATIVE"
    return speaker_role(text, span.start) if _INTRODUCED.search(before) else "PATIENT"


def one_role(texts: Sequence[str], spans: list[list[Span]], evidence: list[list[Span]]) -> list[list[Span]]:
    """One role for each person of the patient's records: the one that all sightings of the name tell most surely.

    A title, header or kinship word beside a name tells more than the model, and a full name more than a part of it.
    That somebody drove, registered or reported says that it is a person, and hardly which.
    """
    whole: Votes = defaultdict(lambda: defaultdict(float))
    parts: Votes = defaultdict(lambda: defaultdict(float))
    for text, found in zip(texts, evidence, strict=True):
        for span in found:
            if span.label in NAMES:
                weight = WEIGHTS.get(span.by, 1.0) * span.score
                words = _words(text, span)
                whole[" ".join(words)][span.label] += weight
                # A family name is often shared; a given name seldom is.
                for word in words if len(words) > 1 else ():
                    parts[word][span.label] += weight / len(words)
    return [
        [
            replace(span, label=_best(_words(text, span), whole, parts, span)) if span.label in NAMES else span
            for span in found
        ]
        for text, found in zip(texts, spans, strict=True)
    ]


def _best(words: list[str], whole: Votes, parts: Votes, span: Span) -> str:
    if span.by == "pattern" and len(words) == 1:
        return span.label
    votes: dict[str, float] = defaultdict(float)
    for told in (whole.get(" ".join(words)), *map(parts.get, words), *map(whole.get, words)):
        for label, weight in (told or {}).items():
            votes[label] += weight
    return max(sorted(votes), key=lambda label: votes[label]) if votes else span.label


def _words(text: str, span: Span) -> list[str]:
    return sorted(_WORD.findall(text[span.start : span.end].casefold()))
