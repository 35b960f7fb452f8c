"""Other ways in which a known name is written: by a nickname, misread, broken over lines, glued to its neighbour."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache

from stages.deidentify.words import lines

LEAST_GLUED = 3  # letters of a part of a name that is found inside a word
_BREAK = re.compile(r"[-\u2010\u00ad][ \t]*\r?\n")
_BROKEN = re.compile(r"(?<![^\W_])(?P<head>[^\W\d_][\w'’]*)[-\u2010\u00ad][ \t]*\r?\n[ \t]*(?P<tail>[^\W\d_][\w'’]*)")
# Where one word ends inside another: KwameOsei, PatientOsei, OseiMRN, Osei1962.
_SEAM = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])|(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])|_+")
_MISREAD = str.maketrans({"0": "o", "q": "o", "1": "l", "i": "l", "|": "l", "5": "s", "8": "b", "6": "b", "2": "z"})


@cache
def _nicknames() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for line in lines("nicknames"):
        formal, *short = line.split()
        for name in formal.split("/"):
            found[name].update(short)
            for nickname in short:
                found[nickname].add(name)
    return {name: frozenset(others) for name, others in found.items()}


def nicknames(name: str) -> frozenset[str]:
    """What the bearer of a given name is called as well, folded: short forms of a full one and the reverse."""
    return _nicknames().get(name.casefold(), frozenset())


def legible(word: str) -> str:
    """The word, folded, with what OCR mistakes for each other made one: O/0, l/I/1, S/5, B/8, rn/m.

    Two words that OCR may confuse become equal; none is one that people read.
    """
    return word.casefold().translate(_MISREAD).replace("rn", "m").replace("vv", "w")


def rejoined(text: str) -> Iterator[tuple[str, int, int]]:
    """Words that a line break parts after a hyphen: each without them, with its start and end in the text."""
    for match in _BROKEN.finditer(text) if _BREAK.search(text) else ():
        yield match["head"] + match["tail"], match.start(), match.end()


def unbroken(name: str) -> str:
    """A name without line breaks behind hyphens; the hyphen stays where a capital follows, as in Smith-Jones."""
    return _BROKEN.sub(_made_whole, name)


def _made_whole(match: re.Match[str]) -> str:
    head, tail = match["head"], match["tail"]
    is_double = not (tail.islower() or (head.isupper() and tail.isupper()))
    return f"{head}-{tail}" if is_double else head + tail


def unglued(word: str) -> Iterator[tuple[str, int]]:
    """Pieces of a word that a change of case, a digit or an underscore parts, each with its place in the word.

    None for a word that nothing parts, and none behind a particle: McDonald and DeShawn are whole.
    """
    seams = [match.span() for match in _SEAM.finditer(word)]
    if not seams:
        return
    starts, ends = [0, *(end for _, end in seams)], [*(start for start, _ in seams), len(word)]
    for at, (start, end) in enumerate(zip(starts, ends, strict=True)):
        before = word[starts[at - 1] : ends[at - 1]] if at else ""
        if end - start >= LEAST_GLUED and len(before) != 2 and before.casefold() not in ("mac", "van", "von"):
            yield word[start:end], start
