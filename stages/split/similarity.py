"""Near-duplicates: Jaccard similarity of 5-word shingles, surrogates masked.

MinHash only proposes pairs; each is decided by the exact similarity of the two sets, so that the luck of a hash joins
nothing. The bands are chosen so that a pair at the threshold is missed once in ten million.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from sys import intern

from stages.records import Example, Record
from stages.split.minhash import Proposals, Signature, bands, proposals

WORDS = 5
MASK = "\x00"

Shingles = frozenset[str]


def judged(example: Example) -> str:
    """The text by which an example is told from others: its input, or its instruction where that is the whole question.

    Of an example with sound it is the digest of the recording: what is said in a window of seconds ("okay") is said in
    many visits, and copies of one recording are the same recording, whichever windows they are cut into.

    Instructions that accompany an input are worded alike for a whole task, and responses often come from a closed set:
    neither says that two examples are the same.
    """
    return str(example.meta["audio_sha256"]) if example.audio else example.input or example.instruction


def content(record: Record) -> str:
    """The words of a document or dialogue; empty for a row."""
    return record.text or "\n".join(turn.text for turn in record.turns)


def shingles(text: str, surrogates: Collection[str] = ()) -> Shingles:
    """The runs of 5 words of a text, in lower case, each surrogate as one and the same word.

    A shorter text is one shingle; a text without words has none and is like no other.

    >>> shingles("Ann Poe has a cough", ["Ann Poe"]) == shingles("Al Roe has a cough", ["Al Roe"])
    True
    """
    found = words(text, surrogates)
    if not found:
        return frozenset()
    starts = range(max(1, len(found) - WORDS + 1))
    return frozenset([intern(" ".join(found[start : start + WORDS])) for start in starts])


def words(text: str, surrogates: Collection[str] = ()) -> list[str]:
    """The words of a text in lower case, each surrogate as one and the same word."""
    return _masked(_words(text), surrogates)


def jaccard(one: Shingles, other: Shingles) -> float:
    """Shared shingles among all; 0 to 1, and 0 where either has none."""
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared) if shared else 0.0


class Index:
    """Sets of shingles, numbered from 0 as they are added, asked for those that are near another set."""

    def __init__(self, threshold: float, permutations: int, made: Callable[[int, int], Proposals] = proposals) -> None:
        self._threshold = threshold
        self._proposals = made(*bands(threshold, permutations))
        self._added = 0
        self._sets: dict[int, Shingles] = {}
        self._numbers: dict[Shingles, int] = {}
        self._last: tuple[Shingles, Signature] | None = None

    def add(self, one: Shingles) -> None:
        """Give a set the next number; a set that is there already is found by its first alone, an empty one never."""
        number = self._added
        self._added += 1
        if one and one not in self._numbers:
            self._proposals.insert(number, self._signature(one))
            self._sets[number], self._numbers[one] = one, number

    def near(self, one: Shingles, known: Callable[[int], bool] = lambda _: False) -> Iterator[int]:
        """Numbers of the sets whose exact similarity reaches the threshold, ascending; what is `known` is passed over.

        Where an equal set is there, it alone is given: it stands for all that are near both.
        """
        if not one:
            return
        same = self._numbers.get(one)
        candidates = [same] if same is not None else sorted(set(self._proposals.query(self._signature(one))))
        for number in candidates:
            if not known(number) and self._reaches(one, self._sets[number]):
                yield number

    def has_near(self, one: Shingles) -> bool:
        """Whether any set is near."""
        return next(self.near(one), None) is not None

    def _reaches(self, one: Shingles, other: Shingles) -> bool:
        fewer, more = sorted((len(one), len(other)))
        return fewer / more >= self._threshold and jaccard(one, other) >= self._threshold

    def _signature(self, one: Shingles) -> Signature:
        # A set is asked about and then added: its signature is made once.
        if self._last is None or self._last[0] is not one:
            self._last = (one, self._proposals.signature(one))
        return self._last[1]


def _words(text: str) -> list[str]:
    # Notes of one hospital share their wording: each word and shingle is held once, however many texts have it.
    return list(map(intern, re.findall(r"\w+", text.lower())))


def _masked(words: list[str], surrogates: Iterable[str]) -> list[str]:
    """The words with each run of surrogates as one mask: a full name may be one surrogate or two."""
    names: dict[str, list[list[str]]] = {}
    for name in sorted((_words(surrogate) for surrogate in surrogates), key=len, reverse=True):
        if name:
            names.setdefault(name[0], []).append(name)
    if not names:
        return words
    masked: list[str] = []
    place = 0
    while place < len(words):
        found = next((n for n in names.get(words[place], ()) if words[place : place + len(n)] == n), None)
        if found is None:
            masked.append(words[place])
        elif masked[-1:] != [MASK]:
            masked.append(MASK)
        place += len(found) if found else 1
    return masked
