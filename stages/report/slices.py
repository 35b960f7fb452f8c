"""Base against tuned within slices of the test set, from the statistics of its examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from stages.evaluate.measures import Array, measure
from stages.evaluate.statistics import Comparison, Estimate, compare, sum_by_group
from stages.keys import seeded
from stages.report.examples import SYSTEMS, Measured
from stages.report.results import Result, Span


@dataclass(frozen=True, slots=True)
class Settings:
    """How slices are resampled: as `evaluate` does, and only those of at least `fewest_groups` patients."""

    replicates: int
    confidence: float
    fewest_groups: int
    seed: int


@dataclass(frozen=True, slots=True)
class Slice:
    """The examples with one value of a key; the metrics that count any of them."""

    value: str
    examples: int
    groups: int
    results: Mapping[str, Result]


def slices(task: str, found: Measured, metrics: Sequence[str], key: str, settings: Settings) -> list[Slice]:
    """A slice for each value of the key, in the order of their names; none where all examples have one.

    Slices carry no verdict: among many, some interval leaves out zero by chance. `stages.compare` corrects for that.
    """
    places: dict[str, list[int]] = {}
    for place, told in enumerate(found.slices):
        if key in told:
            places.setdefault(told[key], []).append(place)
    if len(places) < 2:
        return []
    return [_slice(task, found.part(places[value]), metrics, f"{key}={value}", settings) for value in sorted(places)]


def _slice(task: str, part: Measured, metrics: Sequence[str], named: str, settings: Settings) -> Slice:
    value = named.partition("=")[2]
    groups = len(set(part.groups))
    counted = [m for m in metrics if any(m in rows and rows[m].any() for rows in part.rows.values())]
    results = {metric: _plain(part, metric) for metric in counted}
    if counted and groups >= settings.fewest_groups and len(part.rows) == len(SYSTEMS):
        rng = np.random.Generator(np.random.SFC64(seeded(settings.seed, "report", task, named).getrandbits(128)))
        compared = _compared(part, counted, settings, rng)
        results = {metric: _resampled(metric, one) for metric, one in compared.items()}
    return Slice(value, len(part.ids), groups, results)


def _plain(part: Measured, metric: str) -> Result:
    found = measure(metric)
    values: dict[str, float | None] = dict.fromkeys(SYSTEMS)
    for system, rows in part.rows.items():
        number = float(found.value(rows[metric].sum(axis=0)))
        values[system] = number if np.isfinite(number) else None
    base, tuned = (values[system] for system in SYSTEMS)
    difference = None if base is None or tuned is None else tuned - base
    spans = [Span(value, None, None) for value in (base, tuned, difference)]
    return Result(metric, found.better, spans[0], spans[1], spans[2], p=None, verdict="unknown")


def _compared(
    part: Measured, metrics: Sequence[str], settings: Settings, rng: np.random.Generator
) -> Mapping[str, Comparison]:
    """All metrics at once, so that they share their draws."""
    ends = np.cumsum([len(measure(metric).columns) for metric in metrics]).tolist()
    starts = [0, *ends]

    def values(sums: Array) -> dict[str, Array]:
        placed = zip(metrics, starts, ends, strict=False)
        return {m: np.asarray(measure(m).value(sums[..., start:end])) for m, start, end in placed}

    base, tuned = (
        sum_by_group(np.concatenate([part.rows[system][metric] for metric in metrics], axis=1), part.groups)
        for system in SYSTEMS
    )
    return compare(base, tuned, values, settings.replicates, settings.confidence, rng)


def _resampled(metric: str, found: Comparison) -> Result:
    base, tuned, difference = (_span(one) for one in (found.base, found.tuned, found.difference))
    return Result(metric, measure(metric).better, base, tuned, difference, p=None, verdict="unknown")


def _span(estimate: Estimate) -> Span:
    low, high = estimate.interval or (None, None)
    return Span(estimate.value, low, high)
