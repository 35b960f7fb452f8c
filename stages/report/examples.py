"""The statistics of every test example, as `evaluate` wrote them: from their sums all metrics follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from stages.evaluate.measures import Array, measure

SYSTEMS = ("base", "tuned")


@dataclass(frozen=True, slots=True)
class Measured:
    """The examples of a task.

    Attributes:
        slices: Of each example, key -> value.
        rows: System -> metric -> `(examples, columns)` statistics; zeros where an example does not count. A system that
            was not asked is not there.
    """

    ids: tuple[str, ...]
    groups: tuple[str, ...]
    slices: tuple[Mapping[str, str], ...]
    rows: Mapping[str, Mapping[str, Array]]

    def part(self, chosen: Sequence[int]) -> Measured:
        """Some of the examples, by their places."""
        return Measured(
            tuple(self.ids[n] for n in chosen),
            tuple(self.groups[n] for n in chosen),
            tuple(self.slices[n] for n in chosen),
            {system: {m: rows[list(chosen)] for m, rows in of.items()} for system, of in self.rows.items()},
        )

    def values(self, system: str, metric: str) -> NDArray[np.float64]:
        """`(examples,)`: the metric of each example alone; NaN where it does not count or was not asked."""
        rows = self.rows.get(system, {}).get(metric)
        return np.full(len(self.ids), np.nan) if rows is None else np.asarray(measure(metric).value(rows))


def measured(path: Path, metrics: Sequence[str]) -> Measured | None:
    """Read data/evaluate/<task>/statistics.jsonl; None where there is none.

    Raises `ValueError` naming file, line and key of what is not as it should be.
    """
    if not path.is_file():
        return None
    lines = [_line(f"{path}:{number}", line) for number, line in enumerate(path.read_bytes().splitlines(), start=1)]
    if not lines:
        return None
    systems = [system for system in SYSTEMS if any(line.get(system) for line in lines)]
    return Measured(
        ids=tuple(line["id"] for line in lines),
        groups=tuple(line["group"] for line in lines),
        slices=tuple(_texts(line.get("slices") or {}) for line in lines),
        rows={
            system: {
                metric: _rows(f"{path}: {metric}", [(line.get(system) or {}).get(metric) for line in lines], metric)
                for metric in metrics
            }
            for system in systems
        },
    )


def _line(place: str, line: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError:
        raise ValueError(f"{place}: not JSON; run `dvc repro evaluate`") from None
    if not isinstance(found, dict) or not all(isinstance(found.get(key), str) for key in ("id", "group")):
        raise ValueError(f"{place}: expected an object with the texts `id` and `group`; run `dvc repro evaluate`")
    return found


def _rows(place: str, given: Sequence[Sequence[float] | None], metric: str) -> Array:
    width = len(measure(metric).columns)
    filled = [[0.0] * width if one is None else one for one in given]
    if any(len(one) != width for one in filled):
        raise ValueError(f"{place}: expected {width} statistics an example; run `dvc repro evaluate`")
    return np.asarray(filled, dtype=np.float64)


def _texts(slices: Mapping[str, Any]) -> dict[str, str]:
    said = {True: "yes", False: "no"}
    known = {key: value for key, value in slices.items() if value is not None and value != ""}
    return {key: said[value] if isinstance(value, bool) else str(value) for key, value in known.items()}
