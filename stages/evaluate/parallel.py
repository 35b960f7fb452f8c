"""The rows of many answers, worked out by as many processes as there are cores."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from stages.evaluate.measures import Array
    from stages.evaluate.panel import Panel
    from stages.evaluate.predictions import Answer

# Fewer answers than this are scored sooner than processes are started.
_WORTH_IT = 2000
_AT_ONCE = 250


class Declared(NamedTuple):
    """What a panel is made of, in plain values that can be handed to another process."""

    metrics: tuple[str, ...]
    sections: tuple[str, ...]
    synonyms: str
    terms: str
    speakers: tuple[str, ...] = ()

    def panel(self) -> Panel:
        """The panel; raises `ValueError` naming what there is none of."""
        from stages.evaluate.panel import Panel
        from stages.evaluate.scorers.ranked import Synonyms
        from stages.evaluate.scorers.terms import Vocabulary

        tables = Synonyms.read(self.synonyms), Vocabulary.read(self.terms)
        return Panel(self.metrics, self.sections, tables[0], {}, tables[1], self.speakers)


def rows(declared: Declared, answers: Sequence[Answer], workers: int = 0) -> Array:
    """`(answers, width)`: what `declared.panel().rows(answers)` gives; `workers` is the number of cores where 0."""
    workers = workers or len(os.sched_getaffinity(0))
    if workers == 1 or len(answers) < _WORTH_IT:
        return declared.panel().rows(answers)
    parts = [answers[start : start + _AT_ONCE] for start in range(0, len(answers), _AT_ONCE)]
    # Spawned: a process that was forked from one with threads may wait forever for a lock that one of them held.
    context = get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_prepare, initargs=(declared,)) as pool:
        return np.concatenate(list(pool.map(_scored, parts)))


_panel: list[Panel] = []


def _prepare(declared: Declared) -> None:
    _panel[:] = [declared.panel()]


def _scored(answers: Sequence[Answer]) -> Array:
    return _panel[0].rows(answers)
