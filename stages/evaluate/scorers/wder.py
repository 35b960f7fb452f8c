"""Word diarization error rate (Shafey et al. 2019, arXiv 1907.05337): words that are said by the wrong speaker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version

import numpy as np

from stages.evaluate.measures import Array
from stages.evaluate.normalisers import DOSE_SAFE, Normaliser
from stages.evaluate.predictions import Answer, Spoken
from stages.evaluate.scorers import Metric, metric, stacked
from stages.evaluate.scorers.wer import aligned
from stages.evaluate.turns import attributed_words


@dataclass(frozen=True)
class WordDiarization:
    """`wder`, the share of aligned words with another speaker, and `diarization_accuracy`, which is 1 - `wder`.

    Words are aligned once, whoever says them; words that are left out or put in have no pair and do not count, so read
    it beside `wer`. Names mean nothing: the speakers of an answer stand for those of its reference as fits best. An
    answer without words has every word of its reference wrong, where the rule as published would leave it out.
    """

    normaliser: Normaliser = DOSE_SAFE
    columns: tuple[str, ...] = ("wrong", "aligned")
    counts: tuple[str, ...] = ()
    invalid: None = None
    metrics: dict[str, Metric] = field(init=False)

    def __post_init__(self) -> None:
        settings = f"pooled:words|speakers:best permutation by example|{signed(self.normaliser)}"
        names = ("wder", "diarization_accuracy")
        object.__setattr__(self, "metrics", {name: metric(name, self.columns, settings) for name in names})

    def rows(self, answers: Sequence[Answer]) -> Array:
        """`(answers, 2)`: aligned words of another speaker, aligned words; zeros where no speakers are marked."""
        return stacked([self._row(answer) for answer in answers], self.columns)

    def _row(self, answer: Answer) -> tuple[float, float]:
        if answer.spoken is None:
            return 0.0, 0.0
        pairs = speaker_pairs(answer.spoken, self.normaliser)
        return float(len(pairs) - _most_agreeing(pairs)), float(len(pairs))


def signed(normaliser: Normaliser) -> str:
    """How words are aligned, as it stands in a signature."""
    return f"costs:1,1,1|{normaliser.signature}|version:rapidfuzz-{version('rapidfuzz')},scipy-{version('scipy')}"


def speaker_pairs(spoken: Spoken, normaliser: Normaliser) -> list[tuple[str, str | None]]:
    """Of each word that the alignment pairs with another, equal or not, its speaker in reference and answer.

    Where the answer has no word, every word of the reference with None.
    """
    gold, speakers = attributed_words(spoken.reference, normaliser)
    said, voices = attributed_words(spoken.prediction, normaliser)
    if not said:
        return [(speaker, None) for speaker in speakers]
    pairs: list[tuple[str, str | None]] = []
    for kind, start, end, begin, stop in aligned(gold, said):
        if kind in ("equal", "replace"):
            pairs += zip(speakers[start:end], voices[begin:stop], strict=True)
    return pairs


def _most_agreeing(pairs: Sequence[tuple[str, str | None]]) -> int:
    """How many pairs agree where each speaker of the answer stands for at most one of the reference, at best."""
    from scipy.optimize import linear_sum_assignment

    known = [(speaker, voice) for speaker, voice in pairs if voice is not None]
    ours, theirs = (sorted({pair[side] for pair in known}) for side in (0, 1))
    together = np.zeros((len(ours), len(theirs)))
    for speaker, voice in known:
        together[ours.index(speaker), theirs.index(voice)] += 1
    return int(together[linear_sum_assignment(together, maximize=True)].sum())
