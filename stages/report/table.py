"""The table on the terminal: every task's headline metric, base against tuned."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from stages.report import words
from stages.report.results import Outcome

HEADER = ("task", "metric", "base", "tuned", "difference", "p", "verdict")
NUMBERS = (2, 3, 4, 5)
STYLES = {"better": "green", "worse": "bold red", "noise": "yellow", "unknown": "dim", "missing": "dim"}


def show(outcomes: Mapping[str, Outcome | None], page: Path) -> None:
    """Print the table, drawn on a terminal and plain elsewhere, and where the page lies."""
    rows = [row(task, found) for task, found in outcomes.items()]
    if sys.stdout.isatty():
        _draw(rows)
    else:
        print(plain(rows))
    where = page if page.is_file() else f"{page} (not there yet: run `dvc repro report`)"
    print(f"\nreport: {where}")


def row(task: str, outcome: Outcome | None) -> tuple[str, ...]:
    """The cells of one task, as in `HEADER`."""
    if outcome is None:
        return (task, *[words.NONE] * (len(HEADER) - 2), "missing")
    found = outcome.headline
    difference = f"{words.number(found.difference.value, signed=True)} {words.interval(found.difference, signed=True)}"
    ends = zip((found.base, found.tuned), found.null, strict=True)
    both = tuple(words.NOT_APPLICABLE if why else words.number(span.value) for span, why in ends)
    return task, found.metric, *both, difference.strip(), words.chance(found.p), found.verdict


def plain(rows: Sequence[tuple[str, ...]]) -> str:
    """The table as aligned text.

    >>> print(plain([("hpi", "hpi_f1", "0.1", "0.9", "+0.8", "0.001", "better")]))
    task  metric  base  tuned  difference      p  verdict
    hpi   hpi_f1   0.1    0.9        +0.8  0.001  better
    """
    widths = [max(map(len, column)) for column in zip(HEADER, *rows, strict=True)]

    def line(cells: tuple[str, ...]) -> str:
        placed = zip(cells, widths, strict=True)
        return "  ".join(c.rjust(w) if i in NUMBERS else c.ljust(w) for i, (c, w) in enumerate(placed)).rstrip()

    return "\n".join(line(cells) for cells in [HEADER, *rows])


def _draw(rows: Sequence[tuple[str, ...]]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, header_style="bold")
    for place, heading in enumerate(HEADER):
        table.add_column(heading, justify="right" if place in NUMBERS else "left", no_wrap=True)
    for cells in rows:
        # Text, not markup: the brackets of an interval are no style.
        table.add_row(*map(Text, cells[:-1]), Text(cells[-1], STYLES[cells[-1]]))
    Console().print(table)
