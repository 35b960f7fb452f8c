"""Long recordings cut into windows at pauses, so that no word stands in two windows or is cut in two."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stages.sound import RATE, Samples

OVERLAP = 1 / 3
"""Of a window: where a pause is looked for, and, where there is none, what the next window hears again."""
PAUSE = 0.2
"""Seconds that a pause lasts at least; the closure of a stop consonant is shorter."""
QUIET = 0.01
"""Of a window's mean power: what a pause has at most, which is 20 dB less."""
HOP = RATE // 100
"""Samples of which one power is taken."""


class Window(NamedTuple):
    """A stretch of a recording, in samples."""

    start: int
    end: int


def windows(samples: Samples, length: int) -> list[Window]:
    """Windows of at most `length` samples that cover samples `(n,)` in order.

    Each ends in the quietest moment of its last third, where the next one starts. Where that is no pause, the window is
    of the full length and the next one starts with its last third, so that every word is heard whole by one of them.
    """
    power, found, start = _power(samples), [], 0
    while start + length < len(samples):
        heard = power[start // HOP : (start + length) // HOP]
        cut = _pause(heard)
        end = start + length if cut is None else min(start + length, (start // HOP + cut) * HOP)
        found.append(Window(start, end))
        start = end if cut is not None else start + round(length * (1 - OVERLAP))
    return [*found, Window(start, len(samples))]


def _power(samples: Samples) -> NDArray[np.float32]:
    whole = samples[: len(samples) // HOP * HOP].reshape(-1, HOP)
    return np.einsum("ij,ij->i", whole, whole) / HOP


def _pause(power: NDArray[np.float32]) -> int | None:
    """The middle of the quietest pause in the last third of a window, the latest of equals, if there is one."""
    long = round(PAUSE * RATE / HOP)
    first = round(len(power) * (1 - OVERLAP))
    if len(power) - first < long:
        return None
    around = np.lib.stride_tricks.sliding_window_view(power[first:], long).mean(axis=1)
    latest = len(around) - 1 - int(np.argmin(around[::-1]))
    return first + latest + long // 2 if around[latest] <= QUIET * power.mean() else None
