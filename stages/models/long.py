"""Recordings longer than a window: transcribed in windows, and joined where two of these overlap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from stages.models.pauses import windows
from stages.models.speech import transcribe, window_seconds
from stages.models.word_times import Word, word_times
from stages.sound import RATE, Samples

APART = 0.5
"""Seconds by which two windows may differ about when a word was said; a word that one of them misses costs as much."""


def transcribe_long(
    model: Any,
    processor: Any,
    samples: Samples,
    batch: int,
    most_new_tokens: int,
    prompt_terms: Sequence[str] = (),
) -> list[Word]:
    """The words of a recording `(samples,)` of any length, with speakers and times in seconds from its start."""
    places = windows(samples, round(window_seconds(processor) * RATE))
    cuts = [samples[place.start : place.end] for place in places]
    told = transcribe(model, processor, cuts, batch, most_new_tokens, prompt_terms)
    joined: list[Word] = []
    heard = 0.0
    for first in range(0, len(cuts), batch):
        chosen = slice(first, first + batch)
        timed = word_times(model, processor, cuts[chosen], [one.text for one in told[chosen]], prompt_terms)
        for place, words in zip(places[chosen], timed, strict=True):
            at = place.start / RATE
            moved = [replace(word, start=word.start + at, end=word.end + at) for word in words]
            joined, heard = join(joined, moved, at, heard), place.end / RATE
    return joined


def join(left: Sequence[Word], right: Sequence[Word], start: float, end: float) -> list[Word]:
    """The words of two windows, of which the right one starts at `start` and the left one ends at `end` seconds.

    What both have heard is cut after a word that they have in common, the one nearest to the middle of the overlap;
    where they have none, in the middle itself. The edges of a window are where it hears worst.
    """
    if start >= end:
        return [*left, *_continued(left, right)]
    first = next((i for i, word in enumerate(left) if word.end > start - APART), len(left))
    ours, theirs = left[first:], [word for word in right if word.start < end + APART]
    if not ours or not theirs:
        return [*left, *_continued(left, right)]
    middle = (start + end) / 2
    common = [
        (abs((ours[a].start + theirs[b].start) / 2 - middle), first + a, b)
        for a, b in _shared(ours, theirs, start, end)
    ]
    if common:
        _, a, b = min(common)
        kept = list(left[: a + 1])
        return [*kept, *_continued(kept, right[b + 1 :])]
    kept = [word for word in left if (word.start + word.end) / 2 < middle]
    return [*kept, *_continued(kept, [word for word in right if (word.start + word.end) / 2 >= middle])]


def _shared(ours: Sequence[Word], theirs: Sequence[Word], start: float, end: float) -> list[tuple[int, int]]:
    """Places of the words that are the same word heard twice, by the alignment that costs least.

    Two words of one text cost the seconds between them. A word that only one window has costs how far it lies within
    what the other one heard, at most `APART`: words alone would not tell a word said twice from one heard twice.
    """
    lost = [min(max((word.start + word.end) / 2 - start, 0.0), APART) for word in ours]
    added = [min(max(end - (word.start + word.end) / 2, 0.0), APART) for word in theirs]
    said, again = _plain(ours), _plain(theirs)
    cost = np.zeros((len(ours) + 1, len(theirs) + 1))
    cost[1:, 0], cost[0, 1:] = np.cumsum(lost), np.cumsum(added)
    met = np.full((len(ours), len(theirs)), np.inf)
    for a, b in np.ndindex(met.shape):
        between = abs(ours[a].start - theirs[b].start)
        if said[a] == again[b] and between <= 2 * APART:
            met[a, b] = between
        cost[a + 1, b + 1] = min(cost[a, b] + met[a, b], cost[a, b + 1] + lost[a], cost[a + 1, b] + added[b])
    found: list[tuple[int, int]] = []
    a, b = len(ours), len(theirs)
    while a and b:
        if cost[a, b] == cost[a - 1, b - 1] + met[a - 1, b - 1]:
            a, b = a - 1, b - 1
            found.append((a, b))
        elif cost[a, b] == cost[a - 1, b] + lost[a - 1]:
            a -= 1
        else:
            b -= 1
    return found


def _continued(left: Sequence[Word], right: Sequence[Word]) -> list[Word]:
    """Words before the first token of a window are of whoever was speaking."""
    speaker = left[-1].speaker if left else ""
    return [word if word.speaker else replace(word, speaker=speaker) for word in right]


def _plain(words: Sequence[Word]) -> list[str]:
    return ["".join(filter(str.isalnum, word.text)).lower() or word.text for word in words]
