"""Ranks, exposure and recall: what they are where the truth is known."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.audit.exposure import Rank, ranked, summary
from stages.audit.recall import recall


@given(st.floats(-50, 0), st.lists(st.floats(-50, 0), min_size=1, max_size=40))
def test_the_rank_counts_what_is_likelier(own: float, others: list[float]) -> None:
    one = ranked((own, False), others)
    expected = sorted([*others, own], reverse=True).index(own) + 1
    assert (one.rank, one.of) == (expected, len(others) + 1)
    assert 0 <= one.exposure <= math.log2(len(others) + 1)


def test_known_by_heart_is_all_the_bits_there_are() -> None:
    assert ranked((-0.1, True), [-9.0] * 255).exposure == 8.0
    assert ranked((-99.0, False), [-9.0] * 255).exposure == 0.0


def test_chances_are_uniform_where_nothing_is_known() -> None:
    rng = random.Random(1)
    trials = []
    for _ in range(2000):
        ranks = [Rank(rng.randint(1, 256), 256, False) for _ in range(4)]
        trials.append(summary(ranks))
    chances = [float(one["p"]) for one in trials]
    for level in (0.01, 0.05, 0.25, 0.5):
        share = sum(p <= level for p in chances) / len(chances)
        assert share == pytest.approx(level, abs=3.5 * math.sqrt(level * (1 - level) / len(chances)))
    exposures = [float(one["exposure"]) for one in trials]
    assert sum(exposures) / len(exposures) == pytest.approx(1 / math.log(2), abs=0.06)


def test_remembered_canaries_have_a_small_chance() -> None:
    told = summary([Rank(1, 256, True), Rank(2, 256, False), Rank(1, 256, True), Rank(30, 256, False)])
    assert told["p"] < 1e-4
    assert told["extraction_rate"] == 0.5
    assert told["exposure"] == pytest.approx((8 + 7 + 8 + math.log2(256 / 30)) / 4)


def test_without_canaries_there_are_no_numbers() -> None:
    assert summary([]) == {"exposure": None, "extraction_rate": None, "p": None}
    assert recall({})["canary_recall"] is None


def test_recall_by_label_with_an_exact_interval() -> None:
    counts = {"canaries.planted.PHONE": 12, "canaries.removed.PHONE": 12, "in": 99}
    counts |= {"canaries.planted.RELATIVE": 8, "canaries.removed.RELATIVE": 7}
    told = recall(counts)
    assert (told["planted"], told["removed"], told["canary_recall"]) == (20, 19, 0.95)
    assert told["labels"] == {"PHONE": {"planted": 12, "removed": 12}, "RELATIVE": {"planted": 8, "removed": 7}}
    # The bounds solve the binomial's tails at 2.5 %.
    low, high = told["canary_recall_low"], told["canary_recall_high"]
    assert _at_least(19, 20, low) == pytest.approx(0.025, abs=1e-6)
    assert 1 - _at_least(20, 20, high) == pytest.approx(0.025, abs=1e-6)


def _at_least(hits: int, trials: int, chance: float) -> float:
    return math.fsum(math.comb(trials, k) * chance**k * (1 - chance) ** (trials - k) for k in range(hits, trials + 1))
