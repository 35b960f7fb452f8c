"""Small answers for tests."""

from __future__ import annotations

from collections.abc import Sequence

from stages.evaluate.predictions import Answer
from stages.evaluate.scorers import Scorer
from stages.models.text import Likelihood


def answer(reference: str, prediction: str, id: str = "x", **more: object) -> Answer:
    return Answer(id=id, group=id, reference=reference, prediction=prediction, **more)  # type: ignore[arg-type]


def answers(pairs: Sequence[tuple[str, str]]) -> list[Answer]:
    return [
        answer(reference, prediction, f"{i:04d}", likelihood=Likelihood(-1.0 - i, 3, 9))
        for i, (reference, prediction) in enumerate(pairs)
    ]


def value(scorer: Scorer, metric: str, given: Sequence[Answer]) -> float:
    return float(scorer.metrics[metric].value(scorer.rows(given).sum(axis=0)))


def count(scorer: Scorer, column: str, given: Sequence[Answer]) -> int:
    return int(scorer.rows(given)[:, scorer.columns.index(column)].sum())
