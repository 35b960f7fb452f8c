"""The closed set of conditions, histories and allergies of the embedded clinic, read from conditions.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("conditions.yaml")


@dataclass(frozen=True, slots=True)
class Lab:
    """A blood or urine value and the range [low, high] in which the condition shows it."""

    name: str
    low: float
    high: float
    unit: str


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition that the clinic treats.

    Attributes:
        group: The complaint that it shares with the conditions of its differential.
        duration: Unit (`hours`, `days`, `weeks`, `months`) with the least and the most of it.
        ages: Least and most age in years.
        sex: `female` or `male` where only one has it, else empty.
        marks: Findings that no other condition of the group shows.
        common: Findings that others of the group may show as well.
        vitals: Ranges of `heart_rate` and `breaths` (per minute) and `oxygen` (per cent saturation).
        differential: The other conditions of the group, the likeliest first.
    """

    name: str
    group: str
    complaints: tuple[str, ...]
    duration: tuple[str, int, int]
    ages: tuple[int, int]
    marks: tuple[str, ...]
    common: tuple[str, ...]
    fever: bool
    vitals: Mapping[str, tuple[int, int]]
    exam: tuple[str, ...]
    labs: tuple[Lab, ...]
    test: str
    test_shows: str
    treatment: str
    follow_up: str
    differential: tuple[str, ...]
    definition: str
    cause: str
    risk: str
    complication: str
    organ: str
    sex: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """A condition that a patient already has; `medicines` are (name, doses, how often)."""

    name: str
    medicines: tuple[tuple[str, tuple[str, ...], str], ...]
    excludes: tuple[str, ...] = ()
    ages: tuple[int, int] = (18, 120)


@dataclass(frozen=True, slots=True)
class Allergy:
    """An allergy; `excludes` are words of treatments and tests that it forbids."""

    name: str
    excludes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Clinic:
    """Everything that a case is drawn from."""

    conditions: tuple[Condition, ...]
    histories: tuple[History, ...]
    allergies: tuple[Allergy, ...]
    by_name: Mapping[str, Condition] = field(default_factory=dict)


@cache
def clinic() -> Clinic:
    """The tables of conditions.yaml, read once."""
    from ruamel.yaml import YAML

    table = YAML(typ="safe", pure=True).load(TABLE.read_text())
    conditions = tuple(_condition(row) for row in table["conditions"])
    return Clinic(
        conditions=conditions,
        histories=tuple(History(**_frozen(row)) for row in table["histories"]),
        allergies=tuple(Allergy(**_frozen(row)) for row in table["allergies"]),
        by_name={condition.name: condition for condition in conditions},
    )


def _condition(row: dict[str, Any]) -> Condition:
    ((unit, (low, high)),) = row["duration"].items()
    labs = tuple(Lab(*lab) for lab in row["labs"])
    vitals = {name: tuple(bounds) for name, bounds in row["vitals"].items()}
    return Condition(**_frozen(row) | {"duration": (unit, low, high), "labs": labs, "vitals": vitals})


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_frozen(item) for item in value)
    return {key: _frozen(item) for key, item in value.items()} if isinstance(value, dict) else value
