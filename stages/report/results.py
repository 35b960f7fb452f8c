"""What the evaluate stage found for each task, read from its files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

from stages import metrics

TALLIES = ("blank", "invalid", "not_ended")

Verdict = Literal["better", "worse", "noise", "unknown"]


class Span(NamedTuple):
    """A value with its confidence interval; any part may be unknown."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Result:
    """One metric of one task; `difference` is tuned - base, paired."""

    metric: str
    better: Literal["higher", "lower"] | None
    base: Span
    tuned: Span
    difference: Span
    p: float | None
    verdict: Verdict
    signature: str = ""


@dataclass(frozen=True, slots=True)
class Slice:
    """The metrics of one category: (base, tuned) for each."""

    name: str
    examples: int
    values: Mapping[str, tuple[float | None, float | None]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a task was evaluated; the first of `results` is the headline."""

    task: str
    examples: int
    groups: int
    results: tuple[Result, ...]
    slices: tuple[Slice, ...]
    tallies: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    statistics: Mapping[str, Any] = field(default_factory=dict)

    @property
    def headline(self) -> Result:
        """The metric that the task is judged by."""
        return self.results[0]


def read_json(path: Path) -> dict[str, Any] | None:
    """A JSON file, or None where there is none."""
    return metrics.read(path) if path.is_file() else None


def outcome(root: Path, task: str, declared: list[str]) -> Outcome | None:
    """The outcome of a task with its declared metrics in their order; None where it was not evaluated."""
    numbers = read_json(root / "metrics" / f"{task}.json")
    if numbers is None:
        return None
    intervals = read_json(root / "metrics/intervals" / f"{task}.json") or {}
    told = read_json(root / "data/evaluate" / task / "signatures.json") or {}
    statistics = told.get("statistics", {})
    alpha = 1 - statistics.get("confidence", 0.95)
    named = [name for name in declared if name in numbers["tuned"]]
    results = tuple(_result(name, numbers, intervals.get(name, {}), told.get("metrics", {}), alpha) for name in named)
    if not results:
        return None
    return Outcome(
        task=task,
        examples=numbers["examples"],
        groups=numbers.get("groups", numbers["examples"]),
        results=results,
        slices=tuple(_slice(name, found) for name, found in sorted(numbers.get("category", {}).items())),
        tallies=_tallies(numbers),
        statistics=statistics,
    )


def _result(name: str, numbers: dict[str, Any], ends: dict[str, Any], told: dict[str, Any], alpha: float) -> Result:
    difference = Span(ends.get("difference"), ends.get("low"), ends.get("high"))
    better = told.get(name, {}).get("better")
    return Result(
        metric=name,
        better=better,
        base=Span(numbers["base"].get(name), ends.get("base_low"), ends.get("base_high")),
        tuned=Span(numbers["tuned"].get(name), ends.get("tuned_low"), ends.get("tuned_high")),
        difference=difference,
        p=ends.get("p"),
        verdict=_verdict(difference, ends.get("p"), better, alpha),
        signature=told.get(name, {}).get("signature", ""),
    )


def _verdict(difference: Span, p: float | None, better: str | None, alpha: float) -> Verdict:
    """Better or worse only where the interval leaves out 0 and the test rejects chance; both, or it is noise."""
    if difference.low is None or difference.high is None or p is None or better is None:
        return "unknown"
    if p >= alpha or difference.low <= 0 <= difference.high:
        return "noise"
    return "better" if (difference.low > 0) == (better == "higher") else "worse"


def _slice(name: str, found: dict[str, Any]) -> Slice:
    return Slice(name, found["examples"], {m: (found["base"].get(m), found["tuned"][m]) for m in found["tuned"]})


def _tallies(numbers: dict[str, Any]) -> dict[str, tuple[int, int]]:
    """Counts for base and tuned: always blank, invalid and not ended; of the scorers' those that are not 0 for both."""
    plain = {name: (numbers[name]["base"], numbers[name]["tuned"]) for name in TALLIES if name in numbers}
    counts = numbers.get("counts", {"base": {}, "tuned": {}})
    scored = {name: (counts["base"][name], counts["tuned"][name]) for name in sorted(counts["tuned"])}
    return plain | {name: both for name, both in scored.items() if any(both) and name not in plain}
