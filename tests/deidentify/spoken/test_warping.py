"""The table of the warping against one filled cell by cell, and what the best path means."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from stages.deidentify.spoken.warping import SKIP, warped

Table = np.ndarray


def by_cells(heard: Table, pause: Table, said: Table, breaks: set[int]) -> float:
    """The least cost of a path, by the definition: a cell at a time."""
    template, is_pause = [], []
    for at, frame in enumerate(said):
        if at in breaks:
            template.append(pause)
            is_pause.append(True)
        template.append(frame)
        is_pause.append(False)
    template.append(pause)
    is_pause.append(True)
    least = np.full((len(heard), len(template)), np.inf)
    for row in range(len(heard)):
        for column in range(len(template)):
            cost = float(np.linalg.norm(heard[row] - template[column]))
            along = 0.0 if is_pause[column] else SKIP * cost
            ways = [
                cost if row == column == 0 else np.inf,
                least[row - 1, column] + cost if row else np.inf,
                least[row - 1, column - 1] + cost if row and column else np.inf,
                least[row, column - 1] + along if column else np.inf,
            ]
            least[row, column] = min(ways)
    return float(least[-1, -1]) / (len(heard) + len(template))


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 14), st.integers(2, 12), st.integers(0, 9999), st.sets(st.integers(0, 11), max_size=4))
def test_the_cost_is_that_of_the_definition(rows: int, columns: int, seed: int, breaks: set[int]) -> None:
    rng = np.random.default_rng(seed)
    heard, said, pause = rng.normal(size=(rows, 3)), rng.normal(size=(columns, 3)), rng.normal(size=3)
    found = warped(heard, pause, said, breaks, [(0, columns)])
    assert np.isclose(found.cost, by_cells(heard, pause, said, {at for at in breaks if at < columns}))


def test_what_is_the_same_is_found_frame_by_frame() -> None:
    said = np.random.default_rng(0).normal(size=(30, 4))
    found = warped(said, np.full(4, 9.0), said, {0, 10, 20}, [(0, 10), (10, 20), (20, 30)])
    assert found.stretches == ((0, 10), (10, 20), (20, 30))


def test_a_pause_between_words_belongs_to_none() -> None:
    rng = np.random.default_rng(0)
    said, pause = rng.normal(size=(20, 4)), np.full(4, 9.0)
    quiet = np.tile(pause, (15, 1))
    heard = np.vstack([quiet, said[:10], quiet, said[10:], quiet])
    found = warped(heard, pause, said, {0, 10}, [(0, 10), (10, 20)])
    assert found.stretches == ((15, 25), (40, 50))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 9999))
def test_stretches_are_in_order_and_cover_what_they_must(seed: int) -> None:
    rng = np.random.default_rng(seed)
    heard, said = rng.normal(size=(25, 3)), rng.normal(size=(20, 3))
    stretches = [(0, 5), (5, 12), (12, 20)]
    found = warped(heard, rng.normal(size=3), said, {0, 5, 12}, stretches).stretches
    assert all(0 <= start < end <= 25 for start, end in found)
    assert all(a[0] <= b[0] and a[1] <= b[1] for a, b in itertools.pairwise(found))
