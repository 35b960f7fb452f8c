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

# Replicates are worked off in blocks of about this many drawn rows (2 MB of indices), which a core's cache holds.
_DRAWN_AT_ONCE = 1 << 18


class Interval(NamedTuple):
    """Both ends of a confidence interval."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """A metric of one system; None where its denominator is 0, and no interval from fewer than two groups.

    Attributes:
        interval: Percentile bootstrap (Efron and Tibshirani 1993, chapter 13).
        bca: Bias-corrected and accelerated bootstrap (the same, chapter 14.3): closer to the level where the metric is
            skewed; None also where all replicates lie on one side of the value.
    """

    value: float | None
    interval: Interval | None
    bca: Interval | None = None


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
    """Every metric of one system with its bootstrap intervals."""
    drawn = _evaluated(values, resampled(sums, replicates, rng))
    point, without = values(sums.sum(axis=0)), values(_one_left_out(sums))
    return {name: _estimated(float(point[name]), drawn[name], without[name], confidence) for name in point}


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
    drawn: tuple[dict[str, list[Array]], dict[str, list[Array]]] = {}, {}
    for block in resampled(both, replicates, rng):
        _collect(drawn[0], values(block[:, :columns]))
        _collect(drawn[1], values(block[:, columns:]))
    points = values(base.sum(axis=0)), values(tuned.sum(axis=0))
    without = values(_one_left_out(base)), values(_one_left_out(tuned))
    chance = p_values(base, tuned, values, replicates, rng)
    result = {}
    for name in points[0]:
        seen = [(float(points[i][name]), np.concatenate(drawn[i][name]), without[i][name]) for i in (0, 1)]
        seen.append((seen[1][0] - seen[0][0], seen[1][1] - seen[0][1], seen[1][2] - seen[0][2]))
        estimates = [_estimated(*one, confidence) for one in seen]
        result[name] = Comparison(estimates[0], estimates[1], estimates[2], chance[name])
    return result


def resampled(sums: Array, replicates: int, rng: np.random.Generator) -> Iterator[Array]:
    """Blocks `(replicates in the block, columns)` of sums over as many groups, drawn with replacement."""
    groups = len(sums)
    for block in _blocks(replicates, groups):
        drawn = rng.integers(0, groups, size=(block, groups), dtype=np.int64)
        # Each replicate counts in a range of its own, so that one count serves the whole block.
        drawn += np.arange(block)[:, None] * groups
        times = np.bincount(drawn.ravel(), minlength=block * groups).reshape(block, groups)
        yield times.astype(np.float64) @ sums


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
    moves = _all_swaps(tuned - base) if exact else _random_swaps(tuned - base, replicates, rng)
    extreme, tried = dict.fromkeys(observed, 0), 0
    for moved in moves:
        first, second = values(totals[0] + moved), values(totals[1] - moved)
        for name, seen in observed.items():
            # A swap whose difference is not defined counts as extreme: it must not make a result look surer.
            clearly_less = np.abs(second[name] - first[name]) < seen - 1e-12 * max(1.0, seen)
            extreme[name] += int(np.count_nonzero(~clearly_less))
        tried += len(moved)
    unseen = 0 if exact else 1
    return {
        name: (extreme[name] + unseen) / (tried + unseen) if np.isfinite(seen) else None
        for name, seen in observed.items()
    }


def _all_swaps(differences: Array) -> Iterator[Array]:
    yield _subsets(len(differences)) @ differences


def _random_swaps(differences: Array, replicates: int, rng: np.random.Generator) -> Iterator[Array]:
    """Blocks `(replicates in the block, columns)` of summed differences, each group's taken by the toss of a coin.

    A random byte is eight coins.
    """
    groups = len(differences)
    for block in _blocks(replicates, groups):
        octets = rng.integers(0, 256, size=(block, -(-groups // 8)), dtype=np.uint8)
        yield np.unpackbits(octets, axis=1, count=groups).astype(np.float64) @ differences


def _subsets(members: int) -> Array:
    """`(2^members, members)`: every choice among so many, as zeros and ones."""
    return ((np.arange(2**members)[:, None] >> np.arange(members)) & 1).astype(np.float64)


def _one_left_out(sums: Array) -> Array:
    """`(groups, columns)`: the sums of all groups but one (the jackknife)."""
    return sums.sum(axis=0) - sums


def _blocks(replicates: int, drawn: int) -> Iterator[int]:
    size = max(1, _DRAWN_AT_ONCE // max(1, drawn))
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


def _estimated(point: float, drawn: Array, without: Array, confidence: float) -> Estimate:
    known = drawn[np.isfinite(drawn)]
    if len(without) < 2 or not len(known):
        return Estimate(_known(point), None)
    tail = (1 - confidence) / 2
    low, high = np.quantile(known, [tail, 1 - tail])
    return Estimate(_known(point), Interval(float(low), float(high)), _bca(point, known, without, tail))


def _bca(point: float, drawn: Array, without: Array, tail: float) -> Interval | None:
    from scipy.special import ndtr, ndtri

    if not (np.isfinite(point) and np.isfinite(without).all()):
        return None
    below = (np.count_nonzero(drawn < point) + np.count_nonzero(drawn <= point)) / (2 * len(drawn))
    if not 0 < below < 1:
        return None
    bias = ndtri(below)
    influence = without.mean() - without
    spread = float((influence**2).sum())
    skew = float((influence**3).sum()) / (6 * spread**1.5) if spread > 0 else 0.0
    normal = bias + ndtri([tail, 1 - tail])
    low, high = np.quantile(drawn, ndtr(bias + normal / (1 - skew * normal)))
    return Interval(float(low), float(high))


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None
