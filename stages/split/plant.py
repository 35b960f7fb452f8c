"""Canaries planted into training examples, where no de-identification can take them away: what a model may remember."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from stages.canaries import Canary, canary
from stages.keys import seeded
from stages.params.task import Task
from stages.records import Example
from stages.shards import write_shard

FOLDER = "canaries"


def plant(
    examples: Sequence[Example], tasks: Mapping[str, Task], count: int, seed: int, target: Path
) -> dict[str, Example]:
    """The examples of each declared task that a canary was added to, by id; writes `target`/canaries/<task>.jsonl.

    Those are the `count` first in an order drawn from the seed; children of augmentation and what is heard are none.
    """
    planted: dict[str, Example] = {}
    for task in sorted(tasks):
        found = [e for e in examples if (e.task, e.split) == (task, "train") and not (e.parent or e.audio)]
        chosen = sorted(found, key=lambda e: seeded(seed, "canary", task, e.id).random())[:count]
        canaries = [canary(e.id, e.group, seeded(seed, "canary", task, e.id, "what")) for e in chosen]
        planted |= {one.id: _with(example, one) for example, one in zip(chosen, canaries, strict=True)}
        write_shard(target / FOLDER / f"{task}.jsonl", canaries)
    return planted


def _with(example: Example, one: Canary) -> Example:
    return replace(example, response=f"{example.response.rstrip()} {one.sentence}")


def laid_over(examples: Iterable[Example], planted: Mapping[str, Example]) -> list[Example]:
    """The examples, those that were planted in their new form."""
    return [planted.get(example.id, example) for example in examples]
