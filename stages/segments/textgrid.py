"""Praat's TextGrid, long and short form: an interval tier a speaker, an interval a segment.

Praat itself reads both forms alike: of a text file only free-standing numbers, quoted strings and flags count, whatever
stands between them (Praat manual, "TextGrid file formats"). Empty intervals are silence; tiers of points hold no
stretch of speech and are passed over. Tags of transcribers stay in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from stages.segments.lines import line
from stages.segments.segment import Segment

TOKEN = re.compile(
    r"""!.*$                                               # a comment
    | "(?P<text>(?:[^"]|"")*)"                             # a string; a quotation mark in it is doubled
    | (?<!\S)(?P<number>[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?)(?!\S)
    | <(?P<flag>exists|absent)>
    | (?P<open>")                                          # a string that never ends
    """,
    re.VERBOSE | re.MULTILINE,
)
Kind = Literal["text", "number", "flag"]
SAYS: dict[Kind, str] = {"text": "a quoted string", "number": "a number", "flag": "<exists> or <absent>"}


@dataclass(frozen=True, slots=True)
class Tier:
    """An interval tier; `segments` are its intervals that hold text."""

    name: str
    segments: tuple[Segment, ...]


def parse(text: str, recording: str) -> Iterator[Segment]:
    """The segments of every interval tier, whose name is the speaker.

    Raises `ValueError` naming the line and what was expected.
    """
    for tier in tiers(text, recording):
        yield from tier.segments


def tiers(text: str, recording: str) -> list[Tier]:
    """Every interval tier, the empty ones too."""
    tokens = _Tokens(text)
    _header(tokens)
    if tokens.take("flag") == "absent":
        return []
    found = [_tier(tokens, recording) for _ in range(tokens.count())]
    return [tier for tier in found if tier is not None]


def seconds(text: str) -> float:
    """How long the recording is that the file was made for: the end of its time."""
    return _header(_Tokens(text))


def _header(tokens: _Tokens) -> float:
    with line(1):
        if not tokens.take("text").startswith("ooTextFile") or tokens.take("text") != "TextGrid":
            raise ValueError("expected a TextGrid that Praat saved as text")
    start, end = tokens.time(), tokens.time()
    if end < start:
        raise ValueError(f"line {tokens.line}: expected the end of the recording's time, found one before its start")
    return end


def _tier(tokens: _Tokens, recording: str) -> Tier | None:
    form = tokens.take("text")
    if form not in ("IntervalTier", "TextTier"):
        raise ValueError(f"line {tokens.line}: expected an IntervalTier or a TextTier")
    name = tokens.take("text")
    tokens.time()
    tokens.time()
    count = tokens.count()
    if form == "TextTier":
        for _ in range(count):
            tokens.time()
            tokens.take("text")
        return None
    return Tier(name, tuple(found for _ in range(count) if (found := _interval(tokens, recording, name))))


def _interval(tokens: _Tokens, recording: str, name: str) -> Segment | None:
    start, end = tokens.time(), tokens.time()
    at = tokens.line
    words = " ".join(tokens.take("text").replace('""', '"').split())
    with line(at):
        found = Segment(recording, name.strip(), start, end, words)
    return found if words else None


class _Tokens:
    """What counts in a file, one by one; `line` is where the last one began."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._found = (match for match in TOKEN.finditer(text) if match.lastgroup)
        self._at = 0
        self.line = 1

    def take(self, kind: Kind) -> str:
        match = next(self._found, None)
        if match is None:
            self.line += self._text.count("\n", self._at)
            raise ValueError(f"line {self.line}: expected {SAYS[kind]}, found the end of the file")
        self.line += self._text.count("\n", self._at, match.start())
        self._at = match.start()
        if match.lastgroup != kind:
            found = "a string that never ends" if match.lastgroup == "open" else "none"
            raise ValueError(f"line {self.line}: expected {SAYS[kind]}, found {found}")
        return match[kind]

    def time(self) -> float:
        return float(self.take("number"))

    def count(self) -> int:
        found = self.time()
        if not found.is_integer() or found < 0:
            raise ValueError(f"line {self.line}: expected how many there are, found {found}")
        return int(found)
