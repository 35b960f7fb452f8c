"""Words of a turn located in time, by a synthesizer that says the same words in two voices.

A word's place covers what either voice says. Where the two are far apart, or the words in their order fit no better
than in the reverse order, the place is doubtful. docs/deidentification.md tells how far this errs.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from stages.deidentify.spoken.cepstra import HOP, Frames, cepstra
from stages.deidentify.spoken.saying import said
from stages.deidentify.spoken.warping import warped
from stages.espeak import Synthesizer, Utterance, Voice, Word
from stages.sound import RATE, Samples

VOICES = (Voice("en-us", 170, 50, 50), Voice("en-us+f2", 170, 50, 50))
MOST_DOUBT = 0.5  # seconds
LEAST_WORDS = 4  # of which an order can be told from its reverse
MOST_LIKENESS = 0.97  # of the cost of the words in reverse
FASTEST = 4.0  # times the pace of the synthesizer
MOST_CELLS = 60_000_000
QUIET = 5.0  # percent of the frames that show what a pause sounds like


@dataclass(frozen=True, slots=True)
class Place:
    """When a word is said, in seconds from the start of the samples, and how far the voices differ about it."""

    start: float
    end: float
    doubt: float

    @property
    def is_sure(self) -> bool:
        return self.doubt <= MOST_DOUBT


def places(samples: Samples, words: Sequence[str]) -> tuple[Place, ...] | None:
    """The place of each word; None where the words do not fit what is heard.

    Args:
        samples: `(n,)` at 16 kHz, of the turn alone.
        words: All words of the turn in order, as they are written.
    """
    if len(samples) < 2 * HOP or not words:
        return None
    sayings = [said(word) for word in words]
    heard = _Heard.of(samples)
    found, reversed_cost = [], 0.0
    tells = len(words) >= LEAST_WORDS and sayings != sayings[::-1]
    with Synthesizer() as synthesizer:
        for voice in VOICES:
            spoken = synthesizer.say(" ".join(sayings), voice)
            if spoken.seconds > FASTEST * len(samples) / RATE:
                return None
            found.append(heard.times(spoken, sayings))
            if tells:
                backwards = synthesizer.say(" ".join(reversed(sayings)), voice)
                reversed_cost += heard.times(backwards, sayings[::-1]).cost
    if tells and sum(times.cost for times in found) > MOST_LIKENESS * reversed_cost:
        return None
    return tuple(
        Place(min(start for start, _ in told), max(end for _, end in told), _spread(told))
        for told in zip(*(times.words for times in found), strict=True)
    )


@dataclass(frozen=True, slots=True)
class _Times:
    """Start and end of each word in seconds, and the mean cost of hearing them there."""

    words: tuple[tuple[float, float], ...]
    cost: float


@dataclass(frozen=True, slots=True)
class _Heard:
    """A stretch of a recording: its frames, and one in which nobody speaks."""

    frames: Frames
    pause: Frames

    @classmethod
    def of(cls, samples: Samples) -> _Heard:
        frames, energy = cepstra(samples)
        return cls(frames, frames[energy <= np.percentile(energy, QUIET)].mean(axis=0))

    def times(self, spoken: Utterance, sayings: Sequence[str]) -> _Times:
        """When words are heard that a synthesizer says."""
        said = cepstra(spoken.samples)[0]
        # Of a long turn frames are taken together: its table would not fit into the memory.
        together = math.ceil(math.sqrt(len(self.frames) * len(said) / MOST_CELLS))
        width = together * HOP / RATE
        frames = _pooled(said, together)
        stretches = [_frames(times, width, len(frames)) for times in _by_word(spoken.words, sayings)]
        breaks = {_frames((word.start, word.end), width, len(frames))[0] for word in spoken.words}
        found = warped(_pooled(self.frames, together), self.pause, frames, breaks, stretches)
        return _Times(tuple((first * width, last * width) for first, last in found.stretches), found.cost)


def _by_word(spoken: Sequence[Word], sayings: Sequence[str]) -> list[tuple[float, float]]:
    """Start and end of each of our words, of which one may be several to the synthesizer, and several one."""
    starts = list(accumulate((len(saying) + 1 for saying in sayings[:-1]), initial=0))
    found: list[tuple[float, float] | None] = [None] * len(sayings)
    for word in spoken:
        number = bisect_right(starts, word.at) - 1
        before = found[number]
        found[number] = (word.start, word.end) if before is None else (before[0], word.end)
    whole: list[tuple[float, float]] = []
    for times in found:
        # What is said in one breath with the word before it ("of the") is wherever that is.
        whole.append(times or (whole[-1] if whole else (0.0, 0.0)))
    return whole


def _frames(times: tuple[float, float], width: float, frames: int) -> tuple[int, int]:
    first = min(int(times[0] / width), frames - 1)
    return first, min(max(first + 1, math.ceil(times[1] / width)), frames)


def _pooled(frames: Frames, together: int) -> Frames:
    if together == 1:
        return frames
    whole = np.pad(frames, ((0, -len(frames) % together), (0, 0)), "edge")
    return np.asarray(whole.reshape(-1, together, frames.shape[1]).mean(axis=1))


def _spread(told: Sequence[tuple[float, float]]) -> float:
    starts, ends = zip(*told, strict=True)
    return float(max(max(starts) - min(starts), max(ends) - min(ends)))
