"""The order of examples: like lengths together, another order each epoch, the same after a resumption."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from torch.utils.data import Sampler

from stages.keys import seeded

POOL = 50
"""Batches that examples are sorted within, wide enough for little padding, narrow enough for another mix each epoch."""


class LengthGrouped(Sampler[int]):
    """Indices such that each stretch of `together` has similar lengths; another order each epoch.

    The trainer's own sampler draws from the global generator, whose state in mid-epoch is not the one that the epoch's
    order was drawn from: a resumed epoch would see other examples.
    """

    def __init__(self, lengths: Sequence[int], together: int, seed: int) -> None:
        self._lengths, self._together, self._seed = lengths, together, seed
        self.epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Choose the order of an epoch; the trainer calls it before each."""
        self.epoch = epoch

    def __len__(self) -> int:
        return len(self._lengths)

    def __iter__(self) -> Iterator[int]:
        rng = seeded(self._seed, "train", "epoch", str(self.epoch))
        order = list(range(len(self._lengths)))
        rng.shuffle(order)
        pool = POOL * self._together
        stretches = [
            sorted(order[start : start + pool], key=lambda i: (self._lengths[i], i))
            for start in range(0, len(order), pool)
        ]
        batches = [
            pooled[start : start + self._together]
            for pooled in stretches
            for start in range(0, len(pooled), self._together)
        ]
        whole = [batch for batch in batches if len(batch) == self._together]
        rng.shuffle(whole)
        # A short batch anywhere but at the end would shift the bounds of all that follow.
        return (i for batch in [*whole, *(batch for batch in batches if len(batch) < self._together)] for i in batch)
