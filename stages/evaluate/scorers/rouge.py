"""ROUGE-1, -2, -L and -Lsum (Lin 2004), equal to rouge-score's and much faster on notes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import version
from itertools import pairwise
from typing import Any

from stages.evaluate.lcs import union_hits
from stages.evaluate.measures import Array
from stages.evaluate.normalisers import NONE
from stages.evaluate.predictions import Answer
from stages.evaluate.scorers import Metric, metric, stacked

KINDS = ("rouge1", "rouge2", "rougeL", "rougeLsum")
_WORD = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True)
class Rouge:
    """Mean F-measure, with Porter's stemmer. Its tokens lose signs and decimal points; see docs/metrics.md.

    For ROUGE-Lsum a line is a sentence, as rouge-score has it.
    """

    columns: tuple[str, ...] = (*KINDS, "examples")
    counts: tuple[str, ...] = ()
    invalid: None = None
    metrics: dict[str, Metric] = field(init=False)

    def __post_init__(self) -> None:
        library = f"as:rouge-score-0.1.2|version:nltk-{version('nltk')}"
        settings = f"f:1|stemmer:porter|sentences:lines|mean:macro|{library}|{NONE.signature}"
        object.__setattr__(self, "metrics", {kind: metric(kind, self.columns, settings) for kind in KINDS})

    def rows(self, answers: Sequence[Answer]) -> Array:
        """`(answers, 5)`: F-measures of ROUGE-1, -2, -L and -Lsum, and 1."""
        return stacked([[*rouge(answer.reference, answer.prediction), 1.0] for answer in answers], self.columns)


def rouge(reference: str, prediction: str) -> tuple[float, float, float, float]:
    """F-measures of ROUGE-1, -2, -L and -Lsum of one text; 0 where either has no token."""
    from rapidfuzz.distance import LCSseq

    gold, said = _sentences(reference), _sentences(prediction)
    gold_tokens, said_tokens = ([token for sentence in side for token in sentence] for side in (gold, said))
    if not gold_tokens or not said_tokens:
        return 0.0, 0.0, 0.0, 0.0
    sizes = len(said_tokens), len(gold_tokens)
    pairs = [list(pairwise(side)) for side in (said_tokens, gold_tokens)]
    return (
        _f(_shared(said_tokens, gold_tokens), *sizes),
        _f(_shared(*pairs), *map(len, pairs)),
        _f(LCSseq.similarity(gold_tokens, said_tokens), *sizes),
        _f(union_hits(gold, said), *sizes),
    )


def _f(hits: int, predicted: int, wanted: int) -> float:
    if not hits:
        return 0.0
    precision, recall = hits / predicted, hits / wanted
    return 2 * precision * recall / (precision + recall)


def _shared(one: Sequence[Any], other: Sequence[Any]) -> int:
    return (Counter(one) & Counter(other)).total()


@lru_cache(maxsize=1 << 14)
def _sentences(text: str) -> list[list[str]]:
    """The stemmed tokens of each line; words of up to three characters are not stemmed."""
    lines = ([_stem(word) for word in _WORD.findall(line)] for line in text.lower().split("\n"))
    return [line for line in lines if line]


@lru_cache(maxsize=1 << 16)
def _stem(word: str) -> str:
    return str(_stemmer().stem(word)) if len(word) > 3 else word


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    from nltk.stem.porter import PorterStemmer

    return PorterStemmer()
