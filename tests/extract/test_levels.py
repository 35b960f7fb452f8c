"""Levels, tenth of a second by tenth of a second."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stages.extract.recordings.levels import Levels, amplitude, share_heard


def _heard(samples: np.ndarray, rate: int, block_seconds: int = 10) -> Levels:
    levels = Levels(rate)
    for start in range(0, len(samples), block_seconds * rate):
        block = samples[start : start + block_seconds * rate].astype(np.float32)
        levels.add(block, block.mean(axis=1))
    return levels


@settings(deadline=None)
@given(st.sampled_from([8000, 11_025, 16_000, 44_100]), st.integers(1, 30_000), st.integers(1, 2))
def test_each_frame_is_a_tenth_of_a_second(rate: int, length: int, channels: int) -> None:
    samples = np.random.default_rng(length).uniform(-1, 1, (length, channels))
    levels = _heard(samples, rate, 1)
    edges = [*(frame * rate // 10 for frame in range(-(-length * 10 // rate))), length]
    mono = samples.astype(np.float32).mean(axis=1)
    expected = [float(np.sqrt(np.mean(np.square(mono[a:b])))) for a, b in pairwise(edges)]
    assert levels.rms() == pytest.approx(expected, rel=1e-4)
    assert levels.seconds == pytest.approx(length / rate)
    assert (levels.loudest() >= levels.rms() - 1e-6).all()


def test_three_samples_at_the_rail_are_clipped_and_two_are_not() -> None:
    samples = np.full((32_000, 2), 0.1)
    samples[100:103, 1] = 1.0
    samples[5000:5002, 0] = -1.0
    samples[31_997:, 0] = -1.0
    assert np.flatnonzero(_heard(samples, 16_000).clipped()).tolist() == [0, 19]


def test_what_is_no_number_is_noticed() -> None:
    samples = np.zeros((1600, 1))
    samples[7] = np.inf
    assert not _heard(samples, 16_000).is_finite


def test_the_share_that_is_heard() -> None:
    rms = np.array([0.0, 0.5, 0.5, 0.0], np.float32)
    assert share_heard(rms, [(0.1, 0.3)], 0.1) == 1.0
    assert share_heard(rms, [(0.0, 0.4)], 0.1) == 0.5
    assert share_heard(rms, [(0.0, 0.05), (0.35, 0.4)], 0.1) == 0.0
    assert share_heard(rms, [], 0.1) == 1.0


def test_decibels() -> None:
    assert amplitude(0) == 1.0
    assert amplitude(-60) == pytest.approx(0.001)
