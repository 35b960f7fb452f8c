"""Calibration of ranked lists: how often the right diagnosis stands at each rank.

A list is well calibrated where a higher rank is right more often than a lower one. Where it is not, swapping the two
ranks throughout would raise the mean reciprocal rank.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from stages.evaluate.measures import Array, divided
from stages.evaluate.statistics import estimate, sum_by_group
from stages.keys import seeded
from stages.report.examples import Measured
from stages.report.results import Span
from stages.report.slices import Settings
from stages.report.svg import across, drawing, scale, tag, text, upright
from stages.report.words import number

LAST = 5
NAMES = (*(str(rank) for rank in range(1, LAST + 1)), "later", "not listed")


@dataclass(frozen=True, slots=True)
class Ranking:
    """Of one system: for each of `NAMES` the share of examples, and ranks that are right more often than one above."""

    system: str
    examples: int
    shares: tuple[Span, ...]
    misplaced: tuple[int, ...]


def rankings(task: str, found: Measured, metrics: Sequence[str], settings: Settings) -> list[Ranking]:
    """One for each system that gave ranked lists; none where the task measures no reciprocal rank."""
    metric = next((metric for metric in metrics if metric in ("mrr", "lenient_mrr")), None)
    if metric is None:
        return []
    made = ((system, _counted(rows[metric])) for system, rows in found.rows.items())
    return [_ranking(task, system, rows, found.groups, settings) for system, rows in made if rows.any()]


def chart(rankings: Sequence[Ranking], width: int = 560, height: int = 190) -> Markup:
    """A pair of bars a rank, with their intervals."""
    left, bottom, top = 34, height - 34, 8
    y = scale(0.0, 1.0, bottom, top)
    step, bar = (width - left) / len(NAMES), 20.0
    marks = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        marks += [across("grid", left, width, y(share)), text(left - 6, y(share) + 4, f"{share:g}", "end")]
    for place, name in enumerate(NAMES):
        middle = left + step * (place + 0.5)
        marks.append(text(middle, bottom + 16, name, "middle"))
        for side, ranking in enumerate(rankings):
            value, low, high = ranking.shares[place]
            start = middle + bar * (side - len(rankings) / 2)
            if value is not None:
                marks.append(
                    tag("rect", ranking.system, x=start + 1, y=y(value), width=bar - 2, height=bottom - y(value))
                )
            if low is not None and high is not None:
                marks.append(upright("whisker", start + bar / 2, y(low), y(high)))
    marks.append(text(left + step * LAST / 2, bottom + 31, "rank of the right diagnosis", "middle"))
    told = "; ".join(
        f"{one.system}: " + ", ".join(f"{n} {number(s.value)}" for n, s in zip(NAMES, one.shares, strict=True))
        for one in rankings
    )
    return drawing(width, height, "ranks", f"Share of examples by the rank of the right diagnosis. {told}", marks)


def _counted(rows: Array) -> Array:
    """`(examples, 8)`: which of `NAMES` an example is, and 1 where it counts at all; from (1 / rank or 0, 1)."""
    counted = np.zeros((len(rows), len(NAMES) + 1))
    for row, (reciprocal, examples) in zip(counted, rows, strict=True):
        if examples:
            rank = round(1 / reciprocal) if reciprocal else None
            row[len(NAMES) - 1 if rank is None else min(rank - 1, LAST)] = 1.0
            row[-1] = 1.0
    return counted


def _ranking(task: str, system: str, rows: Array, groups: Sequence[str], settings: Settings) -> Ranking:
    def values(sums: Array) -> dict[str, Array]:
        return {name: divided(sums[..., place], sums[..., -1]) for place, name in enumerate(NAMES)}

    rng = np.random.Generator(np.random.SFC64(seeded(settings.seed, "report", task, "ranks", system).getrandbits(128)))
    estimates = estimate(sum_by_group(rows, groups), values, settings.replicates, settings.confidence, rng)
    shares = tuple(Span(one.value, *(one.interval or (None, None))) for one in estimates.values())
    totals = rows.sum(axis=0)
    misplaced = tuple(rank for rank in range(2, LAST + 1) if totals[rank - 1] > totals[: rank - 1].min())
    return Ranking(system, int(totals[-1]), shares, misplaced)
