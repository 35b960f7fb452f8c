"""Dynamic time warping of speech against a synthesizer's, with a pause allowed between any two words.

Sakoe & Chiba 1978; aligning a text by way of its synthesis is the approach of aeneas. A row of the table is found at
once: along a row, least cost is a running minimum once the costs of the steps are taken off.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stages.deidentify.spoken.cepstra import Frames

SKIP = 0.5  # cost of passing over a frame of the synthesis, beside 1 of hearing it
ROWS = 256  # whose distances are held at once
FROM_BOTH, FROM_HEARD, FROM_SAID = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Warped:
    """Where each stretch of the synthesis is heard.

    Attributes:
        stretches: First frame heard and the one after the last, of each stretch.
        cost: Mean distance along the path.
    """

    stretches: tuple[tuple[int, int], ...]
    cost: float


def warped(
    heard: Frames, pause: Frames, said: Frames, breaks: Collection[int], stretches: Sequence[tuple[int, int]]
) -> Warped:
    """Find stretches of a synthesis in what is heard.

    Args:
        heard: Frames `(n, d)` of the recording.
        pause: A frame `(d,)` of the recording where nobody speaks.
        said: Frames `(m, d)` of the synthesis.
        breaks: Frames of `said` before which a speaker may pause.
        stretches: First frame of each stretch of `said` and the one after its last.
    """
    order = _with_pauses(len(said), breaks)
    is_pause = order < 0
    template = np.where(is_pause[:, None], pause, said[order])
    steps, cost = _steps(heard, template, is_pause)
    first, last = _path(steps)
    column = {int(frame): at for at, frame in enumerate(order) if frame >= 0}
    found = tuple((int(first[column[start]]), int(last[column[end - 1]]) + 1) for start, end in stretches)
    return Warped(found, cost / (len(heard) + len(template)))


def _with_pauses(frames: int, breaks: Collection[int]) -> NDArray[np.int64]:
    """Numbers of the frames in order, and -1 for a pause at each break and at the end."""
    order = [number for frame in range(frames) for number in ((-1, frame) if frame in breaks else (frame,))]
    return np.array([*order, -1])


def _steps(heard: Frames, template: Frames, is_pause: NDArray[np.bool_]) -> tuple[NDArray[np.int8], float]:
    """The best step into each cell `(n, m)`, and the cost of the best path."""
    from scipy.spatial.distance import cdist

    steps = np.zeros((len(heard), len(template)), np.int8)
    least: Frames | None = None
    for block in range(0, len(heard), ROWS):
        for row, costs in enumerate(cdist(heard[block : block + ROWS], template), block):
            if least is None:
                into = np.full(len(template), np.inf)
                into[0] = costs[0]
            else:
                both = np.concatenate([[np.inf], least[:-1]])
                steps[row] = np.where(both <= least, FROM_BOTH, FROM_HEARD)
                into = np.minimum(both, least) + costs
            along = np.cumsum(np.where(is_pause, 0.0, SKIP * costs))
            off = into - along
            running = np.minimum.accumulate(off)
            steps[row][running < off] = FROM_SAID
            least = along + running
    assert least is not None
    return steps, float(least[-1])


def _path(steps: NDArray[np.int8]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The first and the last row in which the best path is in each column."""
    row, column = steps.shape[0] - 1, steps.shape[1] - 1
    first, last = np.full(column + 1, row), np.full(column + 1, row)
    while row or column:
        step = steps[row, column] if row and column else FROM_HEARD if row else FROM_SAID
        row -= step != FROM_SAID
        moved = step != FROM_HEARD
        column -= moved
        first[column] = row
        if moved:
            last[column] = row
    return first, last
