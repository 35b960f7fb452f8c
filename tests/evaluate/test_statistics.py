"""The engine against scipy on the same numbers, and what intervals and p-values promise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from stages.evaluate.measures import ratio
from stages.evaluate.statistics import Array, compare, estimate, p_values, sum_by_group


def mean(sums: Array) -> dict[str, Array]:
    return {"mean": ratio(0, 1)(sums)}


def rows(values: object) -> Array:
    column = np.asarray(values, dtype=np.float64)
    return np.stack([column, np.ones(len(column))], axis=1)


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_intervals_equal_scipys_percentile_bootstrap() -> None:
    values = rng().gamma(2.0, size=80)
    ours = estimate(rows(values), mean, 20_000, 0.9, rng(2))["mean"]
    theirs = stats.bootstrap(
        (values,), np.mean, n_resamples=20_000, confidence_level=0.9, method="percentile", rng=rng(3)
    ).confidence_interval
    assert ours.value == pytest.approx(values.mean(), abs=1e-12)
    assert ours.interval is not None
    # Both are Monte Carlo: their ends agree within a few of its standard errors.
    assert ours.interval == pytest.approx((theirs.low, theirs.high), abs=0.015)


def test_intervals_of_differences_equal_scipys_paired_bootstrap() -> None:
    base = rng().normal(size=60)
    tuned = base + rng(5).normal(0.3, 0.4, size=60)
    ours = compare(rows(base), rows(tuned), mean, 20_000, 0.95, rng(2))["mean"].difference
    theirs = stats.bootstrap(
        (base, tuned), lambda a, b, axis: np.mean(b - a, axis=axis), paired=True, n_resamples=20_000,
        method="percentile", rng=rng(3), vectorized=True,
    ).confidence_interval  # fmt: skip
    assert ours.interval == pytest.approx((theirs.low, theirs.high), abs=0.01)
    assert ours.value == pytest.approx(float(np.mean(tuned - base)), abs=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_exact_p_equals_scipys_permutation_test(seed: int) -> None:
    base = rng(seed).normal(size=10)
    tuned = base + rng(seed + 50).normal(0.3, 0.5, size=10)
    ours = p_values(rows(base), rows(tuned), mean, 2000, rng())["mean"]
    theirs = stats.permutation_test(
        (tuned, base), lambda a, b: np.mean(a) - np.mean(b), permutation_type="samples", n_resamples=np.inf
    ).pvalue
    assert ours == pytest.approx(theirs, abs=1e-12)


def test_sampled_p_is_near_the_exact_one_and_never_zero() -> None:
    base = rng().normal(size=16)
    tuned = base + rng(9).normal(0.2, 0.5, size=16)
    exact = p_values(rows(base), rows(tuned), mean, 2**16, rng())["mean"]
    sampled = p_values(rows(base), rows(tuned), mean, 20_000, rng(4))["mean"]
    assert exact is not None
    assert sampled == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 20_000))
    certain = p_values(rows(np.zeros(40)), rows(np.ones(40)), mean, 999, rng())["mean"]
    assert certain == pytest.approx(1 / 1000)


def test_a_corpus_ratio_is_swapped_as_a_whole() -> None:
    """For a ratio of sums the exact test is worked out here by hand, over all 2^6 swaps."""
    base, tuned = rng(1).integers(1, 9, size=(6, 2)).astype(float), rng(2).integers(1, 9, size=(6, 2)).astype(float)
    observed = abs(tuned[:, 0].sum() / tuned[:, 1].sum() - base[:, 0].sum() / base[:, 1].sum())
    extreme = 0
    for swap in range(2**6):
        swapped = np.array([(swap >> i) & 1 for i in range(6)], dtype=bool)[:, None]
        one, other = np.where(swapped, tuned, base).sum(axis=0), np.where(swapped, base, tuned).sum(axis=0)
        extreme += abs(other[0] / other[1] - one[0] / one[1]) >= observed - 1e-12
    assert p_values(base, tuned, mean, 100, rng())["mean"] == pytest.approx(extreme / 2**6, abs=1e-12)


def test_equal_systems_differ_by_nothing() -> None:
    values = rows(rng().normal(size=30))
    found = compare(values, values, mean, 500, 0.95, rng())["mean"]
    assert found.difference.value == 0
    assert found.difference.interval == (0, 0)
    assert found.p == 1


@given(st.permutations(range(12)))
def test_order_of_examples_changes_no_bit(order: list[int]) -> None:
    values, groups = rows(rng().normal(size=12)), [f"patient {i // 3}" for i in range(12)]
    straight = sum_by_group(values, groups)
    shuffled = sum_by_group(values[order], [groups[i] for i in order])
    assert straight.tobytes() == shuffled.tobytes()


def test_a_denominator_of_zero_is_null() -> None:
    nothing = np.zeros((5, 2))
    found = compare(nothing, rows(np.ones(5)), mean, 200, 0.95, rng())["mean"]
    assert found.base.value is None
    assert found.base.interval is None
    assert found.difference.value is None
    assert found.p is None
    assert found.tuned.value == 1


def test_one_group_has_no_interval() -> None:
    assert estimate(rows([0.5]), mean, 200, 0.95, rng())["mean"].interval is None


def test_clusters_widen_an_interval_that_ignores_them() -> None:
    effect = np.repeat(rng().normal(size=20), 10)
    values = rows(effect + 0.1 * rng(2).normal(size=200))
    groups = [f"{i // 10:02d}" for i in range(200)]
    apart = estimate(values, mean, 2000, 0.95, rng())["mean"].interval
    together = estimate(sum_by_group(values, groups), mean, 2000, 0.95, rng())["mean"].interval
    assert apart is not None
    assert together is not None
    assert together.high - together.low > 2 * (apart.high - apart.low)


def test_clustered_intervals_cover_the_truth() -> None:
    """50 groups of 4 with a shared effect: 95 % intervals hold the true difference in 91 to 98 % of 400 trials."""
    covered = 0
    for trial in range(400):
        draw = rng(1000 + trial)
        shared = np.repeat(draw.normal(size=50), 4)
        base, tuned = (shared + draw.normal(size=200) for _ in range(2))
        tuned = tuned + 0.25 + np.repeat(draw.normal(0, 0.5, size=50), 4)
        groups = [f"{i // 4:02d}" for i in range(200)]
        sums = sum_by_group(rows(base), groups), sum_by_group(rows(tuned), groups)
        found = compare(*sums, mean, 400, 0.95, draw)["mean"].difference.interval
        assert found is not None
        covered += found.low <= 0.25 <= found.high
    assert 0.91 <= covered / 400 <= 0.98


def test_p_values_are_uniform_under_the_null() -> None:
    found = []
    for trial in range(400):
        draw = rng(5000 + trial)
        base, tuned = rows(draw.normal(size=30)), rows(draw.normal(size=30))
        found.append(p_values(base, tuned, mean, 199, draw)["mean"])
    assert stats.kstest(np.array(found, dtype=float), "uniform").pvalue > 0.001
