"""What the evaluate stage found for each task, read from its files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

from stages import metrics

SYSTEMS = ("base", "tuned")
TALLIES = ("blank", "invalid", "not_ended")
ERRORS = ("substitutions", "deletions", "insertions")
MOST_CONFUSIONS = 10

Verdict = Literal["better", "worse", "noise", "unknown"]
Pair = tuple[float | None, float | None]


class Span(NamedTuple):
    """A value with its confidence interval; any part may be unknown."""

    value: float | None
    low: float | None
    high: float | None


UNKNOWN = Span(None, None, None)


class Confusion(NamedTuple):
    """A word, or a word of the reference and what stands in its place, and how often; None: not among base's worst."""

    words: tuple[str, ...]
    base: int | None
    tuned: int


@dataclass(frozen=True, slots=True)
class Result:
    """One metric of one task; `difference` is tuned - base, paired.

    Attributes:
        bca: The bias-corrected and accelerated interval of the difference.
        strict: The metric with invalid answers scored as blank ones, base and tuned.
        valid: The metric over valid answers alone, base and tuned.
        null: Why the answers of base and of tuned do not allow the metric; None where they do.
    """

    metric: str
    better: Literal["higher", "lower"] | None
    base: Span
    tuned: Span
    difference: Span
    p: float | None
    verdict: Verdict
    signature: str = ""
    bca: Span = UNKNOWN
    strict: Pair = (None, None)
    valid: Pair = (None, None)
    null: tuple[str | None, str | None] = (None, None)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a task was evaluated; the first of `results` is the headline.

    Attributes:
        tallies: Count -> of base and of tuned.
        words: `reference`, `base` and `tuned` -> (mean, most) words of a text.
        confusions: Kind of error -> rows of words and how often base and tuned made it, tuned's most frequent first.
        content: `test_set`, `prompt` and `generation`: what must be equal before numbers can be compared.
    """

    task: str
    examples: int
    groups: int
    results: tuple[Result, ...]
    tallies: Mapping[str, tuple[int | None, int | None]] = field(default_factory=dict)
    words: Mapping[str, tuple[float, int]] = field(default_factory=dict)
    confusions: Mapping[str, Sequence[Confusion]] = field(default_factory=dict)
    content: Mapping[str, Any] = field(default_factory=dict)

    @property
    def headline(self) -> Result:
        """The metric that the task is judged by."""
        return self.results[0]


def read_json(path: Path) -> dict[str, Any] | None:
    """A JSON file, or None where there is none."""
    return metrics.read(path) if path.is_file() else None


def outcome(root: Path, task: str, declared: Sequence[str], confidence: float) -> Outcome | None:
    """The outcome of a task with its declared metrics in their order; None where it was not evaluated.

    Whatever a file leaves out or has as null is unknown, the whole of the base included.
    """
    numbers = read_json(root / "metrics" / f"{task}.json")
    if numbers is None:
        return None
    intervals = read_json(root / "metrics/intervals" / f"{task}.json") or {}
    folder = root / "data/evaluate" / task
    content = read_json(folder / "signature.json") or {}
    signatures, null = content.pop("metrics", {}), content.pop("not_applicable", {})
    tuned = numbers.get("tuned") or {}
    results = tuple(
        _result(name, numbers, intervals.get(name) or {}, signatures.get(name, ""), null, 1 - confidence)
        for name in declared
        if name in tuned
    )
    if not results:
        return None
    return Outcome(
        task=task,
        examples=numbers["examples"],
        groups=numbers.get("groups", numbers["examples"]),
        results=results,
        tallies=_tallies(numbers),
        words=_words(numbers.get("words") or {}),
        confusions=_confusions(read_json(folder / "errors.json") or {}),
        content=content,
    )


def _result(
    name: str,
    numbers: dict[str, Any],
    ends: dict[str, Any],
    signature: str,
    null: Mapping[str, Mapping[str, str]],
    alpha: float,
) -> Result:
    from stages.evaluate.measures import measure

    difference = Span(ends.get("difference"), ends.get("low"), ends.get("high"))
    better = measure(name).better
    base, tuned = _pair(numbers, name)
    return Result(
        metric=name,
        better=better,
        base=Span(base, ends.get("base_low"), ends.get("base_high")),
        tuned=Span(tuned, ends.get("tuned_low"), ends.get("tuned_high")),
        difference=difference,
        p=ends.get("p"),
        verdict=_verdict(difference, ends.get("p"), better, alpha),
        signature=signature,
        bca=Span(difference.value, ends.get("bca_low"), ends.get("bca_high")),
        strict=_pair(numbers.get("strict") or {}, name),
        valid=_pair(numbers.get("valid") or {}, name),
        null=_pair(null, name),
    )


def _pair(numbers: Mapping[str, Any], name: str) -> Any:
    """Of base and of tuned; None for each that is unknown."""
    return tuple((numbers.get(system) or {}).get(name) for system in SYSTEMS)


def _verdict(difference: Span, p: float | None, better: str, alpha: float) -> Verdict:
    """Better or worse only where the interval leaves out 0 and the test rejects chance; both, or it is noise."""
    if difference.low is None or difference.high is None or p is None:
        return "unknown"
    if p >= alpha or difference.low <= 0 <= difference.high:
        return "noise"
    return "better" if (difference.low > 0) == (better == "higher") else "worse"


def _tallies(numbers: dict[str, Any]) -> dict[str, tuple[int | None, int | None]]:
    """Counts for base and tuned: always blank, invalid and not ended; of the scorers' those that are not 0 for both."""
    plain = {name: _counts(numbers[name]) for name in TALLIES if numbers.get(name)}
    base, tuned = (one or {} for one in _counts(numbers.get("counts") or {}))
    scored = {name: (base.get(name), tuned.get(name)) for name in sorted({**base, **tuned})}
    return plain | {name: both for name, both in scored.items() if any(both) and name not in plain}


def _words(told: Mapping[str, Any]) -> dict[str, tuple[float, int]]:
    return {name: (told[name]["mean"], told[name]["most"]) for name in ("reference", *SYSTEMS) if told.get(name)}


def _counts(told: Mapping[str, Any]) -> tuple[Any, Any]:
    return told.get("base"), told.get("tuned")


def _confusions(errors: Mapping[str, Any]) -> dict[str, list[Confusion]]:
    """The tuned model's most frequent errors of each kind, and how often base, within its own list, made the same."""
    found: dict[str, list[Confusion]] = {}
    for kind in ERRORS:
        rows = (errors.get("tuned") or {}).get(kind, ())
        by_base = {tuple(said): times for *said, times in (errors.get("base") or {}).get(kind, ())}
        worst = rows[:MOST_CONFUSIONS]
        found[kind] = [Confusion(tuple(said), by_base.get(tuple(said)), times) for *said, times in worst]
    return {kind: rows for kind, rows in found.items() if rows}
