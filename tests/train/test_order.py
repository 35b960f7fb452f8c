"""The order of examples depends on seed and epoch alone, and puts like lengths together."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stages.train.trainer import LengthGrouped


@given(
    st.lists(st.integers(1, 500), min_size=1, max_size=300), st.integers(1, 32), st.integers(0, 5), st.integers(0, 9)
)
def test_each_epoch_sees_every_example_once(lengths: list[int], together: int, seed: int, epoch: int) -> None:
    order = LengthGrouped(lengths, together, seed)
    order.set_epoch(epoch)
    assert sorted(order) == list(range(len(lengths)))
    again = LengthGrouped(lengths, together, seed)
    list(again)  # another epoch was begun before
    again.set_epoch(epoch)
    assert list(again) == list(order)


def test_epochs_and_seeds_differ_and_padding_is_little() -> None:
    lengths = [(i * 7919) % 480 + 20 for i in range(800)]
    order = LengthGrouped(lengths, 16, 1)
    first = list(order)
    order.set_epoch(1)
    assert list(order) != first
    assert list(LengthGrouped(lengths, 16, 2)) != first

    def padded(indices: list[int]) -> int:
        batches = (indices[start : start + 16] for start in range(0, len(indices), 16))
        return sum(max(lengths[i] for i in batch) * len(batch) for batch in batches)

    assert padded(first) < 1.05 * sum(lengths)
    assert padded(list(range(800))) > 1.4 * sum(lengths)
