"""Exact match and token F1 (SQuAD, Rajpurkar et al. 2016, arXiv 1606.05250), over dose-safe or SQuAD's own tokens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from stages.evaluate.measures import Array
from stages.evaluate.normalisers import DOSE_SAFE, Normaliser
from stages.evaluate.predictions import Answer
from stages.evaluate.scorers import Metric, metric, stacked


def f1(reference: Sequence[str], prediction: Sequence[str]) -> float:
    """F1 of two bags of tokens, so that repetition is punished; 0 where either is empty.

    >>> f1(["chest", "pain"], ["pain", "pain"])
    0.5
    """
    shared = sum((Counter(reference) & Counter(prediction)).values())
    return 2 * shared / (len(reference) + len(prediction)) if shared else 0.0


@dataclass(frozen=True)
class Overlap:
    """Share of answers equal to their reference, and mean token F1. A blank answer scores 0 against any reference."""

    normaliser: Normaliser = DOSE_SAFE
    prefix: str = ""
    columns: tuple[str, ...] = ("exact", "f1", "examples")
    counts: tuple[str, ...] = ()
    invalid: None = None
    metrics: dict[str, Metric] = field(init=False)

    def __post_init__(self) -> None:
        settings = f"mean:macro|{self.normaliser.signature}"
        made = {
            name: metric(name, self.columns, settings)
            for name in (f"{self.prefix}exact_match", f"{self.prefix}token_f1")
        }
        object.__setattr__(self, "metrics", made)

    def rows(self, answers: Sequence[Answer]) -> Array:
        """`(answers, 3)`: 1 where equal, F1, 1."""
        return stacked([self._row(answer) for answer in answers], self.columns)

    def _row(self, answer: Answer) -> tuple[float, float, float]:
        reference = self.normaliser.tokens(answer.reference)
        prediction = self.normaliser.tokens(answer.prediction)
        return float(bool(prediction) and reference == prediction), f1(reference, prediction), 1.0
