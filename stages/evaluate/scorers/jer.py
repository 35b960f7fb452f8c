"""Jaccard error rate (Ryant et al. 2019, the second DIHARD challenge): every speaker weighs the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from stages.evaluate.measures import Array
from stages.evaluate.predictions import Answer, Timed
from stages.evaluate.scorers import Metric, metric, stacked
from stages.evaluate.scorers.der import signed
from stages.evaluate.timeline import paired, timeline


@dataclass(frozen=True)
class JaccardError:
    """1 - intersection / union of the times of a speaker and his pair, mean over the speakers of all references.

    Speakers are paired as for `der`; one without a pair has an error of 1. Never above 1: speakers of the answer
    without a pair are not charged.
    """

    name: str = "jer"
    collar: float = 0.0
    columns: tuple[str, ...] = ("error", "speakers")
    counts: tuple[str, ...] = ()
    invalid: None = None
    metrics: dict[str, Metric] = field(init=False)

    def __post_init__(self) -> None:
        made = {self.name: metric(self.name, self.columns, f"mean:speakers|{signed(self.collar)}")}
        object.__setattr__(self, "metrics", made)

    def rows(self, answers: Sequence[Answer]) -> Array:
        """`(answers, 2)`: the sum of the speakers' errors, speakers; zeros where there are no times."""
        return stacked([self._row(answer.timed) for answer in answers], self.columns)

    def _row(self, timed: Timed | None) -> tuple[float, float]:
        if timed is None:
            return 0.0, 0.0
        found = timeline(timed, self.collar)
        speakers = found.reference.shape[1]
        shared = 0.0
        for i, j in paired(found):
            ours, theirs = found.reference[:, i], found.prediction[:, j]
            shared += float(found.seconds @ (ours & theirs)) / float(found.seconds @ (ours | theirs))
        return speakers - shared, float(speakers)
