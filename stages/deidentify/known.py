"""Known identifiers: what was found with confidence anywhere in a patient's records is searched again in all of them.

The cheapest road to high recall on the identifiers that matter (CRATE, BMC Med Inform Decis Mak 2017, 17:50: 0.999 on
known identifiers). Variants: any case, single parts of a name, either order, one typo or OCR confusion, other separators.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache

from stages.deidentify.labels import ADDRESSES, NAMES, NUMBERS, PLACES
from stages.deidentify.medicine import Medicine
from stages.deidentify.names import NO_NAMES
from stages.records import Span

SURE = 0.85
PARTICLES = frozenset("van der den de la del della di da dos das du von zu bin ibn al el le st ten ter mac mc and of".split())
_CONFUSED = {"0": "[0OoQ]", "1": "[1lI|i]", "5": "[5Ss]", "8": "[8B]", "2": "[2Zz]", "6": "[6Gb]"}


@dataclass(frozen=True, slots=True)
class _Sighting:
    """One place where a part of a name was seen."""

    label: str
    score: float
    capital: bool
    beside_another: bool


@dataclass(slots=True)
class Known:
    """What is known of one patient.

    Attributes:
        parts: Part of a name, folded -> (label, whether it may stand in any case).
        values: Other identifier, letters and digits folded -> label; with the expression that finds it.
        initials: Initials of the patient and the relatives -> label.
    """

    parts: dict[str, tuple[str, bool]] = field(default_factory=dict)
    values: dict[str, tuple[str, str]] = field(default_factory=dict)
    initials: dict[str, str] = field(default_factory=dict)

    @classmethod
    def gathered(cls, texts: Sequence[str], spans: Sequence[Sequence[Span]], medicine: Medicine) -> Known:
        """From the spans of all texts of a patient."""
        known = cls()
        names: dict[str, list[_Sighting]] = {}
        places: set[str] = set()
        for text, found in zip(texts, spans, strict=True):
            for span in found:
                value = text[span.start : span.end]
                if span.label in NAMES:
                    within = parts(value)
                    for part in within:
                        seen = _Sighting(span.label, span.score, part[:1].isupper(), len(within) > 1)
                        names.setdefault(part.casefold(), []).append(seen)
                    _add_initials(known, value, span.label)
                elif span.label in (*NUMBERS, *ADDRESSES):
                    known._add_value(value, span.label)
                elif span.label in PLACES and len(value) >= 5:
                    if span.score >= SURE:
                        places |= {word.casefold() for word in re.findall(r"[^\W\d_]{3,}", value)}
                    if not (value.islower() or medicine.is_term(value) or ordinary_words(value)):
                        known._add_value(value, span.label)
        for part, seen in sorted(names.items()):
            # What is surely a place, and a name only to the model, is a place.
            if part not in places or max(sighting.score for sighting in seen) >= SURE:
                known._add_part(part, seen, medicine)
        return known

    def search(self, text: str) -> list[Span]:
        """Spans of everything known in a text; parts of names one by one."""
        spans = self._names(text)
        if expression := _alternatives(expression for _, expression in self.values.values()):
            for match in expression.finditer(text):
                if found := self.values.get(folded(match.group())) or self._confused(match.group()):
                    spans.append(Span(match.start(), match.end(), found[0], 0.9, "known"))
        if self.initials:
            for match in re.finditer(r"(?<![\w.])(?:[A-Z]\.[ ]?){2,3}(?!\w)", text):
                if label := self.initials.get(re.sub(r"[^A-Z]", "", match.group())):
                    spans.append(Span(match.start(), match.end() - match.group().endswith(" "), label, 0.9, "known"))
        return spans

    def _names(self, text: str) -> list[Span]:
        if not self.parts:
            return []
        without_case = caseless(text)
        spans = []
        for match in re.finditer(r"[^\W_](?:[\w'’]|-(?=\w))*", text):
            word = match.group()
            bare = re.sub(r"['’]s?$", "", word)
            for part, start in _pieces(bare, match.start()):
                found = self.parts.get(part.casefold())
                if found and (found[1] or without_case or not part[:1].islower()):
                    spans.append(Span(start, start + len(part), found[0], 0.9, "known"))
                elif not found and (label := self._nearly(part, without_case)):
                    spans.append(Span(start, start + len(part), label, 0.7, "known"))
        return spans

    def _nearly(self, word: str, without_case: bool) -> str | None:
        """The label of a name that the word is one typo or one misread character away from."""
        if len(word) < 5 or not (word[:1].isupper() or without_case or any(map(str.isdigit, word))) or ordinary_words(word.casefold()):
            return None
        from rapidfuzz.distance import OSA

        plain = word.casefold()
        for part, (label, _) in self.parts.items():
            if len(part) >= 5 and abs(len(part) - len(plain)) <= 1 and OSA.distance(part, plain, score_cutoff=1) <= 1:
                return label
        return None

    def _confused(self, value: str) -> tuple[str, str] | None:
        plain = _unconfused(folded(value))
        return next((found for name, found in self.values.items() if _unconfused(name) == plain), None)

    def _add_part(self, part: str, seen: Sequence[_Sighting], medicine: Medicine) -> None:
        ordinary = ordinary_words(part) or medicine.is_term(part)
        sure = max(sighting.score for sighting in seen) >= SURE or len(seen) >= 2
        # A common word is a name where it stood beside another part of one.
        sure |= any(sighting.beside_another for sighting in seen) and not medicine.is_term(part)
        if len(part) < 2 or part in PARTICLES or part in NO_NAMES or (len(part) == 2 and not sure) or (ordinary and not sure):
            return
        votes: dict[str, float] = {}
        for sighting in seen:
            votes[sighting.label] = votes.get(sighting.label, 0.0) + sighting.score
        label = max(sorted(votes), key=lambda name: votes[name])
        capital = any(sighting.capital for sighting in seen)
        self.parts[part] = (label, not ordinary and len(part) > 3 or not capital)

    def _add_value(self, value: str, label: str) -> None:
        plain = folded(value)
        digits = sum(map(str.isdigit, plain))
        if len(plain) < 4 or (label in NUMBERS and digits < 3 and len(plain) < 6):
            return
        if label in NUMBERS and digits >= 4:
            joint = r"[\s./()_-]{0,2}"
            expression = joint.join(_CONFUSED.get(letter, re.escape(letter)) for letter in plain)
        else:
            expression = r"[\W_]{1,3}".join(map(re.escape, re.findall(r"[^\W_]+", value)))
        self.values.setdefault(plain, (label, expression))


def parts(name: str) -> list[str]:
    """The parts of a name that can stand alone: no initials, titles, particles or degrees."""
    words = re.findall(r"[^\W\d_](?:[\w'’]|-(?=\w))*", re.sub(r"['’]s?(?=\W|$)", "", name))
    whole = [word for word in words if len(word) > 1 and word.casefold() not in PARTICLES]
    return [*whole, *(piece for word in whole if "-" in word for piece in word.split("-") if len(piece) > 2)]


def folded(value: str) -> str:
    """Letters and digits alone, without case."""
    return "".join(filter(str.isalnum, value.casefold()))


def _pieces(word: str, start: int) -> Iterable[tuple[str, int]]:
    yield word, start
    if "-" in word:
        for match in re.finditer(r"[^-]+", word):
            yield match.group(), start + match.start()


def _add_initials(known: Known, value: str, label: str) -> None:
    ordered = " ".join(reversed(value.split(",", 1))) if "," in value else value
    words = [word for word in re.findall(r"[^\W\d_][\w'’.-]*", ordered) if word.casefold() not in PARTICLES]
    if label != "STAFF" and len(words) >= 2 and len(value) > 5:
        letters = [word[0].upper() for word in words]
        known.initials.setdefault("".join(letters), label)
        known.initials.setdefault(letters[0] + letters[-1], label)


def _alternatives(expressions: Iterable[str]) -> re.Pattern[str] | None:
    ordered = sorted(set(expressions), key=lambda expression: (-len(expression), expression))
    return re.compile(r"(?<![^\W_])(?:" + "|".join(ordered) + r")(?![^\W_])", re.IGNORECASE) if ordered else None


def _unconfused(plain: str) -> str:
    return plain.translate(str.maketrans("oqlisbzg", "00115826"))


def caseless(text: str) -> bool:
    """Whether a text is written in one case throughout, so that capitals tell nothing."""
    letters = sum(map(str.isalpha, text))
    capitals = sum(map(str.isupper, text))
    return capitals > 0.6 * letters or capitals < 0.005 * letters


def ordinary_words(word: str) -> bool:
    """Whether a word, or each word of a phrase, is common in English; many given names are."""
    return all(piece in _common_words() for piece in re.findall(r"[^\W\d_]+", word.casefold()))


@cache
def _common_words() -> frozenset[str]:
    from importlib.resources import files

    lines = files("symspellpy").joinpath("frequency_dictionary_en_82_765.txt").read_text(encoding="utf-8-sig").splitlines()
    return frozenset(line.split(" ", 1)[0] for line in lines)
