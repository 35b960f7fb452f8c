"""Which line ends are a paragraph's and which only the page's, by where the lines stand.

Page texts use Unicode's own marks: U+2028 ends a line that the margin broke, U+2029 one that ends by itself; a plain
newline leaves the question open.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

WRAPPED, ENDED = "\u2028", "\u2029"
# Lines further apart than this many times the usual distance belong to two paragraphs.
APART = 1.2
# A line of fewer characters is a header, a label or a cell: prose is not set so narrow.
SHORTEST = 25
# Blanks between words, in heights of the line, that part the cells of a table's row.
CELL_GAP = 1.6
CELL = "   "


@dataclass(frozen=True, slots=True)
class Line:
    """A line on a page, in any unit of length; `bottom` grows down the page.

    Attributes:
        first: Width of its first word.
        parted: Whether a gap as between cells of a table runs through it.
    """

    text: str
    left: float
    right: float
    bottom: float
    height: float
    first: float
    parted: bool = False


def laid_out(lines: Sequence[Line]) -> str:
    """The lines in order, each but the last with the mark of how it ends."""
    if not lines:
        return ""
    pitch = _pitch(lines)
    ends = [_end(line, following, lines, pitch) for line, following in pairwise(lines)]
    return "".join(line.text + end for line, end in zip(lines, [*ends, ""], strict=True))


def _end(line: Line, following: Line, lines: Sequence[Line], pitch: float) -> str:
    down = following.bottom - line.bottom
    if line.parted or following.parted or not 0.5 * pitch < down <= APART * pitch:
        return ENDED
    if re.search(r"[^\W\d_]-$", line.text) and following.text[:1].islower():
        return WRAPPED
    # Type of another size is a header or a small print.
    if not 0.75 < following.height / line.height < 1.33 or len(line.text) < SHORTEST:
        return ENDED
    near = [other.right for other in lines if not other.parted and abs(other.left - line.left) < 4 * line.height]
    room = max(near) - line.right
    return WRAPPED if room < following.first + 0.4 * line.height else ENDED


def _pitch(lines: Sequence[Line]) -> float:
    """The usual distance of two lines of one paragraph: a low quantile, for those between paragraphs are larger."""
    down = sorted(b.bottom - a.bottom for a, b in pairwise(lines))
    heights = sorted(line.height for line in lines)
    usual = heights[len(heights) // 2]
    steps = [step for step in down if 0.7 * usual < step < 3 * usual]
    return steps[len(steps) // 5] if steps else usual
