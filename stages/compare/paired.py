"""Two runs of a task example by example: a row for each metric and, where asked for, for each slice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from stages.compare.comparable import impossible, unlike
from stages.compare.rows import Row
from stages.compare.runs import Run
from stages.evaluate.measures import Array, measure
from stages.evaluate.statistics import Comparison, compare, sum_by_group
from stages.keys import seeded


@dataclass(frozen=True, slots=True)
class Settings:
    """How runs are compared: `evaluate`'s statistics, `compare`'s limits, and what the command line asks for."""

    replicates: int
    confidence: float
    fewest_groups: int
    seed: int
    slices: tuple[str, ...] = ()
    anyway: bool = False


def rows_of(task: str, metrics: Sequence[str], a: Run, b: Run, settings: Settings) -> list[Row]:
    """Rows of a task, not yet judged: the whole test set, then slices; `metrics` are the declared, the headline first.

    Raises `ValueError` where the runs claim to have one test set and their examples differ.
    """
    names = [*metrics, *sorted({*a.rows, *b.rows} - set(metrics))]
    rows = [_started(task, name, name in metrics[:1], a, b, settings.anyway) for name in names]
    open_rows = [row for row in rows if row.verdict == "unknown"]
    if not open_rows:
        return rows
    pair = _paired(a, b, [row.metric for row in open_rows], settings.anyway)
    filled = {row.metric: row for row in _filled(open_rows, pair, "", settings)}
    return [*(filled.get(row.metric, row) for row in rows), *_sliced(open_rows, pair, settings)]


def _started(task: str, metric: str, headline: bool, a: Run, b: Run, anyway: bool) -> Row:
    """A row that is refused or added, or unknown still."""
    row = Row(task, metric, headline=headline)
    if metric not in b.rows:
        return replace(row, verdict="refused", reasons=(f"{b.name} does not measure it",))
    if metric not in a.rows:
        return replace(row, verdict="added")
    if never := impossible(metric, a, b):
        return replace(row, verdict="refused", reasons=(never,))
    reasons = tuple(unlike(metric, a, b))
    if reasons and not anyway:
        return replace(row, verdict="refused", reasons=reasons)
    return replace(row, better=measure(metric).better, reasons=reasons)


@dataclass(frozen=True, slots=True)
class _Pair:
    """The examples that both runs have, in one order; `(examples, columns)` statistics by metric.

    `not_applicable` says of a metric that a run's answers do not allow why it is null there.
    """

    groups: Sequence[str]
    slices: Sequence[Mapping[str, str]]
    a: Mapping[str, Array]
    b: Mapping[str, Array]
    not_applicable: Mapping[str, tuple[str, ...]]

    def part(self, chosen: Sequence[int]) -> _Pair:
        """Some of the examples."""
        a, b = ({metric: rows[chosen] for metric, rows in side.items()} for side in (self.a, self.b))
        groups, slices = [self.groups[n] for n in chosen], [self.slices[n] for n in chosen]
        return _Pair(groups, slices, a, b, self.not_applicable)


def _paired(a: Run, b: Run, metrics: Sequence[str], anyway: bool) -> _Pair:
    left, right = ({id: n for n, id in enumerate(run.ids)} for run in (a, b))
    common = sorted(left.keys() & right.keys())
    if not anyway and len(common) < max(len(left), len(right)):
        raise ValueError(
            f"{a.name} and {b.name} name one test set, but not one set of examples; run `dvc repro evaluate` on both"
        )
    places = [left[id] for id in common], [right[id] for id in common]
    first, second = ({m: run.rows[m][place] for m in metrics} for run, place in zip((a, b), places, strict=True))
    null = {m: tuple(f"N/A in {run.name}: {run.not_applicable[m]}" for run in (a, b) if m in run.not_applicable)
            for m in metrics}  # fmt: skip
    return _Pair([b.groups[n] for n in places[1]], [b.slices[n] for n in places[1]], first, second, null)


def _sliced(rows: Sequence[Row], pair: _Pair, settings: Settings) -> Iterator[Row]:
    for key in settings.slices:
        places: dict[str, list[int]] = {}
        for place, slices in enumerate(pair.slices):
            places.setdefault(slices.get(key, ""), []).append(place)
        # One value for all is the whole test set again.
        for value in sorted(places.keys() - {""}) if len(places) > 1 else ():
            part = pair.part(places[value])
            if len(set(part.groups)) >= settings.fewest_groups:
                measured = [row for row in rows if part.a[row.metric].any() or part.b[row.metric].any()]
                yield from _filled(measured, part, f"{key}={value}", settings)


def _filled(rows: Sequence[Row], pair: _Pair, slice: str, settings: Settings) -> Iterator[Row]:
    """The rows with their values and, where their statistics differ at all, interval and p."""
    differing = [row.metric for row in rows if not np.array_equal(pair.a[row.metric], pair.b[row.metric])]
    found = _compared(rows[0].task, slice, pair, differing, settings) if differing else {}
    for row in rows:
        row = replace(row, slice=slice, examples=len(pair.groups), groups=len(set(pair.groups)))
        null = pair.not_applicable[row.metric]
        yield _known(row, found[row.metric], null) if row.metric in found else _unchanged(row, pair.b[row.metric], null)


def _known(row: Row, found: Comparison, null: tuple[str, ...]) -> Row:
    low, high = found.difference.interval or (None, None)
    reasons = row.reasons + null
    if found.difference.value is None:
        reasons += () if null else ("a denominator is 0: no example counts",)
    elif low is None:
        reasons += ("fewer than two patients give no interval",)
    return replace(
        row,
        a=found.base.value,
        b=found.tuned.value,
        difference=found.difference.value,
        low=low,
        high=high,
        bca=found.difference.bca and (found.difference.bca.low, found.difference.bca.high),
        p=found.p,
        reasons=reasons,
    )


def _unchanged(row: Row, rows: Array, null: tuple[str, ...]) -> Row:
    value = float(measure(row.metric).value(rows.sum(axis=0)))
    known = value if np.isfinite(value) else None
    difference = None if known is None else 0.0
    return replace(row, a=known, b=known, difference=difference, verdict="no change", reasons=row.reasons + null)


def _compared(
    task: str, slice: str, pair: _Pair, metrics: Sequence[str], settings: Settings
) -> Mapping[str, Comparison]:
    """All metrics at once, so that they share their draws."""
    ends = np.cumsum([pair.a[metric].shape[1] for metric in metrics]).tolist()
    columns = {metric: range(end - pair.a[metric].shape[1], end) for metric, end in zip(metrics, ends, strict=True)}

    def values(sums: Array) -> dict[str, Array]:
        found = {m: measure(m).value(sums[..., place.start : place.stop]) for m, place in columns.items()}
        return {metric: np.asarray(value) for metric, value in found.items()}

    first, second = (np.concatenate([side[metric] for metric in metrics], axis=1) for side in (pair.a, pair.b))
    rng = np.random.Generator(np.random.SFC64(seeded(settings.seed, "compare", task, slice).getrandbits(128)))
    return compare(
        sum_by_group(first, pair.groups),
        sum_by_group(second, pair.groups),
        values,
        settings.replicates,
        settings.confidence,
        rng,
    )
