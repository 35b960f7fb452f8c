"""Who speaks when, as exact intervals: what diarization error rates are made of.

A recording is cut wherever anyone starts or stops, so that within a piece nothing changes; pieces have the length that
they have, no frame is rounded. A speaker who overlaps with himself speaks once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stages.evaluate.measures import Array
from stages.evaluate.predictions import Timed
from stages.segments import Segment

Stretch = tuple[float, float]
Flags = NDArray[np.bool_]


class Timeline(NamedTuple):
    """The scored pieces of a recording.

    Attributes:
        seconds: `(pieces,)`, how long each is.
        reference: `(pieces, speakers)`, who speaks in the reference; only those who do.
        prediction: `(pieces, speakers)`, who speaks in the answer; only those who do.
    """

    seconds: Array
    reference: Flags
    prediction: Flags


def timeline(timed: Timed, collar: float) -> Timeline:
    """Cut a recording; `collar` seconds on each side of where a segment of the reference starts or ends do not count.

    That is NIST's collar; libraries that take the whole width of it (pyannote.metrics) are to be given twice as much.
    """
    ours, theirs = _by_speaker(timed.reference), _by_speaker(timed.prediction)
    edges = [edge for segment in timed.reference for edge in (segment.start, segment.end)]
    unsure = [(edge - collar, edge + collar) for edge in edges] if collar else []
    every = [*_flat(ours), *_flat(theirs), *timed.scored, *unsure]
    cuts = np.unique(np.array(every, dtype=np.float64))
    pieces = max(0, len(cuts) - 1)
    counted = _within(timed.scored, cuts) if timed.scored else np.ones(pieces, dtype=bool)
    counted &= ~_within(unsure, cuts)
    sides = (_speaking(side, cuts)[counted] for side in (ours, theirs))
    reference, prediction = (side[:, side.any(axis=0)] for side in sides)
    return Timeline(np.diff(cuts)[counted], reference, prediction)


def paired(found: Timeline) -> list[tuple[int, int]]:
    """Speakers of reference and answer, paired so that the time in which both of a pair speak is longest.

    Each has at most one pair, and no two are paired who never speak at the same time.
    """
    from scipy.optimize import linear_sum_assignment

    together = (found.reference * found.seconds[:, None]).T @ found.prediction
    rows, columns = linear_sum_assignment(together, maximize=True)
    return [(int(i), int(j)) for i, j in zip(rows, columns, strict=True) if together[i, j] > 0]


def _by_speaker(segments: Sequence[Segment]) -> list[list[Stretch]]:
    found: dict[str, list[Stretch]] = {}
    for segment in segments:
        found.setdefault(segment.speaker, []).append((segment.start, segment.end))
    return [found[speaker] for speaker in sorted(found)]


def _flat(speakers: Iterable[list[Stretch]]) -> list[Stretch]:
    return [stretch for stretches in speakers for stretch in stretches]


def _speaking(speakers: Sequence[list[Stretch]], cuts: Array) -> Flags:
    """`(pieces, speakers)`: whether each speaks in each piece."""
    columns = [_within(stretches, cuts) for stretches in speakers]
    return np.stack(columns, axis=1) if columns else np.zeros((max(0, len(cuts) - 1), 0), dtype=bool)


def _within(stretches: Sequence[Stretch], cuts: Array) -> Flags:
    """`(pieces,)`: which pieces lie within any of the stretches, whose ends are cuts."""
    inside = np.zeros(max(0, len(cuts) - 1), dtype=bool)
    for start, end in stretches:
        inside[np.searchsorted(cuts, start) : np.searchsorted(cuts, end)] = True
    return inside
