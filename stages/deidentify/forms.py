"""Expressions that are tried only where they can begin: what that is, is read from each expression itself.

Python's `re` tries an expression at every character of a text unless it begins with a plain literal or class of
characters; a boundary, a look behind or the disregard of case before it, and it does. A net has dozens of such
expressions. Here one pass over a text looks up each word, number and mark among what any of them can begin with, and
each is tried at the places of its own alone. What is found is the same, for a place is left out only where the
expression cannot match: whatever of its syntax is not understood counts as "can begin anywhere".
"""

from __future__ import annotations

import functools
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, islice

from stages.deidentify.openings import (
    MOST_BEHIND,
    MOST_LETTERS,
    START,
    Opening,
    folded,
    least_width,
    openings_of,
    signs_of_token,
)

MOST_TOKENS = 20_000  # that are remembered with the expressions they open
STRETCH = 64  # characters that are looked through at once

_TOKEN = re.compile(r"([a-z]+|[0-9]+|[^a-z0-9 ])")


GoOn = Callable[[re.Match[str]], int]


class Form:
    """An expression that is tried where one of its openings stands; it matches one character at least."""

    def __init__(self, expression: str | re.Pattern[str], flags: int = 0) -> None:
        self.expression = re.compile(expression, flags)
        if not least_width(self.expression):
            raise ValueError(f"{self.expression.pattern}: an expression of a form must match one character at least")
        _known.add(self)

    @functools.cached_property
    def openings(self) -> frozenset[Opening]:
        """What a match can begin with; none where that can be nearly anything."""
        return openings_of(self.expression)

    def finditer(
        self, text: str, pos: int = 0, endpos: int = sys.maxsize, go_on: GoOn = re.Match.end
    ) -> Iterator[re.Match[str]]:
        """As `re.Pattern.finditer`; `go_on` says behind which character of a match the next may begin."""
        if self.openings:
            yield from _tried(self.expression, _starts(text, pos, endpos).get(self, ()), text, pos, endpos, go_on)
        else:
            while match := self.expression.search(text, pos, endpos):
                yield match
                pos = go_on(match)


class CoredForm:
    """An expression that can begin with nearly anything and is tried before its core: what every match of it holds.

    Args:
        core: What a match holds; it looks at nothing that the expression does not look at.
        before: What may stand in a match before its core: the inside of a class of characters.
        first: What a match may begin with, the same way.
    """

    def __init__(
        self, expression: str | re.Pattern[str], flags: int = 0, *, core: Form, before: str, first: str
    ) -> None:
        self.expression = re.compile(expression, flags)
        self._core = core
        self._not_before, self._first = re.compile(f"[^{before}]"), re.compile(f"[{first}]")

    def finditer(self, text: str, pos: int = 0, endpos: int = sys.maxsize) -> Iterator[re.Match[str]]:
        """As `re.Pattern.finditer`."""
        return _tried(self.expression, self._places(text, pos, endpos), text, pos, endpos, re.Match.end)

    def _places(self, text: str, pos: int, endpos: int) -> Iterator[int]:
        seen = tried = clear = pos
        for core in self._core.finditer(text, pos, endpos, _next):
            clear = self._behind_others(text, seen, core.start()) or clear
            for match in self._first.finditer(text, max(clear, tried), core.start() + 1):
                yield match.start()
            seen, tried = core.start(), core.start() + 1

    def _behind_others(self, text: str, seen: int, end: int) -> int:
        """Where the last character ends that can stand in no match before a core; it is sought backwards."""
        while end > seen:
            begin = max(seen, end - STRETCH)
            ends = [match.end() for match in self._not_before.finditer(text, begin, end)]
            if ends:
                return ends[-1]
            end = begin
        return 0


def _next(match: re.Match[str]) -> int:
    return match.start() + 1


def _tried(
    expression: re.Pattern[str], places: Iterable[int], text: str, pos: int, endpos: int, go_on: GoOn
) -> Iterator[re.Match[str]]:
    for place in places:
        if place >= pos and (match := expression.match(text, place, endpos)):
            yield match
            pos = go_on(match)


class _Known(dict[str, tuple[tuple[tuple[Form, ...], int], ...]]):
    """Token of a folded text -> which forms it can open, and how far behind its start; filled as tokens come."""

    def __init__(self) -> None:
        self._new: list[Form] = []
        self._forms: dict[str, list[tuple[Form, Opening]]] = {}

    def add(self, form: Form) -> None:
        """Its openings are read when a text is, so that imports stay cheap."""
        self._new.append(form)
        self.clear()
        _starts.cache_clear()

    def __missing__(self, token: str) -> tuple[tuple[tuple[Form, ...], int], ...]:
        while self._new:
            form = self._new.pop()
            for opening in form.openings:
                self._forms.setdefault(opening.text, []).append((form, opening))
        if len(self) >= MOST_TOKENS:
            self.clear()
        opened = defaultdict[int, dict[Form, None]](dict)
        for at in range(len(token)):
            rest = signs_of_token(token[at : at + MOST_LETTERS])
            for length in range(1, len(rest) + 1):
                for form, opening in self._forms.get(rest[:length], ()):
                    if not (at and token[at - 1] in opening.bounds):
                        opened[at + opening.shift][form] = None
        self[token] = found = tuple((tuple(forms), at) for at, forms in opened.items())
        return found


_known = _Known()


@functools.lru_cache(maxsize=8)  # the nets read one text after the other
def _starts(text: str, pos: int, endpos: int) -> Mapping[Form, Sequence[int]]:
    """Where each form of those with openings may begin, in order."""
    begin = max(0, min(pos, len(text)) - MOST_BEHIND)
    alike = defaultdict[tuple[Form, ...], list[int]](list)  # forms that the same tokens open
    for forms, at in _known[START]:
        alike[forms].append(at)
    pieces = _TOKEN.split(folded(text[begin:endpos]))
    begins, tokens = accumulate(map(len, pieces), initial=begin), pieces[1::2]
    for start, opened in zip(islice(begins, 1, None, 2), map(_known.__getitem__, tokens), strict=False):
        for forms, at in opened:
            alike[forms].append(start + at)
    starts = defaultdict[Form, list[int]](list)
    for forms, places in alike.items():
        for form in forms:
            starts[form] += places
    for places in starts.values():
        places.sort()
    return starts
