"""Sound in and out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from stages import sound


def _noise(seconds: float) -> sound.Samples:
    return np.random.default_rng(7).uniform(-1, 1, round(seconds * sound.RATE)).astype(np.float32)


def test_what_is_read_is_written_unchanged(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", _noise(1), sound.RATE, subtype="PCM_16")
    once = sound.read(tmp_path / "a.wav")
    sound.write(tmp_path / "b.flac", once)
    assert np.array_equal(sound.read(tmp_path / "b.flac"), once)
    sound.write(tmp_path / "c.flac", sound.read(tmp_path / "b.flac"))
    assert (tmp_path / "b.flac").read_bytes() == (tmp_path / "c.flac").read_bytes()
    assert soundfile.info(tmp_path / "b.flac").subtype == "PCM_16"


def test_what_is_too_loud_is_cut_off(tmp_path: Path) -> None:
    sound.write(tmp_path / "a.flac", np.array([2.0, -2.0, 1.0, -1.0], np.float32))
    assert sound.read(tmp_path / "a.flac").tolist() == [32767 / 32768, -1.0, 32767 / 32768, -1.0]


def test_blocks_are_as_one(tmp_path: Path) -> None:
    whole = _noise(1)
    sound.write(tmp_path / "whole.flac", whole)
    with sound.writer(tmp_path / "parts.flac") as append:
        for start in range(0, len(whole), 999):
            append(whole[start : start + 999])
    assert np.array_equal(sound.read(tmp_path / "parts.flac"), sound.read(tmp_path / "whole.flac"))


@pytest.mark.parametrize(("start", "end", "expected"), [
    (0.0, None, (0, 16000)), (0.25, 0.5, (4000, 8000)), (0.5, None, (8000, 16000)), (0.9, 9.0, (14400, 16000)),
    (5.0, 6.0, (16000, 16000)), (0.5, 0.5, (8000, 8000)),
])  # fmt: skip
def test_a_stretch(tmp_path: Path, start: float, end: float | None, expected: tuple[int, int]) -> None:
    sound.write(tmp_path / "a.flac", _noise(1))
    assert np.array_equal(
        sound.read(tmp_path / "a.flac", start, end), sound.read(tmp_path / "a.flac")[slice(*expected)]
    )


def test_faults_say_what_was_expected(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", _noise(1), 8000)
    with pytest.raises(ValueError, match="expected one channel of 16000 Hz, found 1 of 8000"):
        sound.read(tmp_path / "a.wav")
    with pytest.raises(ValueError, match="expected 0 <= start <= end"):
        sound.read(tmp_path / "a.wav", 2.0, 1.0)
    with pytest.raises(FileNotFoundError, match="dvc repro"):
        sound.read(tmp_path / "gone.flac")
