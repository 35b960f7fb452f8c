"""BLEU (Papineni et al. 2002), by sacrebleu (Post 2018)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version

import numpy as np

from stages.evaluate.predictions import Answer
from stages.evaluate.scorers import Metric, stacked
from stages.evaluate.statistics import Array

ORDERS = 4


@dataclass(frozen=True)
class Bleu:
    """Corpus BLEU, 0 to 100, as `sacrebleu.BLEU().corpus_score` gives it: n-gram counts pooled over the examples."""

    columns: tuple[str, ...] = (
        "system_length",
        "reference_length",
        *(f"correct_{n}" for n in range(1, ORDERS + 1)),
        *(f"total_{n}" for n in range(1, ORDERS + 1)),
    )
    counts: tuple[str, ...] = ()
    invalid: None = None
    metrics: dict[str, Metric] = field(init=False)

    def __post_init__(self) -> None:
        signature = f"bleu|nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:{version('sacrebleu')}"
        object.__setattr__(self, "metrics", {"bleu": Metric("higher", corpus_bleu, signature)})

    def rows(self, answers: Sequence[Answer]) -> Array:
        """`(answers, 10)`: lengths in tokens, then matched and all n-grams of the prediction for n from 1 to 4."""
        from sacrebleu.metrics.bleu import BLEU

        # Effective order only silences a warning on short sentences: the counts, which are all that is taken, are
        # equal.
        bleu = BLEU(effective_order=True)
        found = [bleu.sentence_score(answer.prediction, [answer.reference]) for answer in answers]
        return stacked([[score.sys_len, score.ref_len, *score.counts, *score.totals] for score in found], self.columns)


def corpus_bleu(sums: Array) -> Array:
    """BLEU of summed counts, `(..., 10)` to `(...)`; NaN where the references are empty.

    The formula of `sacrebleu.metrics.bleu.BLEU.compute_bleu` with its default, exponential smoothing (a precision of 0
    counts as 1 / 2^k of an n-gram at the k-th such order), over whole arrays.
    """
    system, reference = sums[..., 0], sums[..., 1]
    correct, total = sums[..., 2 : 2 + ORDERS], sums[..., 2 + ORDERS :]
    with np.errstate(divide="ignore", invalid="ignore"):
        halved = np.exp2(np.cumsum(correct == 0, axis=-1))
        precision = np.where(correct > 0, correct, 1 / halved) / total
        brevity = np.where(system < reference, np.exp(1 - reference / system), 1.0)
        score = 100 * brevity * np.exp(np.log(precision).mean(axis=-1))
    # No word in common, or no n-gram of the highest order: nothing to smooth.
    score = np.where((correct[..., 0] > 0) & (total[..., -1] > 0), score, 0.0)
    return np.where(reference > 0, score, np.nan)
