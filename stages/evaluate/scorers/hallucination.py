"""Words on silence: what a system says where the reference says nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from stages.evaluate.measures import Array
from stages.evaluate.normalisers import DOSE_SAFE, Normaliser
from stages.evaluate.predictions import Answer
from stages.evaluate.scorers import Metric, metric, stacked


@dataclass(frozen=True)
class Hallucination:
    """Words of the answer for each example whose reference has none; examples that have words are left out.

    Here a blank answer is the right one. Word error rates count such words as insertions over no word at all, by which
    they vanish among the words of other examples; this is why they are told apart.
    """

    normaliser: Normaliser = DOSE_SAFE
    columns: tuple[str, ...] = ("hallucinated", "silent")
    counts: tuple[str, ...] = ("silent",)
    invalid: None = None
    metrics: dict[str, Metric] = field(init=False)

    def __post_init__(self) -> None:
        settings = f"mean:empty references|{self.normaliser.signature}"
        made = {"hallucinated_words": metric("hallucinated_words", self.columns, settings)}
        object.__setattr__(self, "metrics", made)

    def rows(self, answers: Sequence[Answer]) -> Array:
        """`(answers, 2)`: words said, 1; zeros where the reference has words."""
        return stacked([self._row(answer) for answer in answers], self.columns)

    def _row(self, answer: Answer) -> tuple[float, float]:
        if self.normaliser.tokens(answer.reference):
            return 0.0, 0.0
        return float(len(self.normaliser.tokens(answer.prediction))), 1.0
