"""F1 by section: `hpi_f1` of the section HPI, `assessment_f1` of Assessment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from stages.evaluate.measures import Array
from stages.evaluate.predictions import Answer
from stages.evaluate.scorers import Metric, metric, stacked
from stages.evaluate.scorers.overlap import f1
from stages.evaluate.sections import first, parse
from stages.evaluate.tokens import dose_safe


@dataclass(frozen=True)
class SectionF1:
    """Mean token F1 of one declared section.

    Missing or empty in the prediction scores 0. Missing in the reference, in which case there is nothing to be right
    about, the example is left out and counted (harnesses that score "missing in both" as 1 pay for silence).
    """

    section: str
    headers: tuple[str, ...]
    invalid: None = None
    columns: tuple[str, ...] = field(init=False)
    counts: tuple[str, ...] = field(init=False)
    metrics: dict[str, Metric] = field(init=False)

    def __post_init__(self) -> None:
        name = self.section.lower().replace(" ", "_")
        counts = (f"{name}_missing", f"{name}_without_reference")
        signature = f"section_f1|section:{self.section}|of:{','.join(self.headers)}|mean:macro|tokens:dose-safe-1"
        object.__setattr__(self, "columns", ("f1", "examples", *counts))
        object.__setattr__(self, "counts", counts)
        object.__setattr__(self, "metrics", {f"{name}_f1": Metric("higher", ratio(0, 1), signature)})

    def rows(self, answers: Sequence[Answer]) -> Array:
        """`(answers, 4)`: F1, 1, 1 where missing in the prediction; or, missing in the reference, a last 1 alone."""
        return stacked([self._row(answer) for answer in answers], self.columns)

    def _row(self, answer: Answer) -> tuple[float, float, float, float]:
        reference = first(parse(answer.reference, self.headers), self.section)
        prediction = first(parse(answer.prediction, self.headers), self.section)
        if reference is None:
            return 0.0, 0.0, 0.0, 1.0
        if prediction is None:
            return 0.0, 1.0, 1.0, 0.0
        return f1(dose_safe(reference), dose_safe(prediction)), 1.0, 0.0, 0.0
