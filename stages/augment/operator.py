"""The interface of an operator, and the choice of places that most of them share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Protocol

from stages import guard


class RefusedError(Exception):
    """An operator cannot do a text; the message is a short, countable reason without any of the text."""


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of a text, in code points."""

    start: int
    end: int


class Operator(Protocol):
    """Makes one variant of a text; raises `RefusedError` where it cannot."""

    def __call__(self, text: str, rng: Random, rank: int) -> str:
        """The variant; `rank` (from 0) tells the tries for one parent apart where `rng` decides nothing."""


_WORD = re.compile(r"(?<![\w'’-])[^\W\d_]+(?![\w'’-])")


def free_words(text: str, names: guard.Names, least: int = 1) -> list[Place]:
    """Words of at least `least` letters that overlap no protected content."""
    kept = guard.protected(text, names)
    return [
        Place(*match.span())
        for match in _WORD.finditer(text)
        if match.end() - match.start() >= least and not overlaps(kept, match.start(), match.end())
    ]


def overlaps(spans: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    """Whether a stretch shares a code point with one of the spans, which are in order."""
    from bisect import bisect_right

    at = bisect_right(spans, (start, start))
    return (at > 0 and spans[at - 1][1] > start) or (at < len(spans) and spans[at][0] < end)


def chosen(places: Sequence[Place], rate: float, rng: Random) -> list[Place]:
    """That share of the places, at least one, in the order of the text; raises `RefusedError` where there are none."""
    if not places:
        raise RefusedError("no place to change")
    picked = rng.sample(range(len(places)), max(1, round(rate * len(places))))
    return [places[i] for i in sorted(picked)]


def with_replaced(text: str, replacements: Sequence[tuple[Place, str]]) -> str:
    """The text with places, in its order, replaced."""
    parts, at = [], 0
    for place, new in replacements:
        parts += [text[at : place.start], new]
        at = place.end
    return "".join([*parts, text[at:]])
