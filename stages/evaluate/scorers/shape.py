"""How long answers are and how much they repeat themselves: the two ways in which generation runs off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from stages.evaluate.measures import Array
from stages.evaluate.normalisers import DOSE_SAFE
from stages.evaluate.predictions import Answer
from stages.evaluate.scorers import Metric, metric, stacked

GRAM = 4


@dataclass(frozen=True)
class Shape:
    """`repetition`: the share of 4-grams that stood in the answer before (seq-rep-4, Welleck et al. 2020, arXiv
    1908.04319). `length_error`: how many words too many or too few, for each word of the reference.

    A blank answer repeats nothing and says nothing: it counts as repetition throughout.
    """

    columns: tuple[str, ...] = ("repeated", "ngrams", "deviation", "words")
    counts: tuple[str, ...] = ()
    invalid: None = None
    metrics: dict[str, Metric] = field(init=False)

    def __post_init__(self) -> None:
        made = {
            "repetition": metric("repetition", self.columns, f"n:{GRAM}|pooled:ngrams|{DOSE_SAFE.signature}"),
            "length_error": metric("length_error", self.columns, f"pooled:words|{DOSE_SAFE.signature}"),
        }
        object.__setattr__(self, "metrics", made)

    def rows(self, answers: Sequence[Answer]) -> Array:
        """`(answers, 4)`: repeated 4-grams, 4-grams; words too many or too few, words of the reference."""
        return stacked([self._row(answer) for answer in answers], self.columns)

    def _row(self, answer: Answer) -> tuple[float, ...]:
        gold, said = DOSE_SAFE.tokens(answer.reference), DOSE_SAFE.tokens(answer.prediction)
        ngrams = max(0, len(said) - GRAM + 1)
        repeated = ngrams - len({said[i : i + GRAM] for i in range(ngrams)})
        if not said:
            repeated = ngrams = 1
        return tuple(map(float, (repeated, ngrams, abs(len(said) - len(gold)), len(gold))))
