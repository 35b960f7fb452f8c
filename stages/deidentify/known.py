"""Known identifiers: what was found with confidence anywhere in a patient's records is searched again in all of them.

The cheapest road to high recall on the identifiers that matter (CRATE, BMC Med Inform Decis Mak 2017, 17:50: 0.999
on known identifiers). Variants: any case, single parts of a name, either order, one typo or OCR confusion, separators,
initials, nicknames, broken over lines, glued to a neighbour (variants.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from stages.deidentify.dates import MONTHS
from stages.deidentify.english import frequent
from stages.deidentify.labels import ADDRESSES, NAMES, NUMBERS, PLACES
from stages.deidentify.medicine import Medicine
from stages.deidentify.names import NO_NAMES
from stages.deidentify.places import GENERIC_WORDS
from stages.deidentify.variants import legible, nicknames, rejoined, unglued
from stages.records import Span

SURE = 0.85  # what a title tells
VOUCHED = 0.95
HEADER = 0.84  # what a header of a form tells
PARTICLES = frozenset(
    (
        "al", "and", "bin", "da", "das", "de", "del", "della", "den", "der", "di", "dos", "du", "el", "ibn", "la",
        "le", "mac", "mc", "of", "st", "ten", "ter", "van", "von", "zu",
    )
)  # fmt: skip
_WORD = re.compile(r"[^\W_](?:[\w'’]|-(?=\w))*")
_LETTERS = re.compile(r"[^\W\d_]+")
_POSSESSIVE = re.compile(r"['’]s?$")
_UNCONFUSED = str.maketrans("oqlisbzg", "00115826")
_CONFUSED = {"0": "[0OoQ]", "1": "[1lI|i]", "5": "[5Ss]", "8": "[8B]", "2": "[2Zz]", "6": "[6Gb]"}


@dataclass(frozen=True, slots=True)
class _Sighting:
    """One place where a part of a name was seen."""

    label: str
    score: float
    capital: bool
    beside_another: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a name: its label, whether it is sought in any case, and whether a title or header vouched for it.

    A nickname was never seen: it follows from a name that was.
    """

    label: str
    any_case: bool
    vouched: bool
    nickname: bool = False


@dataclass(slots=True)
class Known:
    """What is known of one patient.

    Attributes:
        parts: Part of a name, folded -> how it is sought.
        values: Other identifier, letters and digits folded -> label; with the expression that finds it.
        initials: Initials of the patient and the relatives -> label.
        is_term: Whether a word is one of medicine, which no variant of a name may be.
    """

    parts: dict[str, Part] = field(default_factory=dict)
    values: dict[str, tuple[str, str]] = field(default_factory=dict)
    initials: dict[str, str] = field(default_factory=dict)
    is_term: Callable[[str], bool] = lambda _: False

    @classmethod
    def gathered(cls, texts: Sequence[str], spans: Sequence[Sequence[Span]], medicine: Medicine) -> Known:
        """From the spans of all texts of a patient."""
        known = cls(is_term=medicine.is_term)
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
                    known._add_whole_name(value, span.label)
                elif span.label in (*NUMBERS, *ADDRESSES):
                    known._add_value(value, span.label)
                elif span.label in PLACES and len(value) >= 5:
                    if span.score >= SURE:
                        places |= {word.casefold() for word in re.findall(r"[^\W\d_]{3,}", value)}
                    if not (value.islower() or medicine.is_term(value) or ordinary_words(value)):
                        known._add_value(value, span.label)
                elif span.label == "DATE":
                    known._add_date(value)
        for part, sightings in sorted(names.items()):
            # What is surely a place, and a name only to the model, is a place.
            if part not in places or max(sighting.score for sighting in sightings) >= HEADER:
                known._add_part(part, sightings, medicine)
        known._add_nicknames()
        return known

    def search(self, text: str) -> list[Span]:
        """Spans of everything known in a text; parts of names one by one."""
        spans = self._names(text)
        if expression := _alternatives(expression for _, expression in self.values.values()):
            # The first of those that read alike stands for them.
            confused = {_unconfused(name): found for name, found in reversed(self.values.items())}
            for match in expression.finditer(text):
                if match.group().isalpha() and ordinary_words(match.group()):
                    continue
                plain = folded(match.group())
                if found := self.values.get(plain) or confused.get(_unconfused(plain)):
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
        nearly: dict[str, str | None] = {}
        spans = []
        for match in _WORD.finditer(text):
            for part, start in _pieces(_POSSESSIVE.sub("", match.group()), match.start()):
                found = self.parts.get(part.casefold())
                if found and found.nickname and not _is_nickname(text, start, part, without_case):
                    continue
                if found and (found.any_case or without_case or not part[:1].islower()):
                    if not (part.casefold() in MONTHS and _is_month(text, start, start + len(part))):
                        spans.append(
                            Span(start, start + len(part), found.label, VOUCHED if found.vouched else 0.9, "known")
                        )
                elif not found:
                    if part not in nearly:
                        nearly[part] = self._nearly(part, without_case)
                    if label := nearly[part]:
                        spans.append(Span(start, start + len(part), label, 0.7, "known"))
        for word, start, end in rejoined(text):
            found = self.parts.get(word.casefold())
            if found and not found.nickname and (found.any_case or without_case or not word[:1].islower()):
                spans.append(Span(start, end, found.label, 0.9, "known"))
        return spans

    def _nearly(self, word: str, without_case: bool) -> str | None:
        """The label of a name that the word is one typo or one misread character away from."""
        figures = any(map(str.isdigit, word))
        if (
            len(word) < (4 if figures else 5)
            or word.isdigit()
            or not (word[:1].isupper() or without_case or figures)
            or ordinary_words(word.casefold())
            or self.is_term(word)
        ):
            return None
        from rapidfuzz.distance import OSA

        plain, read = word.casefold(), legible(word)
        for part, found in self.parts.items():
            if len(part) < 4 or found.nickname or abs(len(part) - len(plain)) > 2:
                continue
            if legible(part) == read or (
                min(len(part), len(word)) > 4 and OSA.distance(part, plain, score_cutoff=1) <= 1
            ):
                return found.label
        return None

    def _add_part(self, part: str, seen: Sequence[_Sighting], medicine: Medicine) -> None:
        ordinary = ordinary_words(part) or medicine.is_term(part)
        sure = max(sighting.score for sighting in seen) >= HEADER or len(seen) >= 2
        # A common word is a name where it stood beside another part of one.
        sure |= any(sighting.beside_another for sighting in seen) and not medicine.is_term(part)
        vouched = max(sighting.score for sighting in seen) >= HEADER
        if part in NO_NAMES and not (vouched and part in MONTHS):
            return
        if len(part) < 2 or part in PARTICLES or (len(part) == 2 and not sure) or (ordinary and not sure):
            return
        votes: dict[str, float] = {}
        for sighting in seen:
            votes[sighting.label] = votes.get(sighting.label, 0.0) + sighting.score
        label = max(sorted(votes), key=lambda name: votes[name])
        capital = any(sighting.capital for sighting in seen)
        self.parts[part] = Part(label, (not ordinary and len(part) > 3) or not capital, vouched)

    def _add_nicknames(self) -> None:
        for part, found in list(self.parts.items()):
            for nickname in nicknames(part):
                if len(nickname) > 2:
                    self.parts.setdefault(nickname, Part(found.label, False, False, nickname=True))

    def _add_date(self, value: str) -> None:
        """A date in figures, with letters misread for them: a date that is read right is found by its form."""
        figures = re.findall(r"\d+", value)
        if len(figures) == 3 and sum(map(len, figures)) >= 6 and re.fullmatch(r"\d+([./-])\d+\1\d+", value):
            expression = r"[\s./-]{1,3}".join("".join(_CONFUSED.get(digit, digit) for digit in one) for one in figures)
            self.values.setdefault(folded(value), ("DATE", expression))

    def _add_whole_name(self, value: str, label: str) -> None:
        """The whole name in either order: so a patient called May Self is found where each part is a common word."""
        words = [word for word in re.findall(r"[^\W\d_][\w'’-]*", value) if word.casefold() not in PARTICLES]
        if len(words) < 2 or sum(map(len, words)) < 5:
            return
        for order in (words, [words[-1], *words[:-1]], [*words[1:], words[0]]):
            joint = r"(?:[\s,.]|-[ \t]*\n){0,4}"
            self.values.setdefault(folded("".join(order)), (label, joint.join(map(_misread, order))))

    def _add_value(self, value: str, label: str) -> None:
        plain = folded(value)
        digits = sum(map(str.isdigit, plain))
        if label in PLACES and all(word in GENERIC_WORDS for word in re.findall(r"[^\W\d_]+", value.casefold())):
            return
        if len(plain) < 4 or (label in NUMBERS and digits < 3 and len(plain) < 6):
            return
        if label in NUMBERS and digits >= 4:
            joint = r"[\s./()_-]{0,3}"
            expression = joint.join(_CONFUSED.get(letter, re.escape(letter)) for letter in plain)
        else:
            expression = r"[\W_]{1,3}".join(map(re.escape, re.findall(r"[^\W_]+", value)))
        self.values.setdefault(plain, (label, expression))


def parts(name: str) -> list[str]:
    """The parts of a name that can stand alone: no initials, titles, particles or degrees."""
    words = re.findall(
        r"(?<!\w)(?:[^\W\d_]|(?<=\w)['’](?=\w)|(?<=\w)-(?=[^\W\d_]))+(?![\w])", re.sub(r"['’]s?(?=\W|$)", "", name)
    )
    whole = [word for word in words if len(word) > 1 and word.casefold() not in PARTICLES]
    return [*whole, *(piece for word in whole if "-" in word for piece in word.split("-") if len(piece) > 2)]


def folded(value: str) -> str:
    """Letters and digits alone, without case."""
    return "".join(filter(str.isalnum, value.casefold()))


def _is_month(text: str, start: int, end: int) -> bool:
    """Whether a month's name is one there, and not the patient's."""
    before = re.search(
        r"(?i)\b(?:in|since|until|by|from|of|last|this|next|during|before|after|early|mid|late)[\s-]+$",
        text[max(0, start - 12) : start],
    )
    return bool(
        before
        or re.match(r"\.?,?\s+\d", text[end : end + 5])
        or re.search(r"\d(?:st|nd|rd|th)?[\s-]+(?:of\s+)?$", text[max(0, start - 9) : start])
    )


def _is_nickname(text: str, start: int, word: str, without_case: bool) -> bool:
    """Whether a word is a nickname there: TED stockings, ART and "Will" at the head of a sentence are none."""
    if without_case:
        return len(word) > 3 and not ordinary_words(word)
    after_a_word = re.search(r"[^\W_][,;]?[ \t]+[\"“(]?$", text[max(0, start - 4) : start])
    return word[:1].isupper() and word[1:].islower() and (not ordinary_words(word) or bool(after_a_word))


def _pieces(word: str, start: int) -> Iterable[tuple[str, int]]:
    yield word, start
    if "-" in word:
        for match in re.finditer(r"[^-]+", word):
            yield match.group(), start + match.start()
    for piece, at in unglued(word):
        yield piece, start + at


def _add_initials(known: Known, value: str, label: str) -> None:
    ordered = " ".join(reversed(value.split(",", 1))) if "," in value else value
    words = [word for word in re.findall(r"[^\W\d_][\w'’.-]*", ordered) if word.casefold() not in PARTICLES]
    if label != "STAFF" and len(words) >= 2 and len(value) > 5:
        letters = [word[0].upper() for word in words]
        known.initials.setdefault("".join(letters), label)
        known.initials.setdefault(letters[0] + letters[-1], label)


def _misread(word: str) -> str:
    """An expression that also finds the word with I, l and 1, or O and 0, mistaken for each other."""
    return "".join("[Il1|]" if letter in "Il1" else "[O0o]" if letter in "O0" else re.escape(letter) for letter in word)


def _alternatives(expressions: Iterable[str]) -> re.Pattern[str] | None:
    ordered = sorted(set(expressions), key=lambda expression: (-len(expression), expression))
    return re.compile(r"(?<![^\W_])(?:" + "|".join(ordered) + r")(?![^\W_])", re.IGNORECASE) if ordered else None


def _unconfused(plain: str) -> str:
    return plain.translate(_UNCONFUSED)


@lru_cache(maxsize=4)
def caseless(text: str) -> bool:
    """Whether a text is written in one case throughout, so that capitals tell nothing."""
    letters = sum(map(str.isalpha, text))
    capitals = sum(map(str.isupper, text))
    return capitals > 0.6 * letters or capitals < 0.005 * letters


def ordinary_words(word: str) -> bool:
    """Whether a word, or each word of a phrase, is common in English; many given names are."""
    return all(piece in frequent() for piece in _LETTERS.findall(word.casefold()))
