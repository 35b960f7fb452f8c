"""Documents to batches of rows: one document a row, rows of similar length together, so that little is padding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count

from stages.keys import seeded

POOL = 50
"""Batches that rows are sorted by length within."""


def batches(documents: Sequence[Sequence[int]], length: int, batch: int, seed: int) -> Iterator[list[list[int]]]:
    """Endless batches of `batch` rows of at most `length` tokens; each pass over them has another order.

    A document longer than a row is cut into several. A pass leaves out at the most `batch` - 1 rows, others each time.
    """
    rows = [
        list(document[start : start + length]) for document in documents for start in range(0, len(document), length)
    ]
    # Fewer rows than a batch holds are told several times in it.
    rows *= -(-batch // len(rows))
    for turn in count():
        rng = seeded(seed, "base", "pass", str(turn))
        order = list(range(len(rows)))
        rng.shuffle(order)
        del order[len(order) // batch * batch :]
        pools = [order[start : start + POOL * batch] for start in range(0, len(order), POOL * batch)]
        ordered = [i for pool in pools for i in sorted(pool, key=lambda i: (len(rows[i]), i))]
        together = [ordered[start : start + batch] for start in range(0, len(ordered), batch)]
        rng.shuffle(together)
        yield from ([rows[i] for i in chosen] for chosen in together)
