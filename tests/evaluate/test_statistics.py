"""The engine against scipy on the same numbers, and what intervals and p-values promise."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from stages.evaluate.measures import ratio
from stages.evaluate.statistics import Array, _random_swaps, compare, estimate, p_values, resampled, sum_by_group


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


TRIALS = 2000
PATIENTS = 80


def error_rates(draw: np.random.Generator, rate: float, difficulty: Array) -> Array:
    """`(patients, 2)`: errors and words of a system whose pooled rate is `rate`; patients are not alike."""
    words = draw.integers(20, 120, size=(PATIENTS, 3))
    return np.stack([draw.binomial(words, rate * difficulty[:, None]).sum(axis=1), words.sum(axis=1)], axis=1) * 1.0


def wer(sums: Array) -> dict[str, Array]:
    return {"wer": ratio(0, 1)(sums)}


@pytest.fixture(scope="module")
def trials() -> dict[str, float]:
    """How often 95 % intervals hold the true rate (0.12) and the true difference (0.03), by kind of interval."""
    held: Counter[str] = Counter()
    for trial in range(TRIALS):
        draw = np.random.Generator(np.random.SFC64(1000 + trial))
        # A mean of 1: the true pooled rate is the one that was asked for.
        difficulty = draw.beta(4, 4, size=PATIENTS) * 2
        found = compare(error_rates(draw, 0.12, difficulty), error_rates(draw, 0.15, difficulty), wer, 500, 0.95, draw)
        for name, told, truth in (("rate", found["wer"].base, 0.12), ("difference", found["wer"].difference, 0.03)):
            for kind in ("interval", "bca"):
                low, high = getattr(told, kind)
                held[f"{name} {kind}"] += low <= truth <= high
    return {name: times / TRIALS for name, times in held.items()}


@pytest.mark.parametrize("name", ["rate interval", "rate bca", "difference interval", "difference bca"])
def test_clustered_intervals_of_a_pooled_rate_cover_the_truth(trials: dict[str, float], name: str) -> None:
    assert 0.93 <= trials[name] <= 0.97


def test_intervals_that_ignore_clusters_do_not_cover() -> None:
    """The same data as if each of a patient's notes were on its own: too sure by far where patients differ."""
    held = 0
    for trial in range(400):
        draw = np.random.Generator(np.random.SFC64(trial))
        notes = np.repeat(draw.normal(size=30), 8) + 0.3 * draw.normal(size=240)
        interval = estimate(rows(notes), mean, 300, 0.95, draw)["mean"].interval
        assert interval is not None
        held += interval.low <= 0 <= interval.high
    assert held / 400 < 0.8


def test_p_values_of_a_pooled_rate_are_uniform_under_the_null() -> None:
    found = []
    for trial in range(TRIALS):
        draw = np.random.Generator(np.random.SFC64(9000 + trial))
        difficulty = draw.beta(4, 4, size=PATIENTS) * 2
        systems = (error_rates(draw, 0.12, difficulty) for _ in range(2))
        found.append(p_values(*systems, wer, 199, draw)["wer"])
    told = np.array(found, dtype=float)
    assert stats.kstest(told, "uniform").pvalue > 0.01
    for level in (0.01, 0.05, 0.1):
        spread = 4 * np.sqrt(level * (1 - level) / TRIALS)
        assert np.mean(told <= level) == pytest.approx(level, abs=spread)


def test_bca_equals_scipys() -> None:
    values = rng().gamma(1.0, size=60)
    ours = estimate(rows(values), mean, 40_000, 0.9, rng(2))["mean"].bca
    theirs = stats.bootstrap(
        (values,), np.mean, n_resamples=40_000, confidence_level=0.9, method="BCa", rng=rng(3)
    ).confidence_interval
    assert ours == pytest.approx((theirs.low, theirs.high), abs=0.015)


@pytest.mark.parametrize(("kind", "method"), [("interval", "percentile"), ("bca", "BCa")])
def test_intervals_from_the_same_replicates_equal_scipys(kind: str, method: str) -> None:
    """Without Monte Carlo error: scipy is given our own replicates."""
    values = rng(7).gamma(0.7, size=40)
    drawn = np.concatenate([block[:, 0] / block[:, 1] for block in resampled(rows(values), 5000, rng(8))])
    theirs = stats.bootstrap(
        (values,), np.mean, n_resamples=0, confidence_level=0.95, method=method,
        bootstrap_result=SimpleNamespace(bootstrap_distribution=drawn),
    ).confidence_interval  # fmt: skip
    ours = getattr(estimate(rows(values), mean, 5000, 0.95, rng(8))["mean"], kind)
    assert ours == pytest.approx((theirs.low, theirs.high), abs=1e-9)


@pytest.mark.parametrize("groups", [3, 8, 9, 17])
def test_replicates_are_sums_of_groups(groups: int) -> None:
    """Whatever is done for speed, a replicate is made of as many groups, each column alike."""
    sums = np.stack([np.ones(groups), np.arange(groups), np.ones(groups), 2.0 ** np.arange(groups)], axis=1)
    blocks = np.concatenate(list(resampled(sums, 500, rng())))
    assert blocks.shape == (500, 4)
    assert (blocks[:, 0] == groups).all()
    assert (blocks[:, 0] == blocks[:, 2]).all()
    assert blocks[:, 1].mean() == pytest.approx(np.arange(groups).sum(), rel=0.1)


def test_random_swaps_take_each_group_by_the_toss_of_a_coin() -> None:
    """With powers of 2 as differences, a sum tells which groups were swapped."""
    differences = 2.0 ** np.arange(11)[:, None]
    moved = np.concatenate(list(_random_swaps(differences, 4000, rng())))[:, 0].astype(int)
    swapped = (moved[:, None] >> np.arange(11)) & 1
    assert moved.max() < 2**11
    assert np.allclose(swapped.mean(axis=0), 0.5, atol=0.04)
    assert np.allclose(np.corrcoef(swapped.T), np.eye(11), atol=0.07)
