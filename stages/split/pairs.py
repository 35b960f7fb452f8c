"""The exact similarity of all pairs of sets, as a product of sparse matrices, without MinHash."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stages.split.similarity import Shingles

ROWS = 256


def highest(some: Sequence[Shingles], others: Sequence[Shingles]) -> float:
    """The highest Jaccard similarity of any pair of sets; 0 where there is no pair."""
    return max(highest_of_each(some, others), default=0.0)


def highest_of_each(some: Sequence[Shingles], others: Sequence[Shingles]) -> list[float]:
    """For each of `others` the highest Jaccard similarity to any of `some`; 0 where there is none."""
    import numpy as np
    from scipy.sparse import csr_array

    left_sets, right_sets = list(dict.fromkeys(some)), list(dict.fromkeys(others))
    # Shingles of one side alone add to a set's size, not to what it shares.
    common = set[str]().union(*left_sets) & set[str]().union(*right_sets)
    columns = {shingle: number for number, shingle in enumerate(sorted(common))}
    if not columns:
        return [0.0] * len(others)

    def matrix(sets: Sequence[Shingles]) -> Any:
        rows = [[columns[shingle] for shingle in one if shingle in columns] for one in sets]
        starts = np.cumsum([0, *map(len, rows)])
        flat = np.fromiter((column for row in rows for column in row), np.int32, int(starts[-1]))
        return csr_array((np.ones(len(flat), np.int32), flat, starts), shape=(len(sets), len(columns)))

    left, right = matrix(left_sets), matrix(right_sets)
    left_sizes, right_sizes = np.array(list(map(len, left_sets))), np.array(list(map(len, right_sets)))
    transposed, best = left.T.tocsr(), np.zeros(len(right_sets))
    for start in range(0, len(right_sets), ROWS):
        shared = (right[start : start + ROWS] @ transposed).tocoo()
        union = right_sizes[start + shared.row] + left_sizes[shared.col] - shared.data
        np.maximum.at(best, start + shared.row, shared.data / union)
    found = dict(zip(right_sets, best.tolist(), strict=True))
    return [found[one] for one in others]
