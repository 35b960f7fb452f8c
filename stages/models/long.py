"""Recordings longer than a window: transcribed in windows that overlap, and joined where two of them agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Any

from stages.models.speech import transcribe, window_seconds
from stages.models.word_times import Word, word_times
from stages.sound import RATE, Samples

OVERLAP = 1 / 3
"""Of a window: wide enough for a few words that both windows hear whole."""


def transcribe_long(
    model: Any,
    processor: Any,
    samples: Samples,
    batch: int,
    most_new_tokens: int,
    prompt_terms: Sequence[str] = (),
) -> list[Word]:
    """The words of a recording `(samples,)` of any length, with speakers and times in seconds from its start."""
    length = round(window_seconds(processor) * RATE)
    starts = window_starts(len(samples), length)
    cuts = [samples[start : start + length] for start in starts]
    told = transcribe(model, processor, cuts, batch, most_new_tokens, prompt_terms)
    joined: list[Word] = []
    for first in range(0, len(cuts), batch):
        chosen = slice(first, first + batch)
        timed = word_times(model, processor, cuts[chosen], [one.text for one in told[chosen]], prompt_terms)
        for start, words in zip(starts[chosen], timed, strict=True):
            at = start / RATE
            joined = join(joined, [replace(word, start=word.start + at, end=word.end + at) for word in words], at)
    return joined


def window_starts(samples: int, length: int) -> list[int]:
    """Where windows of `length` samples start, so that each overlaps the next and the last one ends with the sound."""
    step = round(length * (1 - OVERLAP))
    return [0, *range(step, max(samples - length, 0) + step, step)] if samples > length else [0]


def join(left: Sequence[Word], right: Sequence[Word], start: float) -> list[Word]:
    """The words of two windows, of which the right one starts at `start`.

    What both have heard is cut after a word that they have in common, the one nearest to the middle of the overlap;
    where they have none, in the middle itself. The edges of a window are where it hears worst.
    """
    end = left[-1].end if left else start
    shared = [i for i, word in enumerate(left) if word.end > start]
    if not shared or not right:
        return [*left, *_continued(left, right)]
    ours, theirs = [left[i] for i in shared], [word for word in right if word.start < end]
    middle = (start + end) / 2
    common = [
        (abs((ours[a + k].start + theirs[b + k].start) / 2 - middle), shared[a + k], b + k)
        for a, b, size in SequenceMatcher(None, _plain(ours), _plain(theirs), autojunk=False).get_matching_blocks()
        for k in range(size)
    ]
    if common:
        _, a, b = min(common)
        kept = list(left[: a + 1])
        return [*kept, *_continued(kept, right[b + 1 :])]
    kept = [word for word in left if (word.start + word.end) / 2 < middle]
    return [*kept, *_continued(kept, [word for word in right if (word.start + word.end) / 2 >= middle])]


def _continued(left: Sequence[Word], right: Sequence[Word]) -> list[Word]:
    """Words before the first token of a window are of whoever was speaking."""
    speaker = left[-1].speaker if left else ""
    return [word if word.speaker else replace(word, speaker=speaker) for word in right]


def _plain(words: Sequence[Word]) -> list[str]:
    return ["".join(filter(str.isalnum, word.text)).lower() or word.text for word in words]
