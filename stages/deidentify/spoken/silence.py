"""Stretches of a recording silenced or bleeped; every other sample stays as it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from stages.sound import RATE

BLOCK = 60 * RATE  # samples that are held at once
TONE, LEVEL = 1000.0, 0.1  # hertz, and share of full scale

Replacement = Literal["silence", "bleep"]
PCM = NDArray[np.int16]


@dataclass(frozen=True, slots=True, order=True)
class Stretch:
    """Seconds of a recording, and what is heard there afterwards."""

    start: float
    end: float
    replacement: Replacement = "silence"

    def padded(self, seconds: float, whole: float) -> Stretch:
        """Wider by some seconds on either side, within a recording of `whole` seconds."""
        start, end = max(0.0, self.start - seconds), min(whole, self.end + seconds)
        return Stretch(round(start, 3), round(end, 3), self.replacement)


def write(source: Path, target: Path, stretches: Sequence[Stretch]) -> None:
    """Write a recording (FLAC, 16 kHz, one channel, 16 bit) without its stretches.

    Where stretches overlap, silence wins. Never more than a minute is held in memory.
    """
    import soundfile

    with (
        soundfile.SoundFile(source) as heard,
        soundfile.SoundFile(target, "w", RATE, 1, subtype="PCM_16", format="FLAC") as made,
    ):
        at = 0
        while len(samples := heard.read(BLOCK, dtype="int16")):
            made.write(_without(samples, at, stretches))
            at += len(samples)


def seconds_of(stretches: Iterable[Stretch]) -> float:
    """How long stretches are together, what overlaps counted once."""
    return round(sum(end - start for start, end in merged((one.start, one.end) for one in stretches)), 3)


def merged(times: Iterable[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """Stretches of time without overlap, in order, that cover what the given ones cover."""
    last: tuple[float, float] | None = None
    for start, end in sorted(times):
        if last and start <= last[1]:
            last = last[0], max(last[1], end)
            continue
        if last:
            yield last
        last = start, end
    if last:
        yield last


def _without(samples: PCM, at: int, stretches: Sequence[Stretch]) -> PCM:
    changed = samples.copy()
    # Silence last: nothing is heard where both are asked for.
    for stretch in sorted(stretches, key=lambda one: one.replacement == "silence"):
        first = max(0, int(np.floor(stretch.start * RATE)) - at)
        last = min(len(samples), int(np.ceil(stretch.end * RATE)) - at)
        if first < last:
            changed[first:last] = _tone(at + first, at + last) if stretch.replacement == "bleep" else 0
    return changed


def _tone(first: int, last: int) -> PCM:
    """A sine whose phase is told by the place in the recording, so that no block's edge is heard."""
    turns = np.arange(first, last) * (TONE / RATE) % 1.0
    return np.asarray(np.rint(LEVEL * 32767 * np.sin(2 * np.pi * turns)), dtype=np.int16)
