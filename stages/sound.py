"""Sound as all stages after extraction hold it: 16 kHz, one channel, 16 bit, FLAC."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE = 16_000
"""Samples a second, as Whisper hears them."""
FULL_SCALE = 32_768
"""Steps of a 16-bit sample between 0 and -1."""

Samples = NDArray[np.float32]


def read(path: Path, start: float = 0.0, end: float | None = None) -> Samples:
    """The samples `(n,)` from `start` to `end` seconds, between -1 and 1; what lies past the end is not there.

    Raises `FileNotFoundError` and, where the times are no stretch, or rate or channels are others than extraction
    writes, `ValueError`.
    """
    import soundfile

    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such recording; `dvc repro` makes it")
    if start < 0 or (end is not None and end < start):
        raise ValueError(f"{path}: expected 0 <= start <= end in seconds, found {start} and {end}")
    with soundfile.SoundFile(path) as file:
        if (file.samplerate, file.channels) != (RATE, 1):
            raise ValueError(f"{path}: expected one channel of {RATE} Hz, found {file.channels} of {file.samplerate}")
        first = min(round(start * RATE), file.frames)
        file.seek(first)
        frames = -1 if end is None else max(0, round(end * RATE) - first)
        return np.asarray(file.read(frames, dtype="float32"))


def write(path: Path, samples: Samples) -> None:
    """Write samples `(n,)`; the same samples always give the same bytes, and what was read is written unchanged."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with writer(path) as append:
        append(samples)


@contextmanager
def writer(path: Path) -> Iterator[Callable[[Samples], None]]:
    """A function that appends samples `(n,)` to a new file, for what is too long to be held at once."""
    import soundfile

    with soundfile.SoundFile(path, "w", RATE, 1, subtype="PCM_16", format="FLAC") as file:
        # Not left to libsndfile: it reads by steps of 1/32768 and writes floats by steps of 1/32767.
        yield lambda samples: file.write(_quantised(samples))


def _quantised(samples: Samples) -> NDArray[np.int16]:
    scaled = np.rint(samples * np.float32(FULL_SCALE))
    return np.clip(scaled, -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)
