"""What leaving out operators does to a task's metrics, judged together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from stages.compare.paired import Settings, rows_of
from stages.compare.rows import Row, judged
from stages.compare.rows import Verdict as Compared
from stages.compare.runs import Run

Verdict = Literal["helped", "hurt", "no evidence", "no change", "refused", "unknown"]
VERDICTS: Mapping[Compared, Verdict] = {
    "better": "helped", "worse": "hurt", "noise": "no evidence", "no change": "no change", "refused": "refused",
    "unknown": "unknown", "added": "refused",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Effect:
    """The full set of operators against the set without some.

    Attributes:
        left_out: The operators that only the full set has.
        verdict: What they did to the headline.
        headline: A is without them, B with them; low and high are the ends of the BCa interval where there is one.
        others: The task's other metrics, likewise.
    """

    left_out: tuple[str, ...]
    verdict: Verdict
    headline: Row
    others: tuple[Row, ...]


def effects(
    task: str,
    metrics: Sequence[str],
    full: Run,
    without: Sequence[tuple[tuple[str, ...], Run]],
    alpha: float,
    settings: Settings,
) -> list[Effect]:
    """An effect for each run of `without`, which names the operators it was trained without.

    `metrics` are the task's, the headline first. Headlines are one family of Holm's correction, over all of `without`,
    and the other metrics another: looking at those costs the headlines nothing. Raises `ValueError` as `rows_of` does.
    """
    found = [
        [_accelerated(row) for row in rows_of(task, metrics, run, full, replace(settings, slices=()))]
        for _, run in without
    ]
    headlines = judged([row for rows in found for row in rows if row.headline], alpha)
    others = iter(judged([row for rows in found for row in rows if not row.headline], alpha))
    return [
        Effect(names, VERDICTS[headline.verdict], headline, tuple(next(others) for row in rows if not row.headline))
        for (names, _), headline, rows in zip(without, headlines, found, strict=True)
    ]


def _accelerated(row: Row) -> Row:
    return row if row.bca is None else replace(row, low=row.bca[0], high=row.bca[1])
