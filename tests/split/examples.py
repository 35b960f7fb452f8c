"""Examples for the tests of split."""

from __future__ import annotations

import random
from typing import Any

from stages.keys import Key
from stages.params.split import Split
from stages.records import Example, Origin, Record
from stages.split.assign import Assignment, assign
from stages.split.components import components
from stages.split.similarity import Index, judged, shingles

KEY = Key(b"k" * 32)
WORDS = [f"{a}{b}{c}" for a in "bdfgklmnprst" for b in "aeiou" for c in ("ron", "lix", "ma", "vet", "dol")]


def text(seed: object, words: int = 40) -> str:
    return " ".join(random.Random(str(seed)).choices(WORDS, k=words))


def example(id: str, group: str | None = None, task: str = "hpi", **rest: Any) -> Example:
    declared = {"instruction": "Write it.", "input": text(id), "response": "Croup.", "records": (f"r-{id}",)}
    return Example(id=id, task=task, group=group or f"g-{id}", **(declared | rest))


def document(id: str, group: str | None = None, **rest: Any) -> Record:
    declared = {"text": text(id)} | rest
    return Record(id, "reports", group or f"g-{id}", "document", Origin("n.txt", "0", "documents"), **declared)


def joined(examples: list[Example], near_duplicate: float = 0.8) -> list[list[Example]]:
    ordered = sorted(examples, key=lambda one: one.id)
    sets = [shingles(judged(one), one.surrogates) for one in ordered]
    return components(ordered, sets, Index(near_duplicate, 128))


def assigned(examples: list[Example], seed: int = 7, **params: Any) -> Assignment:
    return assign(joined(examples), Split.model_validate(params), KEY, seed)
