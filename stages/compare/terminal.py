"""The comparison on a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from stages.compare import cells
from stages.compare.comparison import Comparison
from stages.compare.rows import Row

STYLES = {"better": "green", "worse": "bold red", "refused": "bold magenta", "noise": "yellow", "unknown": "magenta"}
NUMBERS = (2, 3, 4)


def show(comparison: Comparison) -> None:
    """Print it: aligned, and in colour where the terminal has colours."""
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True)
    for line, style in lines(comparison):
        console.print(Text(line, style))


def lines(comparison: Comparison) -> list[tuple[str, str]]:
    """The lines, each with the name of its style."""
    whole, sliced = comparison.whole(), comparison.sliced()
    found = [(f"A {comparison.a}   B {comparison.b}   {cells.tally(whole)}", "bold"), ("", "")]
    found += _table(("task", "metric"), [(row.task, row.metric + " *" * row.headline) for row in whole], whole)
    if sliced:
        found += [("", ""), (f"Slices   {cells.tally(sliced)}", "bold"), ("", "")]
        found += _table(("task, slice", "metric"), [(f"{r.task}, {r.slice}", r.metric) for r in sliced], sliced)
    if told := cells.reasons(comparison.rows):
        found += [("", ""), *((line, "") for line in told)]
    return [*found, ("", ""), (f"* headline. {cells.method(comparison)}", "dim")]


def _table(heads: tuple[str, str], names: Sequence[tuple[str, str]], rows: Sequence[Row]) -> list[tuple[str, str]]:
    table = [(*heads, f"A {cells.ARROW} B", "difference", "p", "verdict")]
    for both, row in zip(names, rows, strict=True):
        table.append((*both, cells.values(row), cells.difference(row), cells.probability(row), cells.verdict(row)))
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    aligned = [
        "  ".join(c.rjust(w) if n in NUMBERS else c.ljust(w) for n, (c, w) in enumerate(zip(line, widths, strict=True)))
        for line in table
    ]
    styles = ["bold", *(STYLES.get(row.verdict, "") for row in rows)]
    return [(line.rstrip(), style) for line, style in zip(aligned, styles, strict=True)]
