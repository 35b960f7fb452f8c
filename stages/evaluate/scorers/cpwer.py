"""cpWER, the concatenated minimum-permutation word error rate (Watanabe et al. 2020, CHiME-6, arXiv 2004.09249)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from stages.evaluate.measures import Array
from stages.evaluate.normalisers import DOSE_SAFE, Normaliser
from stages.evaluate.predictions import Answer
from stages.evaluate.scorers import Metric, metric, stacked
from stages.evaluate.scorers.wder import signed
from stages.records import Turn


@dataclass(frozen=True)
class SpeakerWer:
    """Word errors where all words of a speaker are one text, over the words of the reference, pooled.

    Names mean nothing: speakers are paired as gives the fewest errors. One that has no pair is charged: all words of a
    missing speaker are deletions, all of one too many are insertions. Equal to meeteval's on the same words.
    """

    normaliser: Normaliser = DOSE_SAFE
    columns: tuple[str, ...] = ("errors", "reference")
    counts: tuple[str, ...] = ()
    invalid: None = None
    metrics: dict[str, Metric] = field(init=False)

    def __post_init__(self) -> None:
        settings = f"pooled:words|speakers:best permutation by example, all charged|{signed(self.normaliser)}"
        object.__setattr__(self, "metrics", {"cpwer": metric("cpwer", self.columns, settings)})

    def rows(self, answers: Sequence[Answer]) -> Array:
        """`(answers, 2)`: word errors, words of the reference; zeros where no speakers are marked."""
        return stacked([self._row(answer) for answer in answers], self.columns)

    def _row(self, answer: Answer) -> tuple[float, float]:
        if answer.spoken is None:
            return 0.0, 0.0
        gold, said = (_by_speaker(side, self.normaliser) for side in answer.spoken)
        return float(_fewest_errors(gold, said)), float(sum(map(len, gold)))


def _by_speaker(said: Iterable[Turn], normaliser: Normaliser) -> list[tuple[str, ...]]:
    words: dict[str, tuple[str, ...]] = {}
    for turn in said:
        words[turn.speaker] = words.get(turn.speaker, ()) + normaliser.tokens(turn.text)
    return list(words.values())


def _fewest_errors(gold: Sequence[Sequence[str]], said: Sequence[Sequence[str]]) -> int:
    from rapidfuzz.distance import Levenshtein
    from scipy.optimize import linear_sum_assignment

    # A speaker without a pair is paired with silence.
    speakers = max(len(gold), len(said))
    ours, theirs = ([*side, *[()] * (speakers - len(side))] for side in (gold, said))
    distances = [Levenshtein.distance(one, other) for one in ours for other in theirs]
    errors = np.array(distances, dtype=np.int64).reshape(speakers, speakers)
    return int(errors[linear_sum_assignment(errors)].sum())
