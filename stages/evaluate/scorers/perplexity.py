"""Perplexity of the reference response given its prompt."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from stages.evaluate.predictions import Answer
from stages.evaluate.scorers import Metric, divided, stacked
from stages.evaluate.statistics import Array


@dataclass(frozen=True)
class Perplexity:
    """exp(-sum of log-probabilities / tokens), pooled over all tokens of all responses, end token included.

    The prompt is not scored. Comparable only between models that share a tokenizer, as a base and its adapter do.
    """

    columns: tuple[str, ...] = ("logprob", "tokens")
    counts: tuple[str, ...] = ()
    invalid: None = None
    metrics: dict[str, Metric] = field(init=False)

    def __post_init__(self) -> None:
        signature = "perplexity|of:response|pooled:tokens|end:scored"
        object.__setattr__(self, "metrics", {"perplexity": Metric("lower", perplexity, signature)})

    def rows(self, answers: Sequence[Answer]) -> Array:
        """`(answers, 2)`: sum of natural logarithms, tokens. Raises `ValueError` naming an example that has none."""
        return stacked([self._row(answer) for answer in answers], self.columns)

    def _row(self, answer: Answer) -> tuple[float, float]:
        if answer.likelihood is None:
            raise ValueError(f"example {answer.id}: perplexity needs log-probabilities, and texts alone were given")
        if not math.isfinite(answer.likelihood.logprob):
            raise ValueError(
                f"example {answer.id}: the log-probability of its response is not finite; is the model whole?"
            )
        return answer.likelihood.logprob, float(answer.likelihood.tokens)


def perplexity(sums: Array) -> Array:
    """`(..., 2)` sums to `(...)` perplexities."""
    found: Array = np.exp(-divided(sums[..., 0], sums[..., 1]))
    return found
