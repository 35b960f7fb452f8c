"""One statistics engine for every metric: paired, clustered and seeded.

A scorer turns each example into a row of sufficient statistics once, and a metric is a function of their sum. So a
bootstrap replicate is a weighted sum of rows and nothing is scored again, and corpus ratios (WER, BLEU, perplexity) are
pooled, never averages of rates. Examples of one group (the patient) are not independent: rows are first summed by
group, and groups are what is drawn and what is swapped.

Arrays are float64. `sums` has a row a group and a column a statistic, `(groups, columns)`; a `Values` function takes
sums of any leading shape `(..., columns)` to `{metric: (...)}`, NaN where a metric's denominator is 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Values = Callable[[Array], Mapping[str, Array]]

# Replicates are worked off in blocks of about this many weights (32 MB), so that memory does not grow with the test
# set.
_WEIGHTS_AT_ONCE = 4_000_000


class Interval(NamedTuple):
    """Both ends of a confidence interval."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """A metric of one system; None where its denominator is 0, and no interval from fewer than two groups."""

    value: float | None
    interval: Interval | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A metric of two systems that answered the same examples, and of their difference, tuned - base."""

    base: Estimate
    tuned: Estimate
    difference: Estimate
    p: float | None


def sum_by_group(rows: Array, groups: Sequence[str]) -> Array:
    """`(examples, columns)` rows to `(groups, columns)` sums, in the order of the groups' names.

    The order of the rows changes no bit.
    """
    names = np.asarray(groups, dtype=str)
    unique, index = np.unique(names, return_inverse=True)
    sums = np.zeros((len(unique), rows.shape[1]))
    # Sorted first, because floating-point sums depend on the order in which they are taken.
    order = np.lexsort((*rows.T[::-1], index)) if len(rows) else np.arange(0)
    np.add.at(sums, index[order], rows[order])
    return sums


def estimate(
    sums: Array, values: Values, replicates: int, confidence: float, rng: np.random.Generator
) -> dict[str, Estimate]:
    """Every metric of one system with its percentile bootstrap interval (Efron and Tibshirani 1993, chapter 13)."""
    point = values(sums.sum(axis=0))
    drawn = _evaluated(values, resampled(sums, replicates, rng))
    return {name: Estimate(_known(point[name]), _percentile(drawn[name], len(sums), confidence)) for name in point}


def compare(
    base: Array,
    tuned: Array,
    values: Values,
    replicates: int,
    confidence: float,
    rng: np.random.Generator,
) -> dict[str, Comparison]:
    """Every metric of two systems, with intervals and a two-sided p-value of the difference.

    The bootstrap draws whole groups with replacement, the same for both systems, so what makes an example hard cancels.
    The p-value is of the paired permutation (approximate randomisation) test: under the null hypothesis the two
    systems' answers to a group could as well be swapped (Noreen 1989; for corpus metrics, Riezler and Maxwell 2005).
    """
    columns = base.shape[1]
    both = np.concatenate([base, tuned], axis=1)
    drawn_base: dict[str, list[Array]] = {}
    drawn_tuned: dict[str, list[Array]] = {}
    for block in resampled(both, replicates, rng):
        _collect(drawn_base, values(block[:, :columns]))
        _collect(drawn_tuned, values(block[:, columns:]))
    points = values(base.sum(axis=0)), values(tuned.sum(axis=0))
    chance = p_values(base, tuned, values, replicates, rng)
    result = {}
    for name in points[0]:
        first, second = np.concatenate(drawn_base[name]), np.concatenate(drawn_tuned[name])
        ends = [_percentile(drawn, len(base), confidence) for drawn in (first, second, second - first)]
        found = (points[0][name], points[1][name], points[1][name] - points[0][name])
        estimates = [Estimate(_known(value), end) for value, end in zip(found, ends, strict=True)]
        result[name] = Comparison(estimates[0], estimates[1], estimates[2], chance[name])
    return result


def resampled(sums: Array, replicates: int, rng: np.random.Generator) -> Iterator[Array]:
    """Blocks `(replicates in the block, columns)` of sums over as many groups, drawn with replacement."""
    groups = len(sums)
    for block in _blocks(replicates, groups):
        drawn = rng.integers(0, groups, size=(block, groups), dtype=np.int64)
        drawn += np.arange(block)[:, None] * groups
        weights = np.bincount(drawn.ravel(), minlength=block * groups).reshape(block, groups)
        yield weights.astype(np.float64) @ sums


def p_values(
    base: Array, tuned: Array, values: Values, replicates: int, rng: np.random.Generator
) -> dict[str, float | None]:
    """Two-sided p-values of swapping the systems group by group.

    All 2^groups swaps are tried where there are no more than `replicates`; otherwise that many random ones, and the
    observed one counts as one more (Phipson and Smyth 2010), so that p is never 0.
    """
    totals = base.sum(axis=0), tuned.sum(axis=0)
    at_base = values(totals[0])
    observed = {name: float(abs(found - at_base[name])) for name, found in values(totals[1]).items()}
    exact = 2 ** len(base) <= replicates if len(base) < 64 else False
    swaps = _all_swaps(len(base)) if exact else _random_swaps(len(base), replicates, rng)
    extreme, tried = dict.fromkeys(observed, 0), 0
    for block in swaps:
        moved = block @ (tuned - base)
        first, second = values(totals[0] + moved), values(totals[1] - moved)
        for name, seen in observed.items():
            # A swap whose difference is not defined counts as extreme: it must not make a result look surer.
            clearly_less = np.abs(second[name] - first[name]) < seen - 1e-12 * max(1.0, seen)
            extreme[name] += int(np.count_nonzero(~clearly_less))
        tried += len(block)
    unseen = 0 if exact else 1
    return {
        name: (extreme[name] + unseen) / (tried + unseen) if np.isfinite(seen) else None
        for name, seen in observed.items()
    }


def _all_swaps(groups: int) -> Iterator[Array]:
    numbers = np.arange(2**groups)
    yield ((numbers[:, None] >> np.arange(groups)) & 1).astype(np.float64)


def _random_swaps(groups: int, replicates: int, rng: np.random.Generator) -> Iterator[Array]:
    for block in _blocks(replicates, groups):
        yield rng.integers(0, 2, size=(block, groups), dtype=np.int8).astype(np.float64)


def _blocks(replicates: int, groups: int) -> Iterator[int]:
    size = max(1, _WEIGHTS_AT_ONCE // max(1, groups))
    for start in range(0, replicates, size):
        yield min(size, replicates - start)


def _evaluated(values: Values, blocks: Iterator[Array]) -> dict[str, Array]:
    drawn: dict[str, list[Array]] = {}
    for block in blocks:
        _collect(drawn, values(block))
    return {name: np.concatenate(parts) for name, parts in drawn.items()}


def _collect(drawn: dict[str, list[Array]], found: Mapping[str, Array]) -> None:
    for name, part in found.items():
        drawn.setdefault(name, []).append(np.asarray(part))


def _percentile(drawn: Array, groups: int, confidence: float) -> Interval | None:
    known = drawn[np.isfinite(drawn)]
    if groups < 2 or not len(known):
        return None
    tail = (1 - confidence) / 2
    low, high = np.quantile(known, [tail, 1 - tail])
    return Interval(float(low), float(high))


def _known(value: float | Array) -> float | None:
    return float(value) if np.isfinite(value) else None
