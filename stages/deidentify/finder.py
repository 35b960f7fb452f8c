"""All spans of PHI in the texts of one patient: model, patterns and known identifiers, joined by union."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from stages.deidentify.dates import MONTHS
from stages.deidentify.known import Known, folded
from stages.deidentify.labels import NAMES
from stages.deidentify.medicine import Medicine
from stages.deidentify.names import KIN, NO_NAMES, bare, speaker_role
from stages.deidentify.spans import resolved, trimmed
from stages.params.deidentify import Deidentify
from stages.records import Span

_DATELIKE = re.compile(r"\d\s*[-/.]\s*\d|(?:18|19|20)\d\d|\d(?:st|nd|rd|th)\b|\b(?:" + "|".join(m[:3] for m in MONTHS) + r")", re.IGNORECASE)
_DURATION = re.compile(
    r"\b(?:days?|weeks?|months?|years?|hours?|minutes?|mins?|hrs?|wks?|yrs?|daily|weekly|monthly|nightly|ago|times?|doses?|o'?clock|a\.?m\.?|p\.?m\.?)\b", re.IGNORECASE
)
_OLD = re.compile(r"\b(?:9\d|1[0-2]\d)\b|ninet|hundred|centenarian|nonagenarian|90", re.IGNORECASE)
_STAFF_BEFORE = re.compile(r"(?i)\b(?:dr|doctor|prof|professor|nurse|attending|physician|surgeon|resident|signed|provider|seen by|dictated by)\b[\s.:,]*(?:by\s*)?$")
_STAFF_AFTER = re.compile(r"\s*,?\s*(?:M\.?D\b|D\.?O\b|R\.?N\b|N\.?P\b|PA\b|PA-C\b|Ph\.?D)")
_KIN_BEFORE = re.compile(rf"(?i)\b{KIN}\b[\s,:(–-]*(?:is|named)?\s*$")


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in the texts of one patient.

    Attributes:
        spans: Of each text, in order and without overlap.
        parts: Parts of names, folded, that must not stand alone in capitals anywhere.
    """

    spans: list[list[Span]]
    parts: frozenset[str]


class Finder:
    """Joins what the analyzer finds with what is known of the patient."""

    def __init__(self, params: Deidentify) -> None:
        from stages.deidentify.analyzer import Analyzer

        self._thresholds: Mapping[str, float] = params.thresholds
        self._medicine = Medicine.read(params.terms)
        self._analyzer = Analyzer(params.engine)

    def find(self, texts: Sequence[str]) -> Found:
        """Search all texts of one patient."""
        raw = self._analyzer.spans(texts)
        first = [self._refined(text, spans) for text, spans in zip(texts, raw, strict=True)]
        known = Known.gathered(texts, first, self._medicine)
        whole = []
        for text, spans in zip(texts, first, strict=True):
            again = [span for span in known.search(text) if not self._is_medicine(text, span)]
            whole.append(joined(text, resolved(text, [*spans, *again])))
        parts = {part for part in known.parts if not self._medicine.is_eponym(part) and not self._medicine.is_term(part)}
        return Found(_one_role(texts, whole), frozenset(parts))

    def _refined(self, text: str, spans: Sequence[Span]) -> list[Span]:
        """The spans that are sure enough, trimmed to the identifier, each with one of our labels."""
        kept = []
        for span in spans:
            label = role(text, span) if span.label == "PERSON" else span.label
            least = self._thresholds.get(label, self._thresholds.get("default", 0.0))
            if span.score < least:
                continue
            if piece := self._tidied(text, replace(span, label=label)):
                kept.append(piece)
        return kept

    def _tidied(self, text: str, span: Span) -> Span | None:
        piece = trimmed(text, span)
        if piece and piece.label in NAMES:
            piece = bare(text, piece)
            piece = trimmed(text, piece) if piece else None
            return None if piece is None or self._is_no_name(text, piece) else piece
        if piece and piece.by == "ner" and not _plausible(text[piece.start : piece.end], piece.label):
            return None
        if piece and piece.by == "ner" and self._is_medicine(text, piece):
            return None
        return piece

    def _is_no_name(self, text: str, span: Span) -> bool:
        value = text[span.start : span.end]
        words = re.findall(r"[^\W\d_]+", value)
        if not words or (span.by == "ner" and all(word.casefold() in NO_NAMES for word in words)):
            return True
        if span.by == "pattern" and span.score >= 0.85 and not self._medicine.is_term(value):
            return False
        return self._is_medicine(text, span)

    def _is_medicine(self, text: str, span: Span) -> bool:
        return (*NAMES, "LOCATION", "ORGANIZATION").count(span.label) > 0 and self._medicine.stands_at(text, span.start, span.end)


def role(text: str, span: Span) -> str:
    """The role of a person whom a model without roles has found, by the words around; PATIENT where nothing tells."""
    before, after = text[max(0, span.start - 40) : span.start], text[span.end : span.end + 12]
    if _STAFF_BEFORE.search(before) or _STAFF_AFTER.match(after):
        return "STAFF"
    if _KIN_BEFORE.search(before):
        return "RELATIVE"
    return speaker_role(text, span.start) if re.search(r"(?i)\b(?:i am|i'm|my name is)\s+$", before) else "PATIENT"


def joined(text: str, spans: Sequence[Span]) -> list[Span]:
    """Neighbouring parts of one name as one span: "Kwame" "Osei" and "Osei" "," "Kwame" of the same role."""
    whole: list[Span] = []
    for span in spans:
        last = whole[-1] if whole else None
        if last and last.label == span.label and last.label in NAMES:
            between = text[last.end : span.start]
            one_word = len(text[last.start : last.end].split()) == 1
            if re.fullmatch(r"[ \t]+(?:[A-Z]\.?[ \t]+)?|[ \t]?\n[ \t]?|-", between) or (one_word and re.fullmatch(r",[ \t\n]?", between)):
                whole[-1] = replace(last, end=span.end, score=max(last.score, span.score))
                continue
        whole.append(span)
    return whole


def _plausible(value: str, label: str) -> bool:
    """Whether a value that the model marked can be what it says: durations, small ages and lone words are none."""
    if label == "DATE":
        return bool(_DATELIKE.search(value)) and not (_DURATION.search(value) and not re.search(r"[a-z]{3}[^\n]*\d{4}|\d/\d", value))
    if label == "AGE":
        return bool(_OLD.search(value))
    return len(folded(value)) >= 2 and not (label not in ("LOCATION", "ORGANIZATION") and not any(map(str.isdigit, value)) and len(value) < 4)


def _one_role(texts: Sequence[str], spans: list[list[Span]]) -> list[list[Span]]:
    """One role for each full name of the patient's records: the one that its occurrences tell with most confidence."""
    votes: dict[str, dict[str, float]] = {}
    for text, found in zip(texts, spans, strict=True):
        for span in found:
            if span.label in NAMES and len(text[span.start : span.end].split()) > 1:
                roles = votes.setdefault(_key(text, span), {})
                roles[span.label] = roles.get(span.label, 0.0) + span.score
    best = {name: max(sorted(roles), key=lambda label: roles[label]) for name, roles in votes.items()}
    return [
        [replace(s, label=best.get(_key(text, s), s.label)) if s.label in NAMES else s for s in found]
        for text, found in zip(texts, spans, strict=True)
    ]


def _key(text: str, span: Span) -> str:
    return " ".join(sorted(re.findall(r"\w{2,}", text[span.start : span.end].casefold())))
