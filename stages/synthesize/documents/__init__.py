"""A report as it is laid out, before it becomes a file of some format.

Every format's module has `render(report) -> bytes` (scans: `scan.png` and `scan.pdf`), and the same report always
gives the same bytes: no time of day, no random name, nothing of the machine goes into a file.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from stages.synthesize.fill import Filled, joined

Row = tuple[Filled, ...]
"""The cells of a table's row, or the one cell of a line of running text."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The looks of a report; lengths in points.

    Attributes:
        font: Family of the body: one of the fonts that every PDF viewer has.
        heading: How a section's header is set.
        centred: Whether the letterhead stands in the middle.
    """

    font: Literal["Helvetica", "Times", "Courier"]
    size: float
    margin: float
    paper: Literal["letter", "a4"]
    heading: Literal["plain", "ruled", "colon"]
    centred: bool


@dataclass(frozen=True, slots=True)
class Section:
    """A header, which may be empty, with the lines below it: those of several cells in a row make up a table.

    `headed` says that the first row of such a table names its columns.
    """

    header: str
    lines: tuple[Row, ...]
    headed: bool = False

    def blocks(self) -> Iterator[tuple[Row, ...]]:
        """Lines of running text one by one, the rows of a table together."""
        for cells, same in itertools.groupby(self.lines, key=len):
            if cells == 1:
                yield from ((line,) for line in same)
            else:
                yield tuple(same)


@dataclass(frozen=True, slots=True)
class Report:
    """A report of one encounter.

    Attributes:
        letterhead: Lines at the top of the first page.
        signature: Lines below the last section.
        running: What every page bears at its top, and `footer` at its foot, before the page number; may be empty.
        typed: (kind, typed, meant) of what was abbreviated or misspelt, in no order.
    """

    title: str
    letterhead: tuple[Filled, ...]
    sections: tuple[Section, ...]
    signature: tuple[Filled, ...]
    running: Filled
    footer: Filled
    layout: Layout
    typed: tuple[tuple[str, str, str], ...] = ()

    def __post_init__(self) -> None:
        unprintable = {letter for letter in reading_order(self).text if not _printable(letter)}
        if unprintable:
            raise ValueError(f"no font shows {', '.join(map(ascii, sorted(unprintable)))}: keep to Windows-1252")


def draw_layout(rng: random.Random) -> Layout:
    """One of the many looks that reports have."""
    return Layout(
        font=rng.choices(("Helvetica", "Times", "Courier"), (5, 4, 1))[0],
        size=rng.choice((10.0, 10.5, 11.0, 11.5)),
        margin=rng.choice((54.0, 64.0, 72.0)),
        paper=rng.choice(("letter", "letter", "a4")),
        heading=rng.choice(("plain", "ruled", "colon")),
        centred=rng.random() < 0.5,
    )


def heading(report: Report, section: Section) -> str:
    """A section's header as the layout sets it."""
    return section.header + ":" if section.header and report.layout.heading == "colon" else section.header


def reading_order(report: Report) -> Filled:
    """All text with its spans as one reads it; what pages repeat comes once, last."""
    return joined(part for parts in _parts(report) for part in parts)


def outline(report: Report) -> list[tuple[str, int, int]]:
    """(header, start, end) of each section that has a header, in code points of the text in reading order."""
    found: list[tuple[str, int, int]] = []
    start = 0
    for section, parts in zip((None, *report.sections, None), _parts(report), strict=True):
        length = len(joined(parts).text)
        if section and section.header:
            found.append((section.header, start, start + length))
        start += length + bool(parts)
    return found


def _parts(report: Report) -> list[list[Filled]]:
    """The lines of the head, of each section and of the rest, none of them empty."""
    middle = [[Filled(heading(report, one)), *(joined(row, "  ") for row in one.lines)] for one in report.sections]
    parts = [[*report.letterhead, Filled(report.title)], *middle, [*report.signature, report.running, report.footer]]
    return [[line for line in lines if line.text] for lines in parts]


def _printable(letter: str) -> bool:
    return letter == "\n" or (letter.isprintable() and len(letter.encode("cp1252", "ignore")) == 1)
