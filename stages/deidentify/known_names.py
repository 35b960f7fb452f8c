"""Parts of a patient's names sought again in their variants: what a word is, is decided once for all of its places."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, islice
from typing import NamedTuple

from stages.deidentify.dates import MONTHS
from stages.deidentify.english import ordinary_words
from stages.deidentify.recased import caseless
from stages.deidentify.variants import legible, rejoined, unglued
from stages.records import Span

VOUCHED = 0.95
_WORD = re.compile(r"([^\W_][\w'’]*(?:-(?=\w)[\w'’]*)*)")
_POSSESSIVE = re.compile(r"['’]s?$")
_LEADS_A_MONTH = re.compile(
    r"(?i)\b(?:in|since|until|by|from|of|last|this|next|during|before|after|early|mid|late)[\s-]+$"
)
_DAY_BEFORE = re.compile(r"\d(?:st|nd|rd|th)?[\s-]+(?:of\s+)?$")
_DAY_AFTER = re.compile(r"\.?,?\s+\d")
_WITHIN_A_SENTENCE = re.compile(r"[^\W_][,;]?[ \t]+[\"“(]?$")

Doubt = Callable[[str, int, int], bool]
"""Tells from what stands around text[start:end] that it is no name there."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a name: its label, whether it is sought in any case, and whether a title or header vouched for it.

    A nickname was never seen: it follows from a name that was.
    """

    label: str
    any_case: bool
    vouched: bool
    nickname: bool = False


class _Sighting(NamedTuple):
    """A part of a name in a word, and where in it."""

    start: int
    end: int
    label: str
    score: float
    doubts: tuple[Doubt, ...] = ()


class Names:
    """Finds the names of one patient.

    Args:
        parts: Part of a name, folded -> how it is sought.
        is_term: Whether a word is one of medicine, which no variant of a name may be.
    """

    def __init__(self, parts: Mapping[str, Part], is_term: Callable[[str], bool]) -> None:
        self._parts, self._is_term = parts, is_term
        self._decided: dict[bool, dict[str, tuple[_Sighting, ...]]] = {False: {}, True: {}}

    def search(self, text: str) -> Iterator[Span]:
        """Parts of names one by one; they may overlap."""
        if not self._parts:
            return
        without_case = caseless(text)
        decided = self._decided[without_case]
        pieces = _WORD.split(text)
        starts, words = accumulate(map(len, pieces[:-1])), pieces[1::2]
        for word in set(words) - decided.keys():
            decided[word] = () if self._is_plain(word, without_case) else self._seen(word, without_case)
        for at, seen in zip(islice(starts, 0, None, 2), map(decided.__getitem__, words), strict=True):
            for one in seen:
                start, end = at + one.start, at + one.end
                if not any(doubt(text, start, end) for doubt in one.doubts):
                    yield Span(start, end, one.label, one.score, "known")
        for word, start, end in rejoined(text):
            part = self._parts.get(word.casefold())
            if part and not part.nickname and _is_cased(part, word, without_case):
                yield Span(start, end, part.label, 0.9, "known")

    def _is_plain(self, word: str, without_case: bool) -> bool:
        """Whether a word is in small letters where names are not, and no name: nearly every word of a text."""
        return not without_case and word.islower() and word.isalpha() and word.casefold() not in self._parts

    def _seen(self, word: str, without_case: bool) -> tuple[_Sighting, ...]:
        seen = []
        for piece, start in _pieces(word):
            part = self._parts.get(piece.casefold())
            if part is None:
                if label := self._nearly(piece, without_case):
                    seen.append(_Sighting(start, start + len(piece), label, 0.7))
            elif _is_cased(part, piece, without_case) and not (part.nickname and _is_no_nickname(piece, without_case)):
                score = VOUCHED if part.vouched else 0.9
                doubts = tuple(_doubts(part, piece, without_case))
                seen.append(_Sighting(start, start + len(piece), part.label, score, doubts))
        return tuple(seen)

    def _nearly(self, word: str, without_case: bool) -> str | None:
        """The label of a name that the word is one typo or one misread character away from."""
        if len(word) < 4 or word.isdigit():
            return None
        figures = not word.isalpha() and any(map(str.isdigit, word))
        if (
            not (word[:1].isupper() or without_case or figures)
            or (len(word) < 5 and not figures)
            or ordinary_words(word)
            or self._is_term(word)
        ):
            return None
        plain, read = word.casefold(), legible(word)
        near = sorted({at for sign in _signs(plain, read) for at in self._near.get(sign, ())})
        if not near:
            return None
        from rapidfuzz.distance import OSA

        for part in (self._sought[at] for at in near):
            if abs(len(part) - len(plain)) > 2:
                continue
            if legible(part) == read or (
                min(len(part), len(word)) > 4 and OSA.distance(part, plain, score_cutoff=1) <= 1
            ):
                return self._parts[part].label
        return None

    @cached_property
    def _sought(self) -> list[str]:
        """Parts of names that are sought with a typo, in their order."""
        return [part for part, found in self._parts.items() if len(part) >= 4 and not found.nickname]

    @cached_property
    def _near(self) -> dict[str, list[int]]:
        """Sign of a word -> places in `_sought` of those that share it."""
        near: dict[str, list[int]] = defaultdict(list)
        for at, part in enumerate(self._sought):
            for sign in _signs(part, legible(part)):
                near[sign].append(at)
        return near


def _signs(plain: str, read: str) -> set[str]:
    """What a word shares with every word that reads alike or is one typo away: itself with one letter less."""
    return {plain, read, *[plain[:at] + plain[at + 1 :] for at in range(len(plain))]}


def _pieces(word: str) -> list[tuple[str, int]]:
    """What of a word may be a name, and where in it: the word without a possessive, and what marks and case part."""
    if word.isdigit() or (word.isalpha() and word[1:].islower()):
        return [(word, 0)]
    word = _POSSESSIVE.sub("", word)
    parted = [(match.group(), match.start()) for match in re.finditer(r"[^-]+", word)] if "-" in word else []
    return [(word, 0), *parted, *unglued(word)]


def _is_cased(part: Part, word: str, without_case: bool) -> bool:
    """Whether a name is sought as the word is written."""
    return part.any_case or without_case or not word[:1].islower()


def _is_no_nickname(word: str, without_case: bool) -> bool:
    """Whether a word is a nickname nowhere, as TED in TED stockings and ART."""
    if without_case:
        return len(word) <= 3 or ordinary_words(word)
    return not (word[:1].isupper() and word[1:].islower())


def _doubts(part: Part, word: str, without_case: bool) -> Iterator[Doubt]:
    if part.nickname and not without_case and ordinary_words(word):
        yield _heads_a_sentence
    if word.casefold() in MONTHS:
        yield _is_month


def _heads_a_sentence(text: str, start: int, _: int) -> bool:
    """Whether a nickname that is a common word does not stand behind another: "Will follow up"."""
    return not _WITHIN_A_SENTENCE.search(text[max(0, start - 4) : start])


def _is_month(text: str, start: int, end: int) -> bool:
    """Whether a month's name is one there, and not the patient's."""
    return bool(
        _LEADS_A_MONTH.search(text[max(0, start - 12) : start])
        or _DAY_AFTER.match(text[end : end + 5])
        or _DAY_BEFORE.search(text[max(0, start - 9) : start])
    )
