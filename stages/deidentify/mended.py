"""A text as it was before its layout: words hyphenated over a line made whole, words run together set apart.

Touched is what may be a name, `Lind-` with `qvist` on the next line and `PatientKwameOsei`, and what is a word of the
language once it is whole; a text without either is the text itself. What is found in the mended text is laid back onto
the text as it stands.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from stages.deidentify.english import frequent, ordinary_words
from stages.deidentify.labels import NAMES
from stages.deidentify.names import NO_NAMES
from stages.deidentify.places import UPPER
from stages.deidentify.recased import is_small
from stages.deidentify.spans import moved
from stages.deidentify.words import listed
from stages.records import Span

COMMON = 10_000  # words of English of which a compound is made, as in follow-up
LEAST_PART = 2  # letters of either part of a word that is broken: X-ray and T-cell are whole
LEAST_PARTED = 6  # letters of two words that stand together where the first has two: NaCl is one word
LEAST_CAPITALS = 5  # letters of a name in capitals behind a word in small letters: autoCPAP is one word
LONGEST = 40  # letters of a word

_BREAK = re.compile(r"[-\u2010\xad][ \t]*\r?\n")
_BROKEN = re.compile(
    r"(?<![^\W_])(?:[^\W\d_]+['’-])*(?P<head>[^\W\d_]+)(?P<break>[-\u2010\xad][ \t]*\r?\n[ \t]*)(?P<tail>[^\W\d_]+)"
    r"(?P<field>[ \t]*:)?"
)
# A capital behind small letters that begins a word, as in KwameOsei and OseiMRN; none in mg/dL, SpO2 and HbA1c.
_SEAM = re.compile(rf"[{UPPER}](?=[^\W\d_{UPPER}]|[{UPPER}]{{2}})(?<=[^\W\d_][^\W\d_{UPPER}].)")
_HUMP = re.compile(rf"(?<=[^\W\d_{UPPER}])(?=[{UPPER}])")
_HEAD, _TAIL = re.compile(r"[^\W\d_]*\Z"), re.compile(r"[^\W\d_]*")
# Names of files, addresses and codes.
_NO_WORD_BEFORE, _NO_WORD_BEHIND = re.compile(r"[\w@/\\.=&#%~+]\Z"), re.compile(r"[\w@/\\]|\.\w")
# What belongs to the name behind it: McDonald, DeShawn, VanHorn.
_PREFIXES = frozenset(
    (
        "al", "de", "del", "della", "den", "der", "des", "di", "dos", "du", "el", "fitz", "la", "le", "mac", "mc", "o",
        "san", "st", "ten", "ter", "van", "ver", "von",
    )
)  # fmt: skip

Piece = tuple[int, int, int]
"""Where a stretch begins in the mended text and in the text as it stands, and its length."""


class Doubt(NamedTuple):
    """A broken word that may be two, as in "seen by Osei-" with "who" on the next line, in the text as it stands.

    Attributes:
        start: Of the word.
        first: Of the line on which it begins.
        last: End of the line on which it ends.
    """

    start: int
    end: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Mended:
    """A mended text, and where its pieces stand in the text as it is.

    Attributes:
        pieces: In order; what lies between two of them is a break that was taken out or a blank that was put in.
        doubts: Words to be read both ways.
    """

    text: str
    pieces: tuple[Piece, ...]
    doubts: tuple[Doubt, ...] = ()

    @classmethod
    def of(cls, text: str, is_term: Callable[[str], bool]) -> Mended:
        """Mend a text; `is_term` tells words of medicine, which are whole."""
        broken = [*_broken(text, is_term)] if _BREAK.search(text) else []
        cuts = [*(match.span("break") for match in broken), *((at, at) for at in _seams(text, is_term))]
        if not cuts:
            return cls(text, ((0, 0, len(text)),))
        kept, pieces, length = [], [], 0
        for (_, start), (end, after) in pairwise(((0, 0), *sorted(cuts), (len(text), len(text)))):
            pieces.append((length, start, end - start))
            kept.append(text[start:end] + (" " if end == after < len(text) else ""))
            length += len(kept[-1])
        doubts = (_doubt(match) for match in broken if ordinary_words(match["tail"]) and not _is_word(match, is_term))
        return cls("".join(kept), tuple(pieces), tuple(doubts))

    @property
    def is_changed(self) -> bool:
        """Whether anything was mended."""
        return len(self.pieces) > 1

    def laid_back(self, spans: Iterable[Span]) -> Iterator[Span]:
        """The spans where they stand in the text as it is, none for a blank that was put in.

        Of names that were run together each word has its own, so that each gets its own surrogate.
        """
        blanks = [place + size for (place, at, size), (_, behind, _) in pairwise(self.pieces) if at + size == behind]
        for span in spans:
            within = blanks[bisect_right(blanks, span.start) : bisect_left(blanks, span.end)]
            for start, end in pairwise((span.start, *(within if span.label in NAMES else ()), span.end)):
                yield from self._placed(span, start, end)

    def laid_on(self, spans: Iterable[Span]) -> Iterator[Span]:
        """The reverse: spans of the text as it is where they stand in the mended one; none for a break alone."""
        turned = Mended("", tuple((place, at, size) for at, place, size in self.pieces))
        for span in spans:
            yield from turned._placed(span, span.start, span.end)

    def _placed(self, span: Span, start: int, end: int) -> Iterator[Span]:
        start, end = self._start(start), self._end(end)
        if start < end:
            yield moved(span, start, end)

    def _start(self, at: int) -> int:
        behind = bisect_right(self.pieces, at, key=_first)
        place, there, size = self.pieces[behind - 1]
        if at < place + size or behind == len(self.pieces):
            return there + min(at - place, size)
        return self.pieces[behind][1]

    def _end(self, at: int) -> int:
        place, there, size = self.pieces[max(0, bisect_left(self.pieces, at, key=_first) - 1)]
        return there + min(at - place, size)


def _first(piece: Piece) -> int:
    return piece[0]


def _broken(text: str, is_term: Callable[[str], bool]) -> Iterator[re.Match[str]]:
    """Words that a hyphen and a line break part, and that are a word or may be a name once they are whole."""
    small = is_small(text)
    for match in _BROKEN.finditer(text):
        head, tail = _halves(match)
        capitals = head.isupper() and tail.isupper()
        if min(len(head), len(tail)) < LEAST_PART or not (capitals or tail.islower()):
            continue
        compound = {head.casefold(), tail.casefold()} <= frequent(COMMON)
        may_be_name = not (compound or match["field"]) if capitals else not (small and compound)
        if _is_word(match, is_term) or (may_be_name and (small or head[0].isupper())):
            yield match


def _halves(match: re.Match[str]) -> list[str]:
    """The parts of a broken word, without what it is run together with."""
    return [_HUMP.split(match["head"])[-1], match["tail"]]


def _is_word(match: re.Match[str], is_term: Callable[[str], bool]) -> bool:
    whole = "".join(_halves(match))
    return ordinary_words(whole) or is_term(whole)


def _doubt(match: re.Match[str]) -> Doubt:
    end = match.string.find("\n", match.end("tail"))
    first = match.string.rfind("\n", 0, match.start()) + 1
    return Doubt(match.start(), match.end("tail"), first, len(match.string) if end < 0 else end)


def _seams(text: str, is_term: Callable[[str], bool]) -> Iterator[int]:
    """Where a word ends inside of another."""
    for match in _SEAM.finditer(text):
        at = match.start()
        before, behind = text[max(0, at - LONGEST) : at], text[at : at + LONGEST]
        first, last = _HEAD.search(before), _TAIL.match(behind)
        assert first is not None
        assert last is not None
        word = (first.group() + last.group()).casefold()
        if word in _compounds() or ordinary_words(word) or is_term(word):
            continue
        if _NO_WORD_BEFORE.search(before[: first.start()]) or _NO_WORD_BEHIND.match(behind, last.end()):
            continue
        if _parts(_HUMP.split(first.group())[-1], _HUMP.split(last.group())[0]):
            yield at


@cache
def _compounds() -> frozenset[str]:
    return frozenset(listed("compounds"))


def _parts(before: str, behind: str) -> bool:
    """Whether a word may end between two pieces of one."""
    if before.casefold() in _PREFIXES:
        return False
    if (
        behind.isupper()
        and behind.casefold() not in NO_NAMES
        and not (before.islower() and len(behind) >= LEAST_CAPITALS)
    ):
        return False
    if before[0].islower():
        return ordinary_words(before)
    return len(before) > 2 or len(before + behind) >= LEAST_PARTED
