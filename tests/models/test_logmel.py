"""Features are those of Whisper's own extractor, however they are kept, cut and put together."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import WhisperFeatureExtractor

from stages.models.features import kept
from stages.models.logmel import log_mel, windows
from stages.models.perturb import BLOTTED, at_speed, masked
from stages.params.perturbation import Perturbation
from tests.models.whispers import tone

SHAPES = [{}, {"hop_length": 480, "n_fft": 640, "chunk_length": 6}, {"feature_size": 128, "chunk_length": 4}]


@pytest.mark.parametrize("shape", SHAPES, ids=["as published", "wide hops", "128 bins"])
@pytest.mark.parametrize("seconds", [0.013, 1.0, 3.3337])
def test_a_window_is_what_whisper_makes_of_it(shape: dict[str, int], seconds: float) -> None:
    extractor = WhisperFeatureExtractor(**shape)
    samples = tone(3, seconds)
    wanted = extractor(samples, sampling_rate=16_000, return_tensors="np").input_features
    found = windows([log_mel(extractor, samples)], extractor.nb_max_frames)
    assert found.shape == wanted.shape
    # Half precision: 2**-8 of a decade below 16, over the scale of 4.
    assert np.abs(found - wanted).max() < 2**-8 / 4 + 1e-4


def test_a_full_window_differs_at_its_very_end_alone() -> None:
    """Whisper mirrors the sound at the end of the window; here silence follows, for it may be cut there."""
    extractor = WhisperFeatureExtractor(chunk_length=2)
    wanted = extractor(tone(1, 2.0), sampling_rate=16_000, return_tensors="np").input_features
    found = windows([log_mel(extractor, tone(1, 2.0))], 200)
    assert np.abs(found - wanted)[..., :-1].max() < 2**-8 / 4 + 1e-4


def test_a_sound_longer_than_the_window_is_refused() -> None:
    with pytest.raises(ValueError, match="101 frames of sound; a window of this model holds 100"):
        windows([np.zeros((101, 80), np.float16)], 100)


def test_silence_is_the_floor() -> None:
    extractor = WhisperFeatureExtractor(chunk_length=1)
    silence = windows([log_mel(extractor, np.zeros(800, np.float32))], 100)
    assert (silence == -1.5).all()


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 40), max_size=6))
def test_features_are_kept_as_they_were(tmp_path_factory: pytest.TempPathFactory, lengths: list[int]) -> None:
    made = [np.full((length, 3), number + 0.5, np.float16) for number, length in enumerate(lengths)]
    folder = tmp_path_factory.mktemp("features")
    for where in (folder, folder, None):
        found = kept(where, 3, lambda: iter(made))
        assert [found.frames(i) for i in range(len(found))] == lengths
        assert all((found[i] == one).all() for i, one in enumerate(made))


def test_kept_features_are_not_worked_out_again(tmp_path: object) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path))
    kept(folder, 2, lambda: [np.ones((4, 2), np.float16)])
    again = kept(folder, 2, lambda: pytest.fail("worked out twice"))
    assert again[0].sum() == 8
    # Half-written: the list of ends comes last.
    (folder / "ends.npy").unlink()
    assert kept(folder, 2, lambda: [np.zeros((1, 2), np.float16)])[0].shape == (1, 2)


@pytest.mark.parametrize(("speed", "seconds", "pitch"), [(0.9, 1 / 0.9, 450), (1.1, 1 / 1.1, 550), (1.0, 1.0, 500)])
def test_speed_changes_length_and_pitch(speed: float, seconds: float, pitch: float) -> None:
    times = np.arange(16_000) / 16_000
    made = at_speed(np.sin(2 * np.pi * 500 * times).astype(np.float32), speed)
    assert made.dtype == np.float32
    assert len(made) == pytest.approx(16_000 * seconds, abs=2)
    loudest = np.argmax(np.abs(np.fft.rfft(made))) * 16_000 / len(made)
    assert loudest == pytest.approx(pitch, abs=2)


@settings(deadline=None)
@given(st.integers(0, 3), st.integers(0, 3), st.integers(0, 9))
def test_masks_blot_out_no_more_than_declared_and_leave_the_original(times: int, bins: int, seed: int) -> None:
    features = np.ones((50, 20), np.float16)
    declared = Perturbation(time_masks=times, time_mask_seconds=0.1, mel_masks=bins, mel_mask_bins=4)
    made = masked(features, declared, 100.0, random.Random(seed))
    assert (features == 1).all()
    blotted = made == BLOTTED
    assert ((made == 1) | blotted).all()
    assert blotted.all(1).sum() <= 10 * times
    assert blotted.all(0).sum() <= 4 * bins
    assert (made == masked(features, declared, 100.0, random.Random(seed))).all()
    if times + bins == 0:
        assert not blotted.any()
