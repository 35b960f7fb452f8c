"""What a task template makes of records, before it becomes an `Example`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from stages.params.task import Task
from stages.records import Record


@dataclass(frozen=True, slots=True)
class Pair:
    """A question and its answer.

    Attributes:
        kind: What tells this pair from others that the template makes of the same records.
        records: What it was made of.
        wordings: Ways to word the instruction; one is chosen for each example.
        input: What the question is about; empty where the instruction is the whole question.
        category: The slice that metrics are also given by.
        audio: Path of the recording that is asked about.
        meta: What the example's `meta` is to hold.
    """

    kind: str
    records: tuple[Record, ...]
    wordings: Sequence[str]
    input: str
    response: str
    category: str = ""
    audio: str | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unpaired:
    """A record that makes no pair, with a countable reason."""

    record: Record
    reason: str


Template = Callable[[Sequence[Record], Task, "Headers"], Iterable[Pair | Unpaired]]
"""Takes all records of a group that the task's sources gave, sorted by id."""

Headers = Mapping[str, str]
"""Header in lower case -> the section's name, as data/lexicon/sections.txt declares them."""


def value(record: Record, name: str) -> str:
    """A field of a row by its name in any case, stripped; empty where there is none."""
    wanted = name.casefold()
    return next((text.strip() for key, text in record.fields.items() if key.casefold() == wanted), "")
