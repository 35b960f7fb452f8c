"""Mel-frequency cepstral coefficients: what a stretch of speech sounds like, whoever speaks.

Davis & Mermelstein 1980, with cepstral mean and variance normalisation and deltas (Furui 1986). Every operation gives
the same numbers whatever the number of threads.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from stages.sound import RATE, Samples

Frames = NDArray[np.float64]

HOP = 320
"""Samples from one frame to the next: 20 ms."""
WINDOW = 640
TRANSFORM = 1024
BANDS = 26
COEFFICIENTS = 13
LOWEST, HIGHEST = 60.0, 7600.0  # hertz
EMPHASIS = 0.97
DELTA = 0.5  # weight of deltas beside the coefficients


def cepstra(samples: Samples) -> tuple[Frames, NDArray[np.float64]]:
    """Frames `(n, 26)` of samples at 16 kHz, every 20 ms, and the energy `(n,)` of each in decibels."""
    import scipy.fft

    emphasised = np.append(samples[:1], samples[1:] - EMPHASIS * samples[:-1])
    padded = np.pad(emphasised, (0, max(0, WINDOW - len(emphasised))))
    cut = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP] * np.hamming(WINDOW)
    power = np.abs(scipy.fft.rfft(cut, TRANSFORM)) ** 2
    bands = np.einsum("tf,mf->tm", power, _filters())
    plain = scipy.fft.dct(np.log(bands + 1e-8), axis=1, norm="ortho")[:, :COEFFICIENTS]
    normal = _normalised(plain)
    energy = 10 * np.log10(power.sum(axis=1) + 1e-10)
    return np.hstack([normal, DELTA * _normalised(_deltas(normal))]), energy


def _normalised(frames: Frames) -> Frames:
    return (frames - frames.mean(axis=0)) / (frames.std(axis=0) + 1e-5)


def _deltas(frames: Frames) -> Frames:
    wide = np.pad(frames, ((2, 2), (0, 0)), "edge")
    return ((wide[3:-1] - wide[1:-3]) + 2 * (wide[4:] - wide[:-4])) / 10


@cache
def _filters() -> NDArray[np.float64]:
    """Triangles `(26, 513)` of equal width on the mel scale."""
    lowest, highest = 2595 * np.log10(1 + np.array([LOWEST, HIGHEST]) / 700)
    edges = 700 * (10 ** (np.linspace(lowest, highest, BANDS + 2) / 2595) - 1)
    frequencies = np.fft.rfftfreq(TRANSFORM, 1 / RATE)
    rising = (frequencies - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - frequencies) / (edges[2:] - edges[1:-1])[:, None]
    return np.maximum(0.0, np.minimum(rising, falling))
