"""All spans of PHI in the texts of one patient: model, patterns and known identifiers, joined by union."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from stages.deidentify.addresses import addresses
from stages.deidentify.aloud import Written, spelled
from stages.deidentify.dates import MONTHS
from stages.deidentify.english import ordinary_words
from stages.deidentify.known import PARTICLES, SURE, Known
from stages.deidentify.known_names import VOUCHED
from stages.deidentify.known_values import folded
from stages.deidentify.labels import NAMES, PLACES
from stages.deidentify.medicine import Medicine
from stages.deidentify.mended import Mended
from stages.deidentify.names import NO_NAMES, TITLES, bare
from stages.deidentify.places import GENERIC_WORDS
from stages.deidentify.recased import caseless, is_small, recased
from stages.deidentify.roles import WEIGHTS, one_role, role
from stages.deidentify.spans import moved, resolved, trimmed
from stages.params.deidentify import Deidentify
from stages.records import Span

_DATELIKE = re.compile(
    r"\d\s*[-/.]\s*\d|(?:18|19|20)\d\d|\d(?:st|nd|rd|th)\b|\b(?:" + "|".join(m[:3] for m in MONTHS) + r")",
    re.IGNORECASE,
)
_DURATION = re.compile(
    r"\b(?:days?|weeks?|months?|years?|hours?|minutes?|mins?|hrs?|wks?|yrs?|daily|weekly|monthly|nightly|ago|"
    r"times?|doses?|o'?clock|a\.?m\.?|p\.?m\.?)\b",
    re.IGNORECASE,
)
_MEASURE_AFTER = re.compile(r"\s*(?:bpm|mmhg|%|kg|lbs?\b|mg|mm\b|cm\b|/\d|beats)", re.IGNORECASE)
# A dose in words, as it is dictated.
_DOSE = re.compile(r"\b(?:milligrams?|micrograms?|grams?|milliliters?|units?|puffs?|tablets?)\b", re.IGNORECASE)
_OLD = re.compile(r"\b(?:9\d|1[0-2]\d)\b|ninet|hundred|centenarian|nonagenarian|90", re.IGNORECASE)
_GIVEN_BEFORE = re.compile(r"(?<![\w-])(?P<given>[^\W\d_a-z][^\W\d_]{2,})[ \t]+(?:[A-Z]\.[ \t]+)?$")
_WORD = re.compile(r"[^\W\d_]+")
_GREETED = re.compile(r"([^\W\d_]+)[\s,]+(?=\w)")
_VOWEL = re.compile(r"[AEIOUYÀ-Þ]")
_WHOLE_DATE = re.compile(r"[a-z]{3}[^\n]*\d{4}|\d/\d", re.IGNORECASE)
_MAY_BE_MEDICINE = frozenset((*NAMES, *PLACES))


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in the texts of one patient.

    Attributes:
        spans: Of each text, in order and without overlap.
        parts: Parts of names, folded, that must not stand alone in capitals anywhere.
        values: Other identifiers, folded, that must not stand anywhere.
        by_model: Spans that the model marked, of any score.
        named: Names that patterns found, by titles and headers.
    """

    spans: list[list[Span]]
    parts: frozenset[str]
    values: frozenset[str]
    by_model: int = 0
    named: int = 0


# What stands between two parts of one name: white space with an initial or particles, or a hyphen.
_BETWEEN = re.compile(
    rf"[ \t]+(?:[A-Z]\.?[ \t]+)?(?:(?:{'|'.join(sorted(PARTICLES))})[ \t]+)*|[ \t]?\n[ \t]?|-", re.IGNORECASE
)


class Finder:
    """Joins what the analyzer finds with what is known of the patient."""

    def __init__(self, params: Deidentify) -> None:
        from stages.deidentify.analyzer import Analyzer

        self._thresholds: Mapping[str, float] = params.thresholds
        self._medicine = Medicine.read(params.terms)
        self._analyzer = Analyzer(params.engine)

    def find(self, texts: Sequence[str], told: Sequence[tuple[str, str]] = ()) -> Found:
        """Search all texts of one patient, of whom (label, value) of some identifiers may be `told` beforehand."""
        mended = [Mended.of(text, self._medicine.is_term) for text in texts]
        originals, texts = texts, [self.legible(one.text) for one in mended]
        raw = self._analyzer.spans(texts)
        first = [self._refined(text, spans, self._thresholds) for text, spans in zip(texts, raw, strict=True)]
        for spans, more in zip(first, self._as_it_stands(originals, mended), strict=True):
            spans += [span for span in more if not any(span.start < s.end and s.start < span.end for s in spans)]
        letters = [one for text, spans in zip(texts, first, strict=True) for one in spelled(text, spans)]
        beside = [*letters, *((value, Span(0, len(value), label, 1.0, "declared")) for label, value in told)]
        known = Known.gathered(
            [*texts, *(name for name, _ in beside)], [*first, *([span] for _, span in beside)], self._medicine
        )
        whole = []
        for original, one, text, spans in zip(originals, mended, texts, first, strict=True):
            is_covered = _covered_by([span for span in spans if span.label in NAMES])
            written = Written.of(text)
            sighted = [*known.search(text), *written.sought(known.search)]
            # Where nothing has capitals, those put in say nothing of a name that is a common word.
            sighted += known.search(one.text) if text != one.text else ()
            sighted += one.laid_on(known.search(original)) if one.doubts else ()
            again = [s for s in sighted if not is_covered(s) and not self._is_medicine_again(text, s)]
            wider = [self._with_given_name(text, span) for span in (*spans, *again)]
            whole.append(joined(text, resolved(text, wider)))
        parts = {
            part
            for part, found in known.parts.items()
            if not (found.nickname or self._medicine.is_eponym(part) or self._medicine.is_term(part))
        }
        marked = [span for found in raw for span in found]
        return Found(
            [
                list(one.laid_back(spans)) if one.is_changed else spans
                for one, spans in zip(mended, one_role(texts, whole, first), strict=True)
            ],
            frozenset(parts),
            frozenset(known.values),
            by_model=sum(span.by == "ner" for span in marked),
            named=sum(span.by in WEIGHTS and span.label in NAMES for span in marked),
        )

    def candidates(self, texts: Sequence[str]) -> list[list[Span]]:
        """What model and patterns find in each text, of every score, before known identifiers are searched."""
        mended = [Mended.of(text, self._medicine.is_term) for text in texts]
        texts = [self.legible(one.text) for one in mended]
        return [
            list(one.laid_back(self._refined(text, spans, {})))
            for one, text, spans in zip(mended, texts, self._analyzer.spans(texts), strict=True)
        ]

    def legible(self, text: str) -> str:
        """The text as it is searched: one without capitals has them where names may stand, all in the same places."""
        return recased(text, self._medicine.is_term) if is_small(text) else text

    def _as_it_stands(self, texts: Sequence[str], mended: Sequence[Mended]) -> list[list[Span]]:
        """What each text tells of its broken words that may be two, read line by line with the break in them."""
        doubts = [(at, doubt) for at, one in enumerate(mended) for doubt in one.doubts]
        lines = [self.legible(texts[at][doubt.first : doubt.last]) for at, doubt in doubts]
        found: list[list[Span]] = [[] for _ in texts]
        for (at, doubt), line, raw in zip(doubts, lines, self._analyzer.spans(lines) if lines else (), strict=True):
            spans = self._refined(line, raw, self._thresholds)
            placed = [moved(span, doubt.first + span.start, doubt.first + span.end) for span in spans]
            found[at] += mended[at].laid_on(s for s in placed if s.start < doubt.end and doubt.start < s.end)
        return found

    def _refined(self, text: str, spans: Sequence[Span], thresholds: Mapping[str, float]) -> list[Span]:
        """The spans that are sure enough, trimmed to the identifier, each with one of our labels."""
        kept = self._sure(text, spans, thresholds)
        return [*kept, *self._sure(text, addresses(text, kept), thresholds)]

    def _sure(self, text: str, spans: Iterable[Span], thresholds: Mapping[str, float]) -> list[Span]:
        kept = []
        for span in spans:
            label = role(text, span) if span.label == "PERSON" else span.label
            least = thresholds.get(label, thresholds.get("default", 0.0))
            if span.score < least:
                continue
            if piece := self._tidied(text, span if label == span.label else replace(span, label=label)):
                kept.append(piece)
        return kept

    def _tidied(self, text: str, span: Span) -> Span | None:
        piece = trimmed(text, span)
        if piece and piece.label in NAMES:
            piece = bare(text, _without_greeting(text, piece) if piece.by == "ner" else piece)
            piece = trimmed(text, piece) if piece else None
            return None if piece is None or self._is_no_name(text, piece) else piece
        if piece and piece.by == "ner" and not _plausible(text, piece):
            return None
        if piece and piece.by == "ner" and self._is_medicine(text, piece):
            return None
        return piece

    def _is_no_name(self, text: str, span: Span) -> bool:
        value = text[span.start : span.end]
        words = _WORD.findall(value)
        if not words or (span.by == "ner" and all(word.casefold() in NO_NAMES for word in words)):
            return True
        if span.by == "ner" and _DOSE.search(value):
            return True
        if span.by == "ner" and len(words) == 1 and value.isupper() and not _VOWEL.search(value):
            return True
        if span.by == "ner" and (sum(map(str.isdigit, value)) > 1 or _small_words(text, value)):
            return True
        if span.by == "pattern" and span.score >= SURE:
            return False
        return self._is_medicine(text, span)

    def _with_given_name(self, text: str, span: Span) -> Span:
        """A known family name with the unknown name before it, as in "Priscila X. Novak" where only Novak is known."""
        before = _GIVEN_BEFORE.search(text, max(0, span.start - 30), span.start) if span.label in NAMES else None
        if before is None or before["given"].casefold() in NO_NAMES or ordinary_words(before["given"]):
            return span
        if self._medicine.stands_at(text, before.start("given"), before.end("given")):
            return span
        return replace(span, start=before.start("given"))

    def _is_medicine_again(self, text: str, span: Span) -> bool:
        # Dr. Foley's name is sought again, and a patient's called Iris; a Foley catheter stays what it is.
        if span.score >= VOUCHED:
            return self._medicine.names_a_finding(text, span.start, span.end)
        return self._is_medicine(text, span)

    def _is_medicine(self, text: str, span: Span) -> bool:
        return span.label in _MAY_BE_MEDICINE and self._medicine.stands_at(text, span.start, span.end)


def joined(text: str, spans: Sequence[Span]) -> list[Span]:
    """Neighbouring parts of one name as one span: "Kwame" "Osei" and "Osei" "," "Kwame" of the same role."""
    whole: list[Span] = []
    for span in spans:
        last = whole[-1] if whole else None
        if last and last.label == span.label and last.label in NAMES:
            between = text[last.end : span.start]
            one_word = len(text[last.start : last.end].split()) == 1
            if _BETWEEN.fullmatch(between) or (one_word and re.fullmatch(r",[ \t\n]?", between)):
                whole[-1] = replace(last, end=span.end, score=max(last.score, span.score))
                continue
        whole.append(span)
    return whole


def _covered_by(names: Sequence[Span]) -> Callable[[Span], bool]:
    """Whether a part of a name lies in a longer name that was found, which knows its role better."""
    ordered = sorted(names, key=_start)
    starts, reached = list(map(_start, ordered)), list(accumulate((name.end for name in ordered), max))

    def is_covered(span: Span) -> bool:
        before = bisect_right(starts, span.start) if span.label in NAMES else 0
        return before > 0 and reached[before - 1] >= span.end

    return is_covered


def _start(span: Span) -> int:
    return span.start


def _without_greeting(text: str, span: Span) -> Span:
    """The span without words before the name that are never one, as in "Thanks, Ama"."""
    start = span.start
    while (word := _GREETED.match(text, start, span.end)) and word[1].casefold() in NO_NAMES:
        start = word.end()
    return moved(span, start, span.end)


def _plausible(text: str, span: Span) -> bool:
    """Whether what the model marked can be what it says: durations, small ages and words alone are none."""
    value = text[span.start : span.end]
    if span.label == "DATE":
        return bool(_DATELIKE.search(value)) and not (_DURATION.search(value) and not _WHOLE_DATE.search(value))
    if span.label == "AGE":
        return bool(_OLD.search(value)) and not _MEASURE_AFTER.match(text, span.end)
    if span.label in PLACES:
        if _DOSE.search(value):
            return False
        words = _WORD.findall(value.casefold())
        if words and all(word in NO_NAMES or word in TITLES or word in GENERIC_WORDS for word in words):
            return False
        return len(folded(value)) >= 2 and not _small_words(text, value)
    if span.label in ("EMAIL", "URL"):
        return bool(re.search(r"[@./\d]", value))
    if span.label == "IP":
        return bool(re.search(r"[.:]", value))
    if span.label in ("PHONE", "FAX", "SSN") and sum(map(str.isdigit, value)) < 3:
        return False
    # Of a number's letters and digits a good part are digits.
    return 3 * sum(map(str.isdigit, value)) >= len(folded(value))


def _small_words(text: str, value: str) -> bool:
    """Whether a value is common words in small letters, in a text that knows capitals."""
    return value.islower() and ordinary_words(value) and not caseless(text)
