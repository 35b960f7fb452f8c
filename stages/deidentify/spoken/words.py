"""The words of a turn: where they stand, and the turn without some of them."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from stages.records import Span

_TOKEN = re.compile(r"\S+")
_CLOSING = re.compile(r"([.?!])[\"'”’)\]]*$")
_MARKS = ".?!,;:"


def words_of(text: str) -> list[tuple[int, int]]:
    """Start and end of each word: letters and digits with all that is written together with them."""
    return [found.span() for found in _TOKEN.finditer(text) if _is_word(found.group())]


def within(text: str, spans: Sequence[Span]) -> frozenset[int]:
    """Numbers of the words that a span touches: who knows a part of a word knows the word."""
    return frozenset(
        number
        for number, (start, end) in enumerate(words_of(text))
        if any(span.start < end and start < span.end for span in spans)
    )


def without(text: str, gone: Collection[int]) -> str:
    """The text without the words of these numbers; empty where no word is left.

    Marks that stand alone go with the word before them. Where the last of the words that go ends a sentence, what is
    left before it does.
    """
    if not gone:
        return text
    kept: list[str] = []
    number, dropped = -1, ""
    for token in [*_TOKEN.findall(text), ""]:
        number += _is_word(token)
        if number in gone and token:
            dropped = token if _is_word(token) else dropped
            continue
        if kept and dropped and (closing := _CLOSING.search(dropped)):
            kept[-1] = kept[-1].rstrip(_MARKS) + closing[1]
        dropped = ""
        kept += [token] if token else []
    return " ".join(kept) if any(map(_is_word, kept)) else ""


def _is_word(token: str) -> bool:
    return any(map(str.isalnum, token))
