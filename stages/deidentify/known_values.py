"""Whole values of a patient sought again in every way in which they may be written, by one look-up for each word.

Every patient has other values: an expression of all of them costs more to compile than a note to search. A spelling is
read letter by letter instead, at the few places of a text where its first letters stand.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from stages.deidentify.english import ordinary_words
from stages.records import Span

HEAD = 6  # letters and digits that a value is looked up by
_UNCONFUSED = str.maketrans("oqlisbzg", "00115826")
# One sign for all that is misread for each other.
_COARSE = str.maketrans("oqil|szbg6", "0011152888")
_RUN = re.compile(r"([^\W_]+|\|)")
_FOREIGN = re.compile(r"[^\x00-\x7f]+")
# Three letters that are the same as another in any case but its own, and are no single letter in capitals.
_SAME = {"\u1fd3": "\u0390", "\u1fe3": "\u03b0", "\ufb06": "\ufb05"}


class Letters(dict[str, frozenset[str]]):
    """Letter of a value -> letters of a text, evened, that stand for it.

    Args:
        misread: Letter -> all that it may be read as, itself among them.
    """

    def __init__(self, misread: Mapping[str, str]) -> None:
        super().__init__()
        self.misread = misread

    def __missing__(self, letter: str) -> frozenset[str]:
        self[letter] = frozenset(evened(self.misread.get(letter, letter)))
        return self[letter]


class Joint(NamedTuple):
    """What stands between two words of a value: marks and white space, none of which a word begins with."""

    pattern: re.Pattern[str]
    needed: bool


@dataclass(frozen=True, slots=True)
class Spelling:
    """How a value may be written, in any case.

    Attributes:
        words: What stands together.
        joint: What stands between two words.
        letters: What stands for a letter.
    """

    words: tuple[str, ...]
    joint: Joint
    letters: Letters

    @property
    def expression(self) -> str:
        """The spelling as a regular expression."""
        misread = self.letters.misread
        return self.joint.pattern.pattern.join(
            "".join(f"[{misread[letter]}]" if letter in misread else re.escape(letter) for letter in word)
            for word in self.words
        )

    @property
    def is_apart(self) -> bool:
        """Whether the first word stands in a text as it is, parted from what follows."""
        return self.joint.needed and not self.letters.misread

    def end(self, text: str, at: int) -> int:
        """Where the spelling ends that begins at a place of an evened text; -1 where none does."""
        (pattern, needed), letters = self.joint, self.letters
        for number, word in enumerate(self.words):
            if number and (needed or text[at : at + 1] not in letters[word[0]]):
                joint = pattern.match(text, at)
                if joint is None:
                    return -1
                at = joint.end()
            for letter in word:
                if text[at : at + 1] not in letters[letter]:
                    return -1
                at += 1
        return -1 if text[at : at + 1].isalnum() else at


class Values:
    """Finds the values of one patient.

    Args:
        values: Letters and digits of a value, folded -> its label and spelling.
    """

    def __init__(self, values: Mapping[str, tuple[str, Spelling]]) -> None:
        self._labels = {plain: label for plain, (label, _) in values.items()}
        # The first of those that read alike stands for them.
        self._confused = {_unconfused(plain): label for plain, label in reversed(self._labels.items())}
        self._by_word: dict[str, list[Spelling]] = defaultdict(list)
        self._by_head: dict[str, list[Spelling]] = defaultdict(list)
        for _, spelling in values.values():
            if spelling.is_apart:
                self._by_word[evened(spelling.words[0])].append(spelling)
            else:
                self._by_head[_coarse("".join(filter(str.isalnum, "".join(spelling.words))))[:HEAD]].append(spelling)
        self._sizes = {len(head) for head in self._by_head}
        self._least = min(self._sizes, default=0)
        self._begun = {head[: self._least] for head in self._by_head}

    def search(self, text: str) -> Iterator[Span]:
        """Every value in a text, from left to right and without overlap."""
        for start, end in self._places(text) if self._labels else ():
            value = text[start:end]
            if value.isalpha() and ordinary_words(value):
                continue
            plain = folded(value)
            if label := self._labels.get(plain) or self._confused.get(_unconfused(plain)):
                yield Span(start, end, label, 0.9, "known")

    def _places(self, text: str) -> Iterator[tuple[int, int]]:
        plain = evened(text)
        pieces = _RUN.split(plain)
        starts, runs = [*accumulate(map(len, pieces))][::2], pieces[1::2]
        signs = "".join(runs).translate(_COARSE)
        first = [*accumulate(map(len, runs), initial=0)]  # sign of each run
        likely = {at for at, run in enumerate(runs) if run in self._by_word}
        begun = [at for at, sign in enumerate(first) if signs[sign : sign + self._least] in self._begun]
        for size in self._sizes:
            likely |= {at for at in begun if signs[first[at] : first[at] + size] in self._by_head}
        done = 0
        for at in sorted(likely):
            start = starts[at]
            if start < done or plain[start - 1 : start].isalnum():
                continue
            spellings = self._by_word.get(runs[at], [])
            for size in self._sizes:
                spellings = spellings + self._by_head.get(signs[first[at] : first[at] + size], [])
            if ends := [(spelling, end) for spelling in spellings if (end := spelling.end(plain, start)) >= 0]:
                done = min(ends, key=_turn)[1] if len(ends) > 1 else ends[0][1]
                yield start, done


def folded(value: str) -> str:
    """Letters and digits alone, without case."""
    return "".join(filter(str.isalnum, value.casefold()))


def evened(text: str) -> str:
    """The text in small letters as `re.IGNORECASE` knows them, each in its place."""
    return text.lower() if text.isascii() else _FOREIGN.sub(_small, text).lower()


class _Even(dict[int, int]):
    def __missing__(self, code: int) -> int:
        letter = chr(code)
        small = letter.lower()[0]
        again = small.upper().lower()
        self[code] = ord(_SAME.get(letter, again if len(again) == 1 else small)) if letter.isalnum() else code
        return self[code]


_EVEN = _Even()


def _small(found: re.Match[str]) -> str:
    return found.group().translate(_EVEN)


def _coarse(text: str) -> str:
    return evened(text).translate(_COARSE)


def _unconfused(plain: str) -> str:
    return plain.translate(_UNCONFUSED)


def _turn(found: tuple[Spelling, int]) -> tuple[int, str]:
    """Of two spellings at one place the longer expression tells."""
    expression = found[0].expression
    return -len(expression), expression
