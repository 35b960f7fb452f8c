"""BLEU (Papineni et al. 2002), by sacrebleu (Post 2018)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version

from stages.evaluate.measures import MEASURES, Array
from stages.evaluate.normalisers import NONE
from stages.evaluate.predictions import Answer
from stages.evaluate.scorers import Metric, metric, stacked


@dataclass(frozen=True)
class Bleu:
    """Corpus BLEU, 0 to 100, as `sacrebleu.BLEU().corpus_score` gives it: n-gram counts pooled over the examples."""

    columns: tuple[str, ...] = MEASURES["bleu"].columns
    counts: tuple[str, ...] = ()
    invalid: None = None
    metrics: dict[str, Metric] = field(init=False)

    def __post_init__(self) -> None:
        settings = f"nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:{version('sacrebleu')}|{NONE.signature}"
        object.__setattr__(self, "metrics", {"bleu": metric("bleu", self.columns, settings)})

    def rows(self, answers: Sequence[Answer]) -> Array:
        """`(answers, 10)`: lengths in tokens, then matched and all n-grams of the prediction for n from 1 to 4."""
        from sacrebleu.metrics.bleu import BLEU

        # Effective order only silences a warning on short sentences: the counts, which are all that is taken, are
        # equal.
        bleu = BLEU(effective_order=True)
        found = [bleu.sentence_score(answer.prediction, [answer.reference]) for answer in answers]
        return stacked([[score.sys_len, score.ref_len, *score.counts, *score.totals] for score in found], self.columns)
