"""Diarization error rate (NIST, Rich Transcription 2003): for how long it is wrong who speaks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version

from stages.evaluate.measures import Array
from stages.evaluate.predictions import Answer, Timed
from stages.evaluate.scorers import Metric, metric, stacked
from stages.evaluate.timeline import paired, timeline

COLLAR = 0.25
"""Seconds on each side of a boundary, as NIST's evaluations left out."""


@dataclass(frozen=True)
class DiarizationError:
    """Speech missed, speech where there is none and speech of another, over the speech of the reference; in seconds.

    Pooled over recordings. Where several speak at once, each counts. Names mean nothing: speakers of a recording are
    paired so that most time is right. Above 1 where much is said that was not. Equal to pyannote.metrics' on speakers
    who do not overlap with themselves; it has a recording without speech score 1, which here adds its false alarms to
    those of the others.
    """

    name: str = "der"
    collar: float = 0.0
    columns: tuple[str, ...] = ("missed", "false_alarm", "confused", "spoken")
    counts: tuple[str, ...] = ()
    invalid: None = None
    metrics: dict[str, Metric] = field(init=False)

    def __post_init__(self) -> None:
        made = {self.name: metric(self.name, self.columns, f"pooled:seconds|{signed(self.collar)}")}
        object.__setattr__(self, "metrics", made)

    def rows(self, answers: Sequence[Answer]) -> Array:
        """`(answers, 4)`: seconds missed, of false alarm, confused, spoken; zeros where there are no times."""
        return stacked([self._row(answer.timed) for answer in answers], self.columns)

    def _row(self, timed: Timed | None) -> tuple[float, ...]:
        if timed is None:
            return 0.0, 0.0, 0.0, 0.0
        found = timeline(timed, self.collar)
        wanted, given = found.reference.sum(axis=1), found.prediction.sum(axis=1)
        right = sum(found.reference[:, i] & found.prediction[:, j] for i, j in paired(found))
        seconds = found.seconds
        return (
            float(seconds @ (wanted - given).clip(min=0)),
            float(seconds @ (given - wanted).clip(min=0)),
            float(seconds @ (wanted.clip(max=given) - right)),
            float(seconds @ wanted),
        )


def signed(collar: float) -> str:
    """How times are scored, as it stands in a signature."""
    how = f"collar:{collar:g} s each side|overlap:scored|speakers:best permutation by recording"
    return f"{how}|version:scipy-{version('scipy')}"
