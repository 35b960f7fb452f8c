"""What a match of an expression can begin with, read from the expression's own syntax."""

from __future__ import annotations

import functools
import re
import string
from collections.abc import Iterable, Sequence
from re import _constants as op  # type: ignore[attr-defined]  # the only way to an expression's syntax tree
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

MOST_LETTERS = 6  # of a word or number that are compared
MOST_OPENINGS = 600  # beyond these a longer look would cost more than it saves
END, OTHER, DIGIT, BLANK, START = "|", "\x80", "0", " ", "\x02"
MOST_BEHIND = 2  # characters that an expression looks back at for its sign
_LETTERS = frozenset(string.ascii_lowercase)
_ASCII = "".join(map(chr, range(128)))
# Letters beyond ASCII that are one of its letters where case is disregarded; the first would become two by `lower`.
_ALIKE = {"İ": "i", "ı": "i", "ſ": "s", "\u212a": "k"}
_DIGITS = frozenset(string.digits)
_WORDLIKE = _LETTERS | _DIGITS
_SINGLE = (op.LITERAL, op.NOT_LITERAL, op.IN, op.ANY)  # items of one character
_CATEGORIES = {
    op.CATEGORY_DIGIT: r"\d", op.CATEGORY_NOT_DIGIT: r"\D", op.CATEGORY_SPACE: r"\s", op.CATEGORY_NOT_SPACE: r"\S",
    op.CATEGORY_WORD: r"\w", op.CATEGORY_NOT_WORD: r"\W",
}  # fmt: skip


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


def least_width(expression: re.Pattern[str]) -> int:
    """The fewest characters that a match of an expression holds."""
    return int(parser.parse(expression.pattern, expression.flags).getwidth()[0])


def openings_of(expression: re.Pattern[str]) -> frozenset[Opening]:
    """What a match of an expression can begin with; none where that can be nearly anything."""
    found = _after({Opening()}, parser.parse(expression.pattern, expression.flags))
    alone = {opening.text for opening in found}
    return frozenset() if alone & {"", BLANK} or alone >= _LETTERS else frozenset(found)


def signs_of_token(token: str) -> str:
    """A token's beginning as openings have it."""
    first = _sign(token[0])
    return token + END if first in _LETTERS else DIGIT * len(token) + END if first == DIGIT else first


def folded(text: str) -> str:
    """The text in small letters, each character in its place: ASCII letters as `re.IGNORECASE` compares them."""
    if not text.isascii():
        for letter, small in _ALIKE.items():
            text = text.replace(letter, small)
    return text.lower()


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
