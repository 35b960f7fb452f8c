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
import string
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from re import _constants as op  # type: ignore[attr-defined]  # the only way to an expression's syntax tree
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

MOST_LETTERS = 6  # of a word or number that are compared
MOST_OPENINGS = 600  # beyond these a longer look would cost more than it saves
MOST_TOKENS = 20_000  # that are remembered with the expressions they open
END, OTHER, DIGIT, BLANK, START = "|", "\x80", "0", " ", "\x02"
STRETCH = 64  # characters that are looked through at once
MOST_BEHIND = 2  # characters that an expression looks back at for its sign

_LETTERS = frozenset(string.ascii_lowercase)
_ASCII = "".join(map(chr, range(128)))
# Letters beyond ASCII that are one of its letters where case is disregarded; the first would become two by `lower`.
_ALIKE = {"İ": "i", "ı": "i", "ſ": "s", "\u212a": "k"}
_DIGITS = frozenset(string.digits)
_WORDLIKE = _LETTERS | _DIGITS
_TOKEN = re.compile(r"[a-z]+|[0-9]+|[^a-z0-9 ]")
_SINGLE = (op.LITERAL, op.NOT_LITERAL, op.IN, op.ANY)  # items of one character
_CATEGORIES = {
    op.CATEGORY_DIGIT: r"\d", op.CATEGORY_NOT_DIGIT: r"\D", op.CATEGORY_SPACE: r"\s", op.CATEGORY_NOT_SPACE: r"\S",
    op.CATEGORY_WORD: r"\w", op.CATEGORY_NOT_WORD: r"\W",
}  # fmt: skip


GoOn = Callable[[re.Match[str]], int]


class Opening(NamedTuple):
    """What a match can begin with.

    Attributes:
        text: Small letters, or `DIGIT` once for each, with `END` behind where the word or number ends there; or one
            sign: a mark, `BLANK`, `START` of the text, or `OTHER` for whatever is not ASCII.
        open: Whether what follows in the expression may be added.
        bounds: Letters and digits that cannot stand before it.
        shift: How many characters behind the sign the match begins, where the sign itself is only looked at.
    """

    text: str = ""
    open: bool = True
    bounds: frozenset[str] = frozenset()
    shift: int = 0


class Form:
    """An expression that is tried where one of its openings stands; it matches one character at least."""

    def __init__(self, expression: str | re.Pattern[str], flags: int = 0) -> None:
        self.expression = re.compile(expression, flags)
        _known.add(self)

    @functools.cached_property
    def openings(self) -> frozenset[Opening]:
        """What a match can begin with; none where that can be nearly anything."""
        tree = parser.parse(self.expression.pattern, self.expression.flags)
        if tree.getwidth()[0] == 0:
            raise ValueError(f"{self.expression.pattern}: an expression of a form must match one character at least")
        found = _after({Opening()}, tree)
        alone = {opening.text for opening in found}
        return frozenset() if alone & {"", BLANK} or alone >= _LETTERS else frozenset(found)

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
            rest = _signs_of_token(token[at : at + MOST_LETTERS])
            for length in range(1, len(rest) + 1):
                for form, opening in self._forms.get(rest[:length], ()):
                    if not (at and token[at - 1] in opening.bounds):
                        opened[at + opening.shift][form] = None
        self[token] = found = tuple((tuple(forms), at) for at, forms in opened.items())
        return found


_known = _Known()


def folded(text: str) -> str:
    """The text in small letters, each character in its place: ASCII letters as `re.IGNORECASE` compares them."""
    if not text.isascii():
        for letter, small in _ALIKE.items():
            text = text.replace(letter, small)
    return text.lower()


@functools.lru_cache(maxsize=8)  # the nets read one text after the other
def _starts(text: str, pos: int, endpos: int) -> Mapping[Form, Sequence[int]]:
    """Where each form of those with openings may begin, in order."""
    begin = max(0, min(pos, len(text)) - MOST_BEHIND)
    alike = defaultdict[tuple[Form, ...], list[int]](list)  # forms that the same tokens open
    for forms, at in _known[START]:
        alike[forms].append(at)
    for token in _TOKEN.finditer(folded(text[begin:endpos])):
        for forms, at in _known[token.group()]:
            alike[forms].append(begin + token.start() + at)
    starts = defaultdict[Form, list[int]](list)
    for forms, places in alike.items():
        for form in forms:
            starts[form] += places
    for places in starts.values():
        places.sort()
    return starts


def _after(before: set[Opening], items: Iterable[tuple[Any, Any]]) -> set[Opening]:
    """Openings with what a sequence of an expression's items adds to them."""
    found = before
    for code, value in items:
        longer = {whole for opening in found if opening.open for whole in _with(opening, code, value)}
        found = longer | {opening for opening in found if not opening.open}
        if not longer:
            break
    return found if len(found) <= MOST_OPENINGS else _closed(before)


def _with(opening: Opening, code: Any, value: Any) -> set[Opening]:
    if code is op.AT and value is op.AT_BEGINNING and not opening.text:
        return {Opening(START, open=False), Opening("\n", open=False, shift=1)}
    if code is op.ASSERT and value[0] < 0 and not opening.text:
        return _behind(opening, value[1])
    if code in (op.AT, op.ASSERT, op.ASSERT_NOT):
        return {_bounded(opening, code, value)}
    if code is op.SUBPATTERN:
        return _after({opening}, value[3])
    if code is op.BRANCH:
        return set().union(*(_after({opening}, branch) for branch in value[1]))
    if code in (op.MAX_REPEAT, op.MIN_REPEAT):
        least, most, items = value
        found = {opening}
        for _ in range(min(least, MOST_LETTERS)):
            found = _after(found, items)
        if most == least <= MOST_LETTERS:
            return found
        more = _after(found, items)
        # Where it may go on, what stands behind it cannot be told from one more of it.
        return found | more if most == least + 1 else found | _closed(more)
    signs = _signs_of_item(code, value)
    return {_with_sign(opening, sign) for sign in signs} if signs else _closed({opening})


def _closed(openings: set[Opening]) -> set[Opening]:
    return {opening._replace(open=False) for opening in openings}


def _with_sign(opening: Opening, sign: str) -> Opening:
    if not opening.text:
        return opening._replace(text=sign, open=sign in _LETTERS or sign == DIGIT)
    if sign == DIGIT == opening.text[-1] or (sign in _LETTERS and opening.text[-1] in _LETTERS):
        return opening._replace(text=opening.text + sign, open=len(opening.text) + 1 < MOST_LETTERS)
    return opening._replace(text=opening.text + END, open=False)


def _behind(opening: Opening, items: Sequence[tuple[Any, Any]]) -> set[Opening]:
    """The marks that a look behind asks for first; the opening itself where it asks for something else."""
    code, value = items[0]
    signs = _signs_of_item(code, value)
    if not signs or signs & {*_WORDLIKE, BLANK} or len(items) > MOST_BEHIND or any(i[0] not in _SINGLE for i in items):
        return {opening}
    return {Opening(sign, open=False, shift=len(items)) for sign in signs}


def _bounded(opening: Opening, code: Any, value: Any) -> Opening:
    """What a boundary or a look around says of the characters beside the opening; most say nothing."""
    shut = frozenset[str]()
    if code is op.AT:
        shut = _WORDLIKE if value is op.AT_BOUNDARY else shut
    elif code is op.ASSERT_NOT and value[0] == (1 if opening.text else -1) and len(value[1]) == 1:
        [(inner, items)] = value[1]
        shut = _shut(tuple(items)) if inner is op.IN else shut
    if not opening.text:
        return opening._replace(bounds=opening.bounds | shut)
    kind = _DIGITS if opening.text[-1] == DIGIT else _LETTERS
    return opening._replace(text=opening.text + END, open=False) if shut >= kind else opening


@functools.cache
def _shut(items: tuple[tuple[Any, Any], ...]) -> frozenset[str]:
    """The letters and digits of a folded text of which a class holds all that is folded to them."""
    if not _is_understood(items):
        return frozenset()
    beyond = {one for one in _ALIKE if not _holds(items, one)}
    return frozenset(
        one
        for one in _WORDLIKE
        if _holds(items, one) and _holds(items, one.upper()) and one not in {_ALIKE[other] for other in beyond}
    )


def _sign(character: str) -> str:
    """What a character of a folded text is to openings."""
    if character >= OTHER:
        return OTHER
    return DIGIT if character.isdigit() else BLANK if character in " \t\r\f\v\x1c\x1d\x1e\x1f" else character


def _signs_of_token(token: str) -> str:
    """A token's beginning as openings have it."""
    first = _sign(token[0])
    return token + END if first in _LETTERS else DIGIT * len(token) + END if first == DIGIT else first


def _signs_of_item(code: Any, value: Any) -> frozenset[str]:
    return _signs(((code, value),)) if code is op.LITERAL else _signs(tuple(value)) if code is op.IN else frozenset()


@functools.cache  # the same few classes come in all expressions
def _signs(items: tuple[tuple[Any, Any], ...]) -> frozenset[str]:
    """The signs of all characters that a class holds; none where it is not understood."""
    if not _is_understood(items):
        return frozenset()
    found = {_sign(folded(character)) for character in (*_ASCII, *_ALIKE) if _holds(items, character)}
    beyond = any(code is op.CATEGORY or (max(value) if code is op.RANGE else value) >= 128 for code, value in items)
    return frozenset(found | {OTHER}) if beyond else frozenset(found)


def _is_understood(items: Sequence[tuple[Any, Any]]) -> bool:
    return all(code in (op.LITERAL, op.RANGE, op.CATEGORY) for code, _ in items)


def _holds(items: Sequence[tuple[Any, Any]], character: str) -> bool:
    for code, value in items:
        if code is op.CATEGORY and re.match(_CATEGORIES[value], character):
            return True
        if code is op.RANGE and value[0] <= ord(character) <= value[1]:
            return True
        if code is op.LITERAL and value == ord(character):
            return True
    return False
