"""Sound as all stages after extraction hold it: 16 kHz, one channel, 16 bit, FLAC."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE = 16_000
"""Samples a second, as Whisper hears them."""

Samples = NDArray[np.float32]


def read(path: Path, start: float = 0.0, end: float | None = None) -> Samples:
    """The samples `(n,)` from `start` to `end` seconds, between -1 and 1.

    Raises `FileNotFoundError` and, where rate or channels are others than extraction writes, `ValueError`.
    """
    import soundfile

    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such recording; `dvc repro` makes it")
    with soundfile.SoundFile(path) as file:
        if (file.samplerate, file.channels) != (RATE, 1):
            raise ValueError(f"{path}: expected one channel of {RATE} Hz, found {file.channels} of {file.samplerate}")
        file.seek(min(round(start * RATE), file.frames))
        frames = -1 if end is None else max(0, round(end * RATE) - round(start * RATE))
        return np.asarray(file.read(frames, dtype="float32"))


def write(path: Path, samples: Samples) -> None:
    """Write samples `(n,)`; the same samples always give the same bytes."""
    import soundfile

    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, samples, RATE, format="FLAC", subtype="PCM_16")
