"""Scorers, one a module: what each turns an example into, and the metrics that follow from the sum.

A new metric is a new module with a class that has the four attributes of `Scorer` and its `rows`, and a line in
`stages.evaluate.panel`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple, Protocol

import numpy as np

from stages.evaluate.predictions import Answer
from stages.evaluate.statistics import Array


class Metric(NamedTuple):
    """A number that follows from summed statistics.

    Attributes:
        value: `(..., columns)` sums to `(...)` values, NaN where the denominator is 0.
        signature: All that the number depends on beside the texts, in sacrebleu's manner: `key:value|...|version:x`.
    """

    better: Literal["higher", "lower"]
    value: Callable[[Array], Array]
    signature: str


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


def ratio(numerator: int, denominator: int) -> Callable[[Array], Array]:
    """The metric that is one column's sum over another's."""

    def value(sums: Array) -> Array:
        return divided(sums[..., numerator], sums[..., denominator])

    return value


def divided(numerator: Array, denominator: Array) -> Array:
    """Element by element; NaN where the denominator is 0."""
    unknown = np.full(np.shape(denominator), np.nan)
    quotient: Array = np.divide(numerator, denominator, out=unknown, where=denominator > 0)
    return quotient


def stacked(rows: Sequence[Sequence[float]], columns: Sequence[str]) -> Array:
    """Rows as an array of `(rows, columns)`, also where there are none."""
    return np.asarray(rows, dtype=np.float64).reshape(len(rows), len(columns))
