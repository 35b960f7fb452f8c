"""A row of the comparison, its verdict, and what all rows together mean for the gate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from stages.compare.holm import corrected

Verdict = Literal["better", "worse", "noise", "no change", "refused", "unknown", "added"]
"""`noise`: it differs, and that may be chance. `unknown`: the data cannot say. `added`: only B has it."""

PASSED, WORSE, REFUSED = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Row:
    """A metric of a task under A and under B.

    Attributes:
        slice: `key=value` of the examples; empty for the whole test set.
        headline: Whether the task is judged by it.
        difference: B - A, and the ends of its interval.
        bca: Both ends of the bias-corrected and accelerated interval; None where there is none.
        p: Two-sided, of the paired permutation test; None where nothing differs or nothing was compared.
        corrected: The same after Holm's correction over its family; docs/compare.md says which.
        reasons: Why it was refused or is unknown; or, where it was compared anyway, why it should not have been.
    """

    task: str
    metric: str
    slice: str = ""
    headline: bool = False
    better: Literal["higher", "lower"] | None = None
    examples: int = 0
    groups: int = 0
    a: float | None = None
    b: float | None = None
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    bca: tuple[float, float] | None = None
    p: float | None = None
    corrected: float | None = None
    verdict: Verdict = "unknown"
    reasons: tuple[str, ...] = ()

    @property
    def gain(self) -> float | None:
        """How much better B is; negative where it is worse."""
        if self.difference is None:
            return None
        return -self.difference if self.better == "lower" else self.difference


def judged(rows: Sequence[Row], alpha: float) -> list[Row]:
    """The rows with corrected p-values and the verdicts that follow.

    Whole test sets are one family and slices another, so that a look at slices costs the headlines nothing. A row whose
    statistics are identical has no p: no swap of its systems changes anything, so its test could reject at no level,
    and leaving out such tests keeps the rate of errors (Tarone 1990).
    """
    result = list(rows)
    for sliced in (False, True):
        tested = [(n, row.p) for n, row in enumerate(rows) if row.p is not None and bool(row.slice) == sliced]
        for (place, _), p in zip(tested, corrected([p for _, p in tested]), strict=True):
            result[place] = replace(rows[place], corrected=p, verdict=_verdict(rows[place], p, alpha))
    return result


def gate(rows: Sequence[Row], tolerance: Mapping[str, float]) -> int:
    """1 where a headline is worse by more than is tolerated, else 2 where one could not be compared, else 0."""
    headlines = [row for row in rows if row.headline and not row.slice]
    if any(row.verdict == "worse" and -(row.gain or 0.0) > tolerance.get(row.metric, 0.0) for row in headlines):
        return WORSE
    return REFUSED if any(row.verdict in ("refused", "unknown") for row in headlines) else PASSED


def _verdict(row: Row, p: float, alpha: float) -> Verdict:
    """Better or worse only where the test rejects chance and the interval leaves out 0; both, or it is noise."""
    if row.gain is None or row.low is None or row.high is None:
        return "unknown"
    if p >= alpha or row.low <= 0 <= row.high:
        return "noise"
    return "better" if row.gain > 0 else "worse"
