"""Physical lines to paragraphs: words broken at line ends are joined, wrapped lines are re-flowed, the rest is kept.

No lexicon is asked whether a hyphen belongs to a word: the document's own spelling elsewhere decides, then short closed
lists of the parts that English compounds are made with.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from stages.extract.layout import ENDED, SHORTEST, WRAPPED

# First and last parts that keep their hyphen: "follow-up", "non-tender", "three-day", "well-controlled".
FIRST = frozenset((
    "all", "anti", "bed", "break", "built", "check", "co", "cross", "eight", "eighteen", "eighty", "ex", "fifty",
    "first", "five", "follow", "forty", "four", "full", "half", "hand", "high", "left", "life", "light", "long",
    "low", "mid", "mild", "moderate", "multi", "near", "nine", "ninety", "non", "off", "on", "once", "one", "open",
    "over", "part", "post", "pre", "quarter", "re", "right", "second", "self", "semi", "seven", "severe", "short",
    "single", "six", "sixty", "small", "sub", "ten", "third", "thirty", "three", "top", "twelve", "twenty", "two",
    "ultra", "under", "up", "well", "wheel", "wide", "work",
))  # fmt: skip
LAST = frozenset((
    "acting", "aged", "and", "associated", "based", "bearing", "bound", "by", "day", "days", "dependent", "dose",
    "down", "ended", "ever", "eyed", "fed", "fold", "foot", "free", "grade", "hand", "hour", "hours", "in",
    "induced", "is", "like", "line", "looking", "month", "months", "needed", "negative", "of", "off", "old", "on",
    "onset", "out", "over", "pack", "point", "positive", "rated", "related", "resistant", "risk", "round", "sided",
    "specific", "step", "term", "the", "through", "time", "to", "type", "up", "way", "week", "weeks", "year",
    "years",
))  # fmt: skip
BROKEN = re.compile(r"([^\W\d_]+)[-\u2010\xad\x02\ufffe]$")
STARTS = re.compile(r"[^\W\d_]+")
BULLET = re.compile(r"\s*(?:[-–—*•·▪◦‣●○■□☐☑☒✓]|\(?\d{1,3}[.)](?!\d)|\(?[a-zA-Z][.)])\s+\S")
KEY = re.compile(r"\s*[A-Z][\w /&'’.()#-]{0,40}:(?:\s|$)")
CELLS = re.compile(r"\S(?: {2,}|\t+| *\| *)\S")
RULE = re.compile(r"\s*[-=_*~.·]{4,}\s*$")
SMALL = frozenset(("a", "an", "and", "at", "for", "in", "of", "on", "or", "the", "to", "with"))
LONGEST_HEADER = 45
# A line wider than this was not wrapped at a margin.
WIDEST = 160
# The share of the text's width that a line and its successor's first word must pass for the break to be a wrap.
FULL = 0.86


def reflow(text: str) -> str:
    """The text with wrapped lines joined; blank lines, list items, table rows, headers and `Key: value` lines stand.

    Line ends that bear a mark of `layout` are what they say, others are judged by the lines' lengths. No character but
    white space and the hyphens of broken words is changed.
    """
    ended = [(line.rstrip(), line[-1:]) for line in text.splitlines(keepends=True)]
    width = _width([line for line, _ in ended])
    done: list[str] = []
    previous, end = "", ENDED
    for line, next_end in ended:
        if end == WRAPPED or (end != ENDED and _wraps(previous, line, width)):
            done[-1] = _joined(done[-1], line.lstrip(), text)
        else:
            done.append(line if _is_row(line) else _single_spaced(line))
        previous, end = line, next_end
    return re.sub(r"\n{3,}", "\n\n", "\n".join(done)).strip("\n")


def dehyphenate(left: str, right: str, text: str = "") -> str:
    """Join a line that ends in a hyphen with the one that follows: "medi-", "cation" -> "medication".

    The hyphen stays where the word has one: before a capital or a digit, where `text` spells it so elsewhere, and
    where one of the parts makes compounds ("follow-", "up").
    """
    broken, start = BROKEN.search(left), STARTS.match(right)
    if not broken or not start:
        return left + right if re.search(r"\w[-\u2010]$", left) else f"{left} {right}"
    first, last = broken[1], start[0]
    stem = left[: broken.end(1)]
    return stem + right if _one_word(first, last, text) else f"{stem}-{right}"


def _one_word(first: str, last: str, text: str) -> bool:
    if re.search(rf"\b{first}-{last}\b", text, re.IGNORECASE):
        return False
    if re.search(rf"\b{first}{last}\b", text, re.IGNORECASE):
        return True
    if len(first) < 2 or len(last) < 2 or not last.islower() or first.isupper():
        return False
    return first.casefold() not in FIRST and last not in LAST


def _joined(left: str, right: str, text: str) -> str:
    right = _single_spaced(right)
    return dehyphenate(left, right, text) if re.search(r"\w[-\u2010\xad\x02\ufffe]$", left) else f"{left} {right}"


def _wraps(line: str, following: str, width: int) -> bool:
    if not line.strip() or not following.strip() or _is_row(line) or RULE.match(line):
        return False
    if _stands_alone(following) or _is_header(following.strip(), line):
        return False
    if re.search(r"[^\W\d_][\xad\x02\ufffe]$", line) or (BROKEN.search(line) and following.lstrip()[:1].islower()):
        return True
    word = following.split(maxsplit=1)[0]
    return SHORTEST <= width <= WIDEST and len(line) + 1 + len(word) >= FULL * width and not line.endswith(":")


def _stands_alone(line: str) -> bool:
    return bool(BULLET.match(line) or KEY.match(line) or RULE.match(line)) or _is_row(line)


def _is_header(line: str, before: str) -> bool:
    """Whether a line looks like a section's header: in capitals, or in title case after the end of a sentence."""
    if line.isupper() and sum(map(str.isalpha, line)) >= 3:
        return not before.isupper()
    titled = all(word[0].isupper() or word in SMALL for word in line.split())
    return titled and len(line) <= LONGEST_HEADER and line[-1].isalpha() and before[-1] in ".!?:"


def _is_row(line: str) -> bool:
    """Whether the line is a row of a table: cells parted by bars, tabs or three blanks, or several times by two."""
    inner = line.strip()
    gaps = CELLS.findall(inner)
    wide = re.search(r"\S(?: {3,}|\t+| \| )\S", inner)
    # Two blanks after a full stop are how typists part sentences.
    return bool(wide) or sum(not gap.startswith((".", "?", "!", ":")) for gap in gaps) >= 2


def _single_spaced(line: str) -> str:
    return re.sub(r"[ \t]+", " ", line.strip())


def _width(lines: Sequence[str]) -> int:
    """The margin at which the text wraps: the length that only one long line in ten passes."""
    lengths = sorted(len(line) for line in lines if line.strip() and not _is_row(line))
    long = [length for length in lengths if length >= lengths[-1] / 2]
    return long[int(0.9 * (len(long) - 1))] if long else 0
