"""Rows hold every document whole, batch by batch, in an order of each pass's own."""

from __future__ import annotations

from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from stages.base.rows import batches

DOCUMENTS = st.lists(st.lists(st.integers(0, 99), min_size=1, max_size=30), min_size=1, max_size=60)


@given(DOCUMENTS, st.integers(1, 40), st.integers(1, 9), st.integers(0, 3))
def test_a_pass_gives_each_piece_at_most_once_and_leaves_out_less_than_a_batch(
    documents: list[list[int]], length: int, batch: int, seed: int
) -> None:
    pieces = [d[start : start + length] for d in documents for start in range(0, len(d), length)]
    told = pieces * -(-batch // len(pieces))
    first = list(islice(batches(documents, length, batch, seed), len(told) // batch))
    assert all(len(rows) == batch for rows in first)
    left = [*told]
    for row in (row for rows in first for row in rows):
        left.remove(row)
    assert len(left) < batch
    assert first == list(islice(batches(documents, length, batch, seed), len(told) // batch))


def test_rows_of_a_batch_have_like_lengths_and_passes_differ() -> None:
    documents = [[n] * (n * 37 % 100 + 1) for n in range(400)]
    feed = batches(documents, 200, 8, 1)
    first, second = list(islice(feed, 50)), list(islice(feed, 50))
    assert first != second
    assert sum(max(map(len, rows)) * 8 for rows in first) < 1.05 * sum(map(len, documents))
