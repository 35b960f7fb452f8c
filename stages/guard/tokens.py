"""Clinical text as the guard reads it: words in lower case, numbers, punctuation and line ends, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from stages import cues

_TOKEN = re.compile(
    r"(?<![\w/])[^\W\d_]/[^\W\d_](?![\w/])"  # w/o, h/o
    r"|(?<![\w.])\.\d+|\d+(?:[.,:/]\d+)*|[½¼¾⅓⅔]"
    r"|[^\W\d_]+(?:['’][^\W\d_]+)*"
    r"|\n|[^\w\s]"
)
_SENTENCE_END = frozenset(".!?;:")
_ABBREVIATED_SIDE = re.compile(r" [a-z]{3}")
_ONE_SIDE = {"L": "left", "R": "right"}


class Item(NamedTuple):
    """A word or mark of a text as it is compared, and where it stands (code points)."""

    word: str
    start: int
    end: int


class Mark(NamedTuple):
    """A stretch of protected content; one without a value is kept from change and says nothing by itself."""

    category: str
    value: str | None
    start: int
    end: int


def items_of(text: str) -> list[Item]:
    """Words in lower case, numbers, punctuation and line ends; shorthand is spelled out, all of it at one place."""
    items: list[Item] = []
    for token in _TOKEN.finditer(text):
        raw, start, end = token.group(), token.start(), token.end()
        if raw == "-" and text[start - 1 : start].isalnum() and text[end : end + 1].isalnum():
            continue
        word = raw.lower().replace("’", "'")
        if raw in _ONE_SIDE and _ABBREVIATED_SIDE.match(text, end) and not (items and items[-1].word[0].isdigit()):
            # "L hip", but not "2 L by nasal cannula".
            word = _ONE_SIDE[raw]
        for part in cues.SHORTHAND.get(word, (word,)):
            items.append(Item(part, start, end))
    return items


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name, so that two spellings of it are one."""
    return tuple(item.word for item in items_of(name) if item.word.strip())


def sentences_of(text: str, items: list[Item], taken: bytearray) -> Iterator[tuple[int, int]]:
    """First item and the one after the last of each sentence; `taken` are the items of schedules."""
    start = 0
    for i, item in enumerate(items):
        ends = item.word in _SENTENCE_END and not text[item.end : item.end + 1].strip()
        if ends and taken[i]:
            # The stops of b.i.d. end a sentence only before another one.
            follows = text[item.end : item.end + 80].lstrip()
            ends = not follows or follows[0].isupper()
        if item.word == "\n":
            # A sentence may be wrapped over lines: only an empty line, a bullet or a capital begins another.
            follows = text[item.end : item.end + 80].lstrip(" \t")
            ends = not follows or follows[0] == "\n" or not (follows[0].islower() or follows[0].isdigit())
        if ends:
            yield start, i
            start = i + 1
    yield start, len(items)
