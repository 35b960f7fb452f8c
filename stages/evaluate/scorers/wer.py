"""Word error rate, by jiwer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version

from stages.evaluate.predictions import Answer
from stages.evaluate.scorers import Metric, divided, stacked
from stages.evaluate.statistics import Array
from stages.evaluate.tokens import dose_safe


@dataclass(frozen=True)
class WordErrorRate:
    """(S + D + I) / (H + S + D), pooled over the examples, on dose-safe tokens.

    Words on an empty reference are insertions like others; where all references are empty there is no rate.
    """

    columns: tuple[str, ...] = ("substitutions", "deletions", "insertions", "hits")
    counts: tuple[str, ...] = ("substitutions", "deletions", "insertions")
    invalid: None = None
    metrics: dict[str, Metric] = field(init=False)

    def __post_init__(self) -> None:
        signature = f"wer|pooled:words|costs:1,1,1|tokens:dose-safe-1|version:jiwer-{version('jiwer')}"
        object.__setattr__(self, "metrics", {"wer": Metric("lower", word_error_rate, signature)})

    def rows(self, answers: Sequence[Answer]) -> Array:
        """`(answers, 4)`: substitutions, deletions, insertions, hits."""
        from jiwer import process_words

        texts = [(" ".join(dose_safe(answer.reference)), " ".join(dose_safe(answer.prediction))) for answer in answers]
        found = [process_words(reference, prediction) for reference, prediction in texts]
        return stacked([(f.substitutions, f.deletions, f.insertions, f.hits) for f in found], self.columns)


def word_error_rate(sums: Array) -> Array:
    """`(..., 4)` sums to `(...)` rates."""
    return divided(sums[..., :3].sum(axis=-1), sums[..., 0] + sums[..., 1] + sums[..., 3])
