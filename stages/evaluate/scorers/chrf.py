"""chrF (Popovic 2015), by sacrebleu (Post 2018): fairer than BLEU to short answers and to inflected words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stages.evaluate.measures import CHARACTER_ORDERS, MEASURES, Array
from stages.evaluate.normalisers import NONE
from stages.evaluate.predictions import Answer
from stages.evaluate.scorers import Metric, metric, stacked


@dataclass(frozen=True)
class Chrf:
    """Corpus chrF2, 0 to 100, as `sacrebleu.CHRF().corpus_score` gives it: counts of n-grams are pooled."""

    columns: tuple[str, ...] = MEASURES["chrf"].columns
    counts: tuple[str, ...] = ()
    invalid: None = None
    metrics: dict[str, Metric] = field(init=False)

    def __post_init__(self) -> None:
        settings = f"nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:{version('sacrebleu')}|{NONE.signature}"
        object.__setattr__(self, "metrics", {"chrf": metric("chrf", self.columns, settings)})

    def rows(self, answers: Sequence[Answer]) -> Array:
        """`(answers, 18)`: for n from 1 to 6, n-grams of characters in the prediction, in the reference, in both."""
        return stacked([_counted(answer.prediction, answer.reference) for answer in answers], self.columns)


def _counted(prediction: str, reference: str) -> list[int]:
    said, gold = ("".join(text.split()) for text in (prediction, reference))
    letters = np.frombuffer((said + gold).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    numbers = _ranked(letters)
    firsts = ours, theirs = numbers[: len(said)], numbers[len(said) :]
    counted: list[int] = []
    for order in range(CHARACTER_ORDERS):
        if order:
            # An n-gram is the number of its first n - 1 letters and its last letter.
            ours, theirs = (
                side[: max(0, len(first) - order)] * (len(letters) + 1) + first[order:]
                for side, first in zip((ours, theirs), firsts, strict=True)
            )
        numbers = _ranked(np.concatenate([ours, theirs]))
        ours, theirs = numbers[: len(ours)], numbers[len(ours) :]
        both = (np.bincount(side, minlength=len(numbers)) for side in (ours, theirs))
        shared = int(np.minimum(*both).sum())
        counted += [len(ours) if len(theirs) else 0, len(theirs), shared]
    return counted


def _ranked(values: NDArray[Any]) -> NDArray[np.int64]:
    """Equal values to equal small numbers, so that none overflows however long the n-grams are."""
    return np.unique(values, return_inverse=True)[1].astype(np.int64)
