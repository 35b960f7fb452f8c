"""What is silenced is silent, what is bleeped is the tone, and no other sample changes."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stages.deidentify.spoken import silence
from stages.deidentify.spoken.silence import Stretch, merged, seconds_of
from stages.sound import RATE

SECONDS = 3.0
TIMES = st.tuples(st.floats(0, SECONDS), st.floats(0, SECONDS)).map(lambda pair: (min(pair), max(pair)))
STRETCHES = st.lists(
    st.builds(lambda times, kind: Stretch(*times, kind), TIMES, st.sampled_from(["silence", "bleep"])), max_size=5
)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sound") / "source.flac"
    samples = np.random.default_rng(1).integers(1, 20_000, round(SECONDS * RATE), dtype=np.int16)
    soundfile.write(path, samples, RATE, format="FLAC", subtype="PCM_16")
    return path


def cut(source: Path, stretches: list[Stretch]) -> tuple[np.ndarray, np.ndarray]:
    target = source.with_name("target")
    silence.write(source, target, stretches)
    before, _ = soundfile.read(source, dtype="int16")
    after, rate = soundfile.read(target, dtype="int16")
    assert rate == RATE
    return before, after


@given(stretches=STRETCHES)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_only_stretches_change(source: Path, stretches: list[Stretch]) -> None:
    before, after = cut(source, stretches)
    assert len(after) == len(before)
    silenced, bleeped = np.zeros(len(before), bool), np.zeros(len(before), bool)
    for stretch in stretches:
        mask = silenced if stretch.replacement == "silence" else bleeped
        mask[int(np.floor(stretch.start * RATE)) : int(np.ceil(stretch.end * RATE))] = True
    tone = np.rint(3276.7 * np.sin(2 * np.pi * ((np.arange(len(before)) / 16) % 1.0)))
    assert not after[silenced].any()
    assert np.array_equal(after[bleeped & ~silenced], tone[bleeped & ~silenced])
    assert np.array_equal(after[~silenced & ~bleeped], before[~silenced & ~bleeped])


def test_a_block_changes_nothing(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stretches = [Stretch(0.4, 1.2, "bleep"), Stretch(1.1, 2.3)]
    _, whole = cut(source, stretches)
    monkeypatch.setattr(silence, "BLOCK", 777)
    _, pieces = cut(source, stretches)
    assert np.array_equal(whole, pieces)


def test_the_same_cut_gives_the_same_bytes(source: Path) -> None:
    cut(source, [Stretch(0.5, 1.0)])
    once = source.with_name("target").read_bytes()
    cut(source, [Stretch(0.5, 1.0)])
    assert source.with_name("target").read_bytes() == once


@given(TIMES, st.floats(0, 2))
def test_padding_stays_within_the_recording(times: tuple[float, float], padding: float) -> None:
    padded = Stretch(*times).padded(padding, SECONDS)
    assert 0 <= padded.start <= padded.end <= SECONDS
    assert padded.start <= times[0] + 0.0005
    assert padded.end >= times[1] - 0.0005
    assert times[0] - padded.start <= padding + 0.0005
    assert padded.end - times[1] <= padding + 0.0005


@given(st.lists(TIMES, max_size=8))
def test_merged_stretches_cover_the_same_time_once(times: list[tuple[float, float]]) -> None:
    found = list(merged(times))
    assert all(a[1] < b[0] for a, b in itertools.pairwise(found))
    for moment in [point for pair in times for point in pair]:
        assert any(start <= moment <= end for start, end in found)
    assert sum(end - start for start, end in found) <= sum(end - start for start, end in times) + 1e-9
    assert all(any(start == other[0] for other in times) for start, _ in found)


def test_what_overlaps_is_counted_once() -> None:
    assert seconds_of([Stretch(0, 1), Stretch(0.5, 2, "bleep"), Stretch(3, 3.5)]) == 2.5
