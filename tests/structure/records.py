"""Small records for the tests of structure."""

from __future__ import annotations

from typing import Any

from stages.keys import Key
from stages.params.task import Task
from stages.records import Example, Origin, Record, Turn
from stages.structure.step import Structure

KEY = Key(b"k" * 32)
HEADERS = "data/lexicon/sections.txt"


def row(id: str, source: str = "table", group: str | None = None, **rest: Any) -> Record:
    """A row; keywords that a record does not have are its fields."""
    own = {name: rest.pop(name) for name in ("encounter", "split", "surrogates") if name in rest}
    return Record(id, source, group or id, "row", Origin("t.jsonl", "0", "table"), fields=rest, **own)


def dialogue(id: str, source: str = "visits", group: str = "p1", **rest: Any) -> Record:
    turns = (Turn("doctor", "What brings you  in?"), Turn("patient", "A cough for 3 days."))
    return Record(id, source, group, "dialogue", Origin("v.txt", "0", "dialogues"), turns=turns, **rest)


def note(id: str, text: str, source: str = "reports", group: str = "p1", **rest: Any) -> Record:
    return Record(id, source, group, "document", Origin("n.txt", "0", "documents"), text=text, **rest)


def task(template: str, *sources: str, **rest: Any) -> Task:
    declared = {"base": "b", "base_path": "models/base/b", "metrics": ["rougeL"], "headers": HEADERS}
    return Task.model_validate(declared | {"template": template, "sources": list(sources)} | rest)


def structured(records: list[Record], seed: int = 7, **tasks: Task) -> tuple[list[Example], list[str], dict[str, int]]:
    """The examples, the reasons of what was rejected, and the counts, over the records of one group."""
    step = Structure(tasks, seed, KEY)
    step.setup()
    found = list(step.process(records))
    examples = [value for value in found if isinstance(value, Example)]
    reasons = [value.reason for value in found if hasattr(value, "reason")]
    counts: dict[str, int] = {}
    for value in found:
        if hasattr(value, "amount"):
            counts[value.name] = counts.get(value.name, 0) + value.amount
    return examples, reasons, counts
