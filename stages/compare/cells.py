"""The cells of a row as people read them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from stages.compare.comparison import Comparison
from stages.compare.rows import Row, Verdict
from stages.report.words import NONE, NOT_APPLICABLE, chance, number

MARKS: dict[Verdict, str] = {
    "better": "\u25b2", "worse": "\u25bc", "noise": "\u25cb", "no change": "=", "refused": "\u2715", "unknown": "?",
    "added": "+",
}  # fmt: skip
ARROW = "\u2192"


def values(row: Row) -> str:
    """Both values: `0.596 -> 0.610`; `N/A` where it was measured and is null, a dash where it was not compared."""
    a, b = (NOT_APPLICABLE if one is None and row.examples else number(one) for one in (row.a, row.b))
    return f"{a} {ARROW} {b}"


def difference(row: Row) -> str:
    """B - A with its interval; a dash where nothing differs or nothing was compared."""
    if not row.difference:
        return NONE
    ends = "" if row.low is None else f" [{number(row.low, signed=True)}, {number(row.high, signed=True)}]"
    return number(row.difference, signed=True) + ends


def probability(row: Row) -> str:
    """The corrected p-value."""
    return chance(row.corrected)


def verdict(row: Row) -> str:
    """The verdict with its sign, and an exclamation mark where rows were compared that should not have been."""
    doubt = " !" if row.reasons and row.verdict not in ("refused", "unknown", "no change") else ""
    return f"{MARKS[row.verdict]} {row.verdict}{doubt}"


def tally(rows: Sequence[Row]) -> str:
    """How many of each verdict, the weightiest first: `1 worse, 2 better, 13 no change`."""
    counts = Counter(row.verdict for row in rows)
    order: tuple[Verdict, ...] = ("worse", "refused", "unknown", "better", "noise", "added", "no change")
    return ", ".join(f"{counts[one]} {one}" for one in order if counts[one])


def reasons(rows: Sequence[Row]) -> list[str]:
    """Each reason once, with the task and the metrics that it is of."""
    metrics: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        for reason in row.reasons:
            metrics.setdefault((row.task, reason), []).append(row.metric)
    return [f"{task}, {', '.join(dict.fromkeys(named))}: {reason}" for (task, reason), named in metrics.items()]


def method(comparison: Comparison) -> str:
    """How rows were judged, in a sentence."""
    settings = comparison.settings
    tests, sliced = (sum(r.p is not None for r in rows) for rows in (comparison.whole(), comparison.sliced()))
    return (
        f"Tuned models, example by example; {settings.confidence:.0%} intervals and permutation tests, clustered by "
        f"patient, {settings.replicates:,} replicates; p corrected by Holm (tests: {tests}, of slices: {sliced}); "
        f"better and worse at p < {comparison.alpha:g}."
    )
