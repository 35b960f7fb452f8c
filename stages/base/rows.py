"""Documents to rows of tokens: whole documents side by side, so that little is padding and none loses its start."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count

from stages.keys import seeded

OPEN_ROWS = 64


def batches(documents: Sequence[Sequence[int]], length: int, batch: int, seed: int) -> Iterator[list[list[int]]]:
    """Endless batches of `batch` rows of at most `length` tokens; each pass over the documents has another order."""
    waiting: list[list[int]] = []
    for turn in count():
        rng = seeded(seed, "base", "pass", str(turn))
        order = list(range(len(documents)))
        rng.shuffle(order)
        rows = packed([documents[i] for i in order], length)
        rng.shuffle(rows)
        waiting += rows
        while len(waiting) >= batch:
            yield waiting[:batch]
            del waiting[:batch]


def packed(documents: Sequence[Sequence[int]], length: int) -> list[list[int]]:
    """First-fit packing over the last `OPEN_ROWS` rows; a document longer than a row is cut into several."""
    done: list[list[int]] = []
    rows: list[list[int]] = []
    for document in documents:
        for start in range(0, len(document), length):
            piece = list(document[start : start + length])
            fitting = next((row for row in rows if len(row) + len(piece) <= length), None)
            if fitting is not None:
                fitting += piece
                continue
            rows.append(piece)
            if len(rows) > OPEN_ROWS:
                done.append(rows.pop(0))
    return done + rows
