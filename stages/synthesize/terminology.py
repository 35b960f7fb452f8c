"""Two hundred examples for medical education, in five categories and four parts."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from stages.keys import seeded

TABLE = Path(__file__).with_name("terminology.yaml")


@dataclass(frozen=True, slots=True)
class Term:
    """One example; `split` is `train` or `test`. Questions of test examples are phrased as none of training is."""

    category: str
    question: str
    definition: str
    explanation: str
    relevance: str
    note: str
    split: str


def make_terminology(seed: int) -> list[Term]:
    """All examples: 150 for training and 50 for testing, by category as terminology.yaml says."""
    return [term for category, entry in _table().items() for term in _category(seed, category, entry)]


def _category(seed: int, category: str, entry: Mapping[str, Any]) -> Iterator[Term]:
    rng = seeded(seed, "synthesize", "terminology", category)
    tested = set(rng.sample(range(len(entry["terms"])), entry["held_out"]))
    for n, line in enumerate(entry["terms"]):
        yield _term(rng, category, entry, line, "test" if n in tested else "train")


def _term(rng: random.Random, category: str, entry: Mapping[str, Any], line: str, split: str) -> Term:
    term, definition, explanation, relevance = line.split(" | ")
    questions = entry["questions"]["held_out" if split == "test" else "train"]
    question = rng.choice(questions).format(term=term)
    return Term(category, question, definition, explanation, relevance, rng.choice(entry["notes"]), split)


@cache
def _table() -> dict[str, Any]:
    from ruamel.yaml import YAML

    found: dict[str, Any] = YAML(typ="safe", pure=True).load(TABLE.read_text())
    return found
