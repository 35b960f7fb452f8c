"""ROUGE-1, -2 and -L (Lin 2004), by rouge-score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version

from stages.evaluate.measures import Array
from stages.evaluate.predictions import Answer
from stages.evaluate.scorers import Metric, metric, stacked

KINDS = ("rouge1", "rouge2", "rougeL")


@dataclass(frozen=True)
class Rouge:
    """Mean F-measure, with Porter's stemmer. Its tokens lose signs and decimal points; see docs/metrics.md."""

    columns: tuple[str, ...] = (*KINDS, "examples")
    counts: tuple[str, ...] = ()
    invalid: None = None
    metrics: dict[str, Metric] = field(init=False)

    def __post_init__(self) -> None:
        settings = f"f:1|stemmer:porter|mean:macro|version:rouge-score-{version('rouge-score')}"
        object.__setattr__(self, "metrics", {kind: metric(kind, self.columns, settings) for kind in KINDS})

    def rows(self, answers: Sequence[Answer]) -> Array:
        """`(answers, 4)`: F-measures of ROUGE-1, -2, -L, and 1."""
        from rouge_score.rouge_scorer import RougeScorer

        scorer = RougeScorer(list(KINDS), use_stemmer=True)
        found = [scorer.score(answer.reference, answer.prediction) for answer in answers]
        return stacked([[*(scores[kind].fmeasure for kind in KINDS), 1.0] for scores in found], self.columns)
