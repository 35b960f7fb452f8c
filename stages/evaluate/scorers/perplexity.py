"""Perplexity of the reference response given its prompt."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from stages.evaluate.measures import Array
from stages.evaluate.predictions import Answer
from stages.evaluate.scorers import Metric, metric, stacked


@dataclass(frozen=True)
class Perplexity:
    """Perplexity and bits per byte, pooled over all tokens of all responses, end token included.

    The prompt is not scored. Perplexity is exp(-log-probability / tokens): comparable only between models that share a
    tokenizer, as a base and its adapter do. Bits per byte divide by the UTF-8 bytes of the response: comparable always.
    """

    columns: tuple[str, ...] = ("logprob", "tokens", "bytes")
    counts: tuple[str, ...] = ()
    invalid: None = None
    metrics: dict[str, Metric] = field(init=False)

    def __post_init__(self) -> None:
        made = {
            name: metric(name, self.columns, f"of:response|pooled:{over}|end:scored")
            for name, over in (("perplexity", "tokens"), ("bits_per_byte", "bytes"))
        }
        object.__setattr__(self, "metrics", made)

    def rows(self, answers: Sequence[Answer]) -> Array:
        """`(answers, 3)`: sum of natural logarithms, tokens, bytes. Raises `ValueError` naming one that has none."""
        return stacked([self._row(answer) for answer in answers], self.columns)

    def _row(self, answer: Answer) -> tuple[float, float, float]:
        if answer.likelihood is None:
            raise ValueError(f"example {answer.id}: perplexity needs log-probabilities, and texts alone were given")
        if not math.isfinite(answer.likelihood.logprob):
            raise ValueError(
                f"example {answer.id}: the log-probability of its response is not finite; is the model whole?"
            )
        return answer.likelihood.logprob, float(answer.likelihood.tokens), float(answer.likelihood.bytes)
