"""What one run of `evaluate` said of a task: statistics of every example, and what the numbers depend on.

`statistics.jsonl` has a line for each test example: `id`, `group`, `slices` (key -> value), and for `base` and `tuned`
the statistics of every metric, lists of numbers that can be summed. `signature.json` has `test_set`, `prompt`,
`generation` and, for each metric, its signature; and, by system, which metrics its answers do not allow, and why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import orjson

from stages.evaluate.measures import Array, measure

STATISTICS, SIGNATURE = "statistics.jsonl", "signature.json"
SETTINGS = ("test_set", "prompt", "generation")


@dataclass(frozen=True, slots=True)
class Run:
    """A task's tuned model on its test set.

    Attributes:
        name: Whose run it is, as errors name it.
        slices: Of each example, key -> value.
        rows: Metric -> `(examples, columns)` statistics, those of `stages.evaluate.measures`; zeros leave one out.
        settings: `test_set`, `prompt` and `generation`, which all metrics depend on.
        signatures: Metric -> all else that it depends on.
        not_applicable: Metric that the answers do not allow -> why, such as `no speaker tokens`.
    """

    name: str
    ids: tuple[str, ...]
    groups: tuple[str, ...]
    slices: tuple[Mapping[str, str], ...]
    rows: Mapping[str, Array]
    settings: Mapping[str, Any]
    signatures: Mapping[str, Any]
    not_applicable: Mapping[str, str] = field(default_factory=dict)


def parse(name: str, statistics: bytes, signature: bytes) -> Run:
    """Read both files of a run.

    Raises `ValueError` naming file, line and key of what is not as it should be.
    """
    told = _object(f"{name}/{SIGNATURE}", signature)
    for key in (*SETTINGS, "metrics"):
        if key not in told:
            raise ValueError(f"{name}/{SIGNATURE}: no {key!r}; run `dvc repro evaluate` with this version of Rounds")
    lines = [
        _line(f"{name}/{STATISTICS}:{number}", line, told["metrics"])
        for number, line in enumerate(statistics.splitlines(), start=1)
    ]
    if not lines:
        raise ValueError(f"{name}/{STATISTICS}: holds no example")
    ids = tuple(line["id"] for line in lines)
    if len(set(ids)) < len(ids):
        twice = next(id for id in ids if ids.count(id) > 1)
        raise ValueError(f"{name}/{STATISTICS}: two lines have the id {twice}; an id stands for one example")
    return Run(
        name=name,
        ids=ids,
        groups=tuple(line["group"] for line in lines),
        slices=tuple(_texts(line.get("slices", {})) for line in lines),
        rows={m: _rows(f"{name}/{STATISTICS}", m, [line["tuned"].get(m) for line in lines]) for m in told["metrics"]},
        settings={key: told[key] for key in SETTINGS},
        signatures=told["metrics"],
        not_applicable=told.get("not_applicable", {}).get("tuned", {}),
    )


def _line(place: str, line: bytes, metrics: Mapping[str, Any]) -> dict[str, Any]:
    found = _object(place, line)
    for key, kind in (("id", str), ("group", str), ("tuned", dict)):
        if not isinstance(found.get(key), kind):
            raise ValueError(f"{place}: expected {key!r} with a {kind.__name__}")
    if unsigned := sorted(found["tuned"].keys() - metrics.keys()):
        raise ValueError(f"{place}: statistics of {unsigned[0]!r}, of which {SIGNATURE} says nothing")
    return found


def _object(place: str, text: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise ValueError(f"{place}: not JSON") from None
    if not isinstance(found, dict):
        raise ValueError(f"{place}: expected an object, found {type(found).__name__}")
    return found


def _rows(place: str, metric: str, given: Sequence[list[float] | None]) -> Array:
    """Statistics as an array; a line without the metric is zeros, which leave its example out."""
    width = next((len(one) for one in given if one is not None), len(measure(metric).columns))
    filled = [[0.0] * width if one is None else one for one in given]
    if any(len(one) != width for one in filled):
        raise ValueError(f"{place}: lines have different numbers of statistics of {metric}")
    return np.asarray(filled, dtype=np.float64).reshape(len(filled), width)


def _texts(slices: Mapping[str, Any]) -> dict[str, str]:
    said = {True: "yes", False: "no"}
    known = {key: value for key, value in slices.items() if value is not None and value != ""}
    return {key: said[value] if isinstance(value, bool) else str(value) for key, value in known.items()}
