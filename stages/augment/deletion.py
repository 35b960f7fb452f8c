"""Filler words left out, and nothing else (random deletion of Wei and Zou 2019, restricted)."""

from __future__ import annotations

from random import Random

from stages import cues, guard
from stages.augment.operator import Place, chosen, free_words, with_replaced

DELETABLE = cues.FILLERS | {"the", "a", "an", "also", "then", "that"}


class Deletion:
    """Leaves out a share of the words that carry nothing."""

    def __init__(self, rate: float, names: guard.Names) -> None:
        self._rate, self._names = rate, names

    def __call__(self, text: str, rng: Random, rank: int) -> str:  # noqa: ARG002 - the generator tells tries apart
        words = free_words(text, self._names)
        # Capitalised words begin a sentence or a name; without them the next word would need a capital.
        idle = [w for w in words if text[w.start : w.end] in DELETABLE and text[w.end : w.end + 1] == " "]
        picked = chosen(idle, self._rate, rng)
        return with_replaced(text, [(Place(word.start, word.end + 1), "") for word in picked])
