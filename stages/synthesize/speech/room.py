"""Utterances, one after the other in a room: pauses, light overlap, levels and noise."""

from __future__ import annotations

import random

import numpy as np

from stages.sound import RATE, Samples

EDGE = (0.25, 0.6)  # seconds of room before the first word and after the last
REST = (0.15, 0.35)  # seconds between two utterances of one speaker
CHANGE = (0.2, 0.6)  # seconds between two speakers
OVERLAP = (0.05, 0.25)  # seconds that a speaker begins before the other has ended
OVERLAPPING = 0.08  # share of changes of speaker with overlap
LEAST_OVERLAPPED = 1.0  # seconds of an utterance that another may cut into
LEVEL = (-26.0, -20.0)  # RMS of speech, in dB of full scale
NEARER = 4.0  # dB between the nearest speaker and the furthest, at most
SIGNAL_TO_NOISE = (18.0, 36.0)  # dB
HUM, HUM_SHARE = 60.0, 0.3  # Hz of the mains; its share of the noise's amplitude
PEAK = 0.97  # of full scale


class Room:
    """What is said in one place; seeded, so the same calls give the same sound."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._parts: list[tuple[int, Samples]] = []
        self._gains: dict[str, float] = {}
        self._speaker = ""
        self._end = 0

    def add(self, speaker: str, samples: Samples) -> float:
        """Let a speaker say something after what was said before; returns when, in seconds."""
        start = round(self._next(speaker) * RATE)
        # Voices of espeak-ng differ by 15 dB in level; people in a room by less.
        gain = self._gains.setdefault(speaker, _ratio(-self._rng.uniform(0.0, NEARER)))
        self._parts.append((start, samples * np.float32(gain / max(_rms(samples), 1e-6))))
        self._speaker, self._end = speaker, start + len(samples)
        return start / RATE

    def sound(self) -> Samples:
        """All that was said, with the room's noise, at the level of a recording that does not clip."""
        rng = self._rng
        speech = np.zeros(self._end + round(rng.uniform(*EDGE) * RATE), dtype=np.float32)
        for start, samples in self._parts:
            speech[start : start + len(samples)] += samples
        noise = _noise(rng, len(speech)) * _ratio(-rng.uniform(*SIGNAL_TO_NOISE))
        mixed = (speech + noise) * _ratio(rng.uniform(*LEVEL))
        loudest = float(np.abs(mixed).max())
        return np.asarray(mixed * min(1.0, PEAK / loudest), dtype=np.float32)

    def _next(self, speaker: str) -> float:
        """When the next utterance begins, in seconds."""
        rng, end = self._rng, self._end / RATE
        if not self._parts:
            return rng.uniform(*EDGE)
        if speaker == self._speaker:
            return end + rng.uniform(*REST)
        if len(self._parts[-1][1]) > LEAST_OVERLAPPED * RATE and rng.random() < OVERLAPPING:
            return end - rng.uniform(*OVERLAP)
        return end + rng.uniform(*CHANGE)


def _noise(rng: random.Random, number: int) -> Samples:
    """Noise of a room at an RMS of 1: louder at low frequencies, with the hum of the mains."""
    from scipy.signal import lfilter

    white = np.random.Generator(np.random.PCG64(rng.getrandbits(64))).standard_normal(number, dtype=np.float32)
    dull = np.asarray(lfilter([1.0], [1.0, -rng.uniform(0.7, 0.95)], white), dtype=np.float32)
    hum = np.sin(np.arange(number, dtype=np.float32) * np.float32(2 * np.pi * HUM / RATE))
    return dull / _rms(dull) + hum * np.float32(HUM_SHARE)


def _rms(samples: Samples) -> float:
    return float(np.sqrt(np.mean(np.square(samples), dtype=np.float64)))


def _ratio(decibels: float) -> float:
    return float(10 ** (decibels / 20))
