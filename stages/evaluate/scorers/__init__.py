"""Scorers, one a module: what each turns an example into, and the metrics that follow from the sum.

A new metric is a line in `stages.evaluate.measures`, a module with a class that has the four attributes of `Scorer` and
its `rows`, and a line in `stages.evaluate.panel`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple, Protocol

import numpy as np

from stages.evaluate.measures import Array, Measure, measure
from stages.evaluate.predictions import Answer


class Metric(NamedTuple):
    """A number that follows from the summed statistics of a scorer.

    Attributes:
        at: Where in the scorer's columns the statistics of the measure stand.
        signature: All that the number depends on beside the texts, in sacrebleu's manner: `name|v:1|key:value|...`.
    """

    measure: Measure
    at: tuple[int, ...]
    signature: str

    @property
    def better(self) -> Literal["higher", "lower"]:
        """Which way is better."""
        return self.measure.better

    def value(self, sums: Array) -> Array:
        """`(..., columns of the scorer)` sums to `(...)` values, NaN where the denominator is 0."""
        return self.measure.value(sums[..., list(self.at)])


class Scorer(Protocol):
    """Turns answers into sufficient statistics.

    Attributes:
        columns: Names of the statistics, one a column; a row of zeros leaves an example out.
        counts: Those columns that are reported as counts, such as `unparseable`.
        invalid: The column that is above 0 where an answer cannot be read as the task declares; None where any can be.
        metrics: Name -> metric.
    """

    @property
    def columns(self) -> tuple[str, ...]: ...

    @property
    def counts(self) -> tuple[str, ...]: ...

    @property
    def invalid(self) -> str | None: ...

    @property
    def metrics(self) -> dict[str, Metric]: ...

    def rows(self, answers: Sequence[Answer]) -> Array:
        """The statistics of each answer, `(answers, columns)`."""


def metric(
    name: str, columns: Sequence[str], settings: str, version: int = 1, renamed: Mapping[str, str] | None = None
) -> Metric:
    """The metric of this name over a scorer's columns.

    `renamed` says which column of the scorer is which of the measure's, where their names are not the same. `version`
    grows whenever equal texts may give another number than before.
    """
    found = measure(name)
    at = tuple(columns.index((renamed or {}).get(column, column)) for column in found.columns)
    return Metric(found, at, f"{name}|v:{version}|{settings}")


def stacked(rows: Sequence[Sequence[float]], columns: Sequence[str]) -> Array:
    """Rows as an array of `(rows, columns)`, also where there are none."""
    return np.asarray(rows, dtype=np.float64).reshape(len(rows), len(columns))
