"""Runs of numbers and letters that are said one after the other: "oh four one", "K as in kilo, W", "double seven"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from stages.deidentify.dates import TENS, UNITS
from stages.deidentify.forms import Form

DIGITS = {name: str(digit) for digit, name in enumerate(UNITS[:10])} | {"oh": "0", "nought": "0"}
NUMBERS = {name: number for number, name in enumerate(UNITS) if number >= 10} | {
    name: 10 * tens for tens, name in enumerate(TENS) if tens >= 2
}
TIMES = {"double": 2, "triple": 3}
SCALES = {"hundred": 100, "thousand": 1000}
ALPHABET = (
    "alpha", "alfa", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliet", "kilo", "lima",
    "mike", "november", "oscar", "papa", "quebec", "romeo", "sierra", "tango", "uniform", "victor", "whiskey", "xray",
    "yankee", "zulu",
)  # fmt: skip
JOINTS = {"dash": "-", "hyphen": "-", "dot": ".", "point": ".", "slash": "/"}
LEAST_OF_CODE = 5  # pieces of which the first may well be an A
LEAST_OF_ALPHABET = 3  # fewer are a name such as Mike Oscar, or a drink


def _any(names: object) -> str:
    return "|".join(sorted(names, key=len, reverse=True))  # type: ignore[call-overload]


_UNIT = rf"(?:{_any(UNITS[1:10])})"
_SMALL = rf"(?:(?:{_any(TENS[2:])})(?:[ \t]|-){_UNIT}|{_any(NUMBERS)}|{_any(UNITS[1:10])})"
_SINGLE = rf"(?:{_any(DIGITS)}|\d(?!\d))"
_LETTER = r"[A-Za-z](?![\w'’])"
_PIECE = Form(
    rf"(?<![\w'’])(?:(?P<times>double|triple)[ \t]+(?P<again>{_SINGLE}|{_LETTER})"
    rf"|(?P<number>{_SMALL})[ \t]+(?P<scale>hundred|thousand)(?:[ \t]+(?:and[ \t]+)?(?P<rest>{_SMALL}))?"
    rf"|(?P<digit>{_SINGLE})|(?P<small>{_SMALL})"
    rf"|(?P<letter>{_LETTER})(?P<example>[ \t]*,?[ \t]*(?:as[ \t]in|for|like)[ \t]+[^\W\d_]+)?"
    rf"|(?P<alphabet>{_any(ALPHABET)}))(?![^\W_])",
    re.IGNORECASE,
)
_JOINT = re.compile(rf"[ \t]+(?:(?P<word>{_any(JOINTS)})[ \t]+)?|[ \t]*(?P<mark>[-,./])[ \t]*", re.IGNORECASE)
_LETTERS_ON = re.compile(r"[ \t]+[A-Za-z](?![\w'’])")
_CAPITAL = re.compile(r"[ \t]+[A-Z][a-z]")


@dataclass(frozen=True, slots=True)
class Piece:
    """One number or letter: what is written for it, where it stands, and what stands before it."""

    figures: str
    start: int
    end: int
    kind: str
    joint: str = ""

    @property
    def is_letter(self) -> bool:
        return self.kind in ("letter", "named", "alphabet")


@dataclass(frozen=True, slots=True)
class Run:
    """Pieces with nothing but joints between them: two or more, or a number before a name."""

    pieces: tuple[Piece, ...]

    @property
    def start(self) -> int:
        return self.pieces[0].start

    @property
    def end(self) -> int:
        return self.pieces[-1].end

    @property
    def plain(self) -> str:
        """Letters and digits alone."""
        return "".join(piece.figures for piece in self.pieces)

    @property
    def is_spelled(self) -> bool:
        """Whether it is letters alone."""
        return all(piece.is_letter for piece in self.pieces)

    @property
    def digits_said(self) -> int:
        """The most digits that are said one after the other, by their names."""
        most = said = 0
        for piece in self.pieces:
            said = said + len(piece.figures) if piece.kind == "digit" else 0
            most = max(most, said)
        return most

    def figures(self) -> str:
        """The run in figures, with what stands between them."""
        return self.pieces[0].figures + "".join(piece.joint + piece.figures for piece in self.pieces[1:])

    def dated(self) -> str:
        """The run in figures after the name of a month: a day, and what follows is a year."""
        first, *rest = self.pieces
        year = "".join(piece.figures for piece in rest)
        is_day = first.figures.isdigit() and 1 <= int(first.figures) <= 31
        return f"{first.figures} {year}" if is_day and len(year) in (2, 4) else self.figures()


def runs(text: str) -> Iterator[Run]:
    """Every run of a text, in order. Numbers of several figures are part of none: they are written, not said."""
    at = 0

    def behind_run(_: re.Match[str]) -> int:
        return at

    for match in _PIECE.finditer(text, go_on=behind_run):
        pieces = [_piece(match)]
        at = match.end()
        while (joint := _JOINT.match(text, at)) and (following := _PIECE.expression.match(text, joint.end())):
            piece = _piece(following)
            if not _agree(pieces[-1], piece, joint) or _begins_anew(pieces[-1], following, joint):
                break
            pieces.append(replace(piece, joint=_written(pieces[-1], piece, joint)))
            at = following.end()
        if whole := _whole(pieces, text):
            yield Run(whole)


def _piece(match: re.Match[str]) -> Piece:
    kind = match.lastgroup or ""
    found = {name: value.casefold() for name, value in match.groupdict().items() if value}
    if "times" in found:
        again = found["again"]
        figures = (DIGITS.get(again) or again.upper()) * TIMES[found["times"]]
        kind = "digit" if figures.isdigit() else "letter"
    elif "scale" in found:
        figures = str(_small(found["number"]) * SCALES[found["scale"]] + _small(found.get("rest", "")))
        kind = "small"
    elif "digit" in found:
        figures, kind = DIGITS.get(found["digit"]) or found["digit"], "digit"
    elif "small" in found:
        figures, kind = str(_small(found["small"])), "small"
    elif "letter" in found:
        figures, kind = found["letter"].upper(), "named" if "example" in found else "letter"
    else:
        figures, kind = found["alphabet"][0].upper(), "alphabet"
    return Piece(figures, match.start(), match.end(), kind)


def _small(words: str) -> int:
    return sum(NUMBERS.get(word, int(DIGITS.get(word, 0))) for word in re.split(r"[ \t-]", words))


def _agree(before: Piece, after: Piece, joint: re.Match[str]) -> bool:
    """Whether two pieces may stand in one run: sentences end at a full stop after a number, lists have commas."""
    mark = joint["mark"] or ""
    if before.is_letter and after.is_letter:
        return mark != "/"
    if before.is_letter or after.is_letter:
        # "B twelve" is a vitamin; a number that begins with a letter goes on digit by digit.
        return mark in ("", ",") and "small" not in (before.kind, after.kind)
    return mark in ("", ",", "-")


def _begins_anew(before: Piece, after: re.Match[str], joint: re.Match[str]) -> bool:
    """Whether a letter after a number and a comma begins another: "C three, C four", but not "eight, E G, six"."""
    is_list = joint["mark"] == "," and not before.is_letter and after["letter"] is not None
    return is_list and not _LETTERS_ON.match(after.string, after.end())


def _written(before: Piece, after: Piece, joint: re.Match[str]) -> str:
    if joint["word"]:
        return JOINTS[joint["word"].casefold()]
    if before.is_letter or after.is_letter:
        return ""
    return {",": " ", "-": "-"}.get(joint["mark"] or "", "")


def _whole(pieces: list[Piece], text: str) -> tuple[Piece, ...]:
    """The pieces that can be a run; none where they are words of a sentence, or somebody counts."""
    # "I" and "a" are words where no letter stands beside them.
    while pieces and len(pieces) <= LEAST_OF_CODE and _is_word(pieces[0], pieces[1:2]):
        pieces = pieces[1:]
    while pieces and _is_word(pieces[-1], pieces[-2:-1]):
        pieces = pieces[:-1]
    alphabet = sum(piece.kind == "alphabet" for piece in pieces)
    if 0 < alphabet < LEAST_OF_ALPHABET or all(piece.figures in ("A", "I") for piece in pieces):
        return ()
    if len(pieces) == 1:
        # A number alone, but for one before a name: twelve Birch Lane.
        return () if pieces[0].is_letter or not _CAPITAL.match(text, pieces[0].end) else tuple(pieces)
    values = [int(piece.figures) for piece in pieces if not piece.is_letter]
    steps = {after - before for before, after in pairwise(values)}
    counted = len(values) == len(pieces) > 2 and steps in ({1}, {-1})
    return () if counted else tuple(pieces)


def _is_word(piece: Piece, beside: list[Piece]) -> bool:
    return piece.kind == "letter" and piece.figures in ("A", "I") and not any(other.is_letter for other in beside)
