"""A corpus of plain records, and a base model small enough to be trained in a test."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from stages import shards
from stages.base import lesson
from stages.params.base import Base
from stages.records import Origin, Record, Turn

TINY = Base.model_validate(
    {
        "origin": "scratch",
        "needs": "data/split/corpus",
        "architecture": {"vocabulary": 320, "hidden": 16, "layers": 2, "heads": 2, "context": 128},
        "schooling": {"steps": 12, "batch": 4, "learning_rate": 5.0e-3, "warmup": 2, "length": 64, "circuit_rate": 0.1},
    }
)


def document(number: int) -> Record:
    """A record of some words; every third is a dialogue."""
    origin = Origin("library.jsonl", "0" * 64, "table")
    if number % 3 == 0:
        turns = (Turn("doctor", "What is it?"), Turn("patient", f"Cough for {number} days."))
        return Record(f"r{number:03d}", "visits", f"p{number}", "dialogue", origin, turns=turns)
    text = f"The patient has had cough for {number} days. There was cough for {number} days."
    return Record(f"r{number:03d}", "library", f"p{number}", "document", origin, text=text)


def write_corpus(folder: Path, number: int = 60) -> Path:
    """Write so many records to a folder of shards."""
    shards.write(folder, map(document, range(number)), 4)
    return folder


def slow_down() -> None:
    """Let every step take a while and every third be kept, in a process that is to be killed half-way."""
    lesson.SAVED_EVERY = 3
    learn = lesson.Lesson.learn

    def slowly(one: lesson.Lesson, loss: Any, tokens: int) -> None:
        time.sleep(0.2)
        learn(one, loss, tokens)

    lesson.Lesson.learn = slowly  # type: ignore[method-assign]
