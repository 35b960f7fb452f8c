"""F1 by section: `hpi_f1` of the section HPI, `assessment_f1` of Assessment, `section_f1` of all that are declared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from stages.evaluate.measures import Array
from stages.evaluate.normalisers import DOSE_SAFE
from stages.evaluate.predictions import Answer
from stages.evaluate.scorers import Metric, metric, stacked
from stages.evaluate.scorers.overlap import f1
from stages.evaluate.sections import first, parse

ALL = "section"


@dataclass(frozen=True)
class SectionF1:
    """Token F1 of declared sections: the mean over those that a reference has, and pooled over their tokens.

    Missing or empty in the prediction scores 0. Missing in both, there is nothing to be right about: it is left out and
    counted (harnesses that score "missing in both" as 1 pay for silence). Missing in the reference alone it is left out
    of the mean and counted as extra; its words are wrong ones in the pooled F1. `sections` are those scored, `headers`
    all that are declared.
    """

    name: str
    sections: tuple[str, ...]
    headers: tuple[str, ...]
    invalid: None = None
    columns: tuple[str, ...] = field(init=False)
    counts: tuple[str, ...] = field(init=False)
    metrics: dict[str, Metric] = field(init=False)

    def __post_init__(self) -> None:
        counts = tuple(f"{self.name}_{what}" for what in ("missing", "without_reference", "extra"))
        settings = f"sections:{','.join(self.sections)}|of:{','.join(self.headers)}|{DOSE_SAFE.signature}"
        columns = ("f1", "examples", "shared", "reference", "predicted", *counts)
        made = {
            f"{self.name}_f1": metric(f"{self.name}_f1", columns, f"mean:macro|{settings}"),
            f"{self.name}_pooled_f1": metric(f"{self.name}_pooled_f1", columns, f"pooled:tokens|{settings}"),
        }
        object.__setattr__(self, "columns", columns)
        object.__setattr__(self, "counts", counts)
        object.__setattr__(self, "metrics", made)

    def rows(self, answers: Sequence[Answer]) -> Array:
        """`(answers, 8)`: sum of F1, sections scored; tokens shared, in reference, in prediction; then the counts."""
        return stacked([self._row(answer) for answer in answers], self.columns)

    def _row(self, answer: Answer) -> tuple[float, ...]:
        gold, said = parse(answer.reference, self.headers), parse(answer.prediction, self.headers)
        row, score = Counter[str](), 0.0
        missing, without, extra = self.counts
        for header in self.sections:
            reference, prediction = first(gold, header), first(said, header)
            wanted, given = DOSE_SAFE.tokens(reference or ""), DOSE_SAFE.tokens(prediction or "")
            row["shared"] += (Counter(wanted) & Counter(given)).total()
            row["reference"] += len(wanted)
            row["predicted"] += len(given)
            if reference is None:
                row[without] += 1
                row[extra] += prediction is not None
                continue
            row["examples"] += 1
            row[missing] += prediction is None
            score += f1(wanted, given)
        return score, *(float(row[column]) for column in self.columns[1:])
