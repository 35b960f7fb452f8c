"""Sound made to vary, so that a model hears more voices and rooms than it was given."""

from __future__ import annotations

import random
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from stages.models.logmel import Frames
from stages.sound import Samples

if TYPE_CHECKING:
    from stages.params.perturbation import Perturbation

BLOTTED = -4.0
"""What a masked bin is set to: zero after Whisper's scaling, as transformers' SpecAugment has it."""


def at_speed(samples: Samples, speed: float) -> Samples:
    """The sound `speed` times as fast, and as high."""
    from scipy.signal import resample_poly

    if speed == 1:
        return samples
    ratio = Fraction(speed).limit_denominator(100)
    return np.asarray(resample_poly(samples, ratio.denominator, ratio.numerator), dtype=np.float32)


def masked(features: Frames, declared: Perturbation, frames_a_second: float, rng: random.Random) -> Frames:
    """A copy of features `(frames, bins)` in which stretches of time and bands of frequencies are blotted out."""
    made = features.astype(np.float32)
    longest = round(declared.time_mask_seconds * frames_a_second)
    for start, end in _stretches(declared.time_masks, longest, made.shape[0], rng):
        made[start:end] = BLOTTED
    for start, end in _stretches(declared.mel_masks, declared.mel_mask_bins, made.shape[1], rng):
        made[:, start:end] = BLOTTED
    return made


def _stretches(number: int, longest: int, length: int, rng: random.Random) -> Sequence[tuple[int, int]]:
    found = []
    for _ in range(number):
        width = rng.randint(0, min(longest, length))
        start = rng.randint(0, length - width)
        found.append((start, start + width))
    return found
