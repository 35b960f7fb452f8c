"""Role accuracy: are the doctor's words given to the doctor?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from stages.evaluate.measures import Array
from stages.evaluate.normalisers import DOSE_SAFE, Normaliser
from stages.evaluate.predictions import Answer
from stages.evaluate.scorers import Metric, metric, stacked
from stages.evaluate.scorers.wder import signed, speaker_pairs


@dataclass(frozen=True)
class Roles:
    """Share of aligned words whose speaker has the right name: `diarization_accuracy` without any permutation.

    The gap between the two is of roles that are swapped. Words of the reference whose speaker is not named are left
    out. An answer without words has every word of its reference wrong. Words before an answer's first speaker token are
    counted (`words_of_nobody`), and are never right.
    """

    normaliser: Normaliser = DOSE_SAFE
    columns: tuple[str, ...] = ("right", "aligned", "words_of_nobody")
    counts: tuple[str, ...] = ("words_of_nobody",)
    invalid: None = None
    metrics: dict[str, Metric] = field(init=False)

    def __post_init__(self) -> None:
        settings = f"pooled:words|speakers:by name|{signed(self.normaliser)}"
        object.__setattr__(self, "metrics", {"role_accuracy": metric("role_accuracy", self.columns, settings)})

    def rows(self, answers: Sequence[Answer]) -> Array:
        """`(answers, 3)`: aligned words of the right name, aligned words, words of nobody in the answer."""
        return stacked([self._row(answer) for answer in answers], self.columns)

    def _row(self, answer: Answer) -> tuple[float, float, float]:
        if answer.spoken is None:
            return 0.0, 0.0, 0.0
        pairs = [pair for pair in speaker_pairs(answer.spoken, self.normaliser) if pair[0]]
        nobody = sum(len(self.normaliser.tokens(turn.text)) for turn in answer.spoken.prediction if not turn.speaker)
        return float(sum(speaker == voice for speaker, voice in pairs)), float(len(pairs)), float(nobody)
