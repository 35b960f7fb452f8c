"""Canaries in training examples: a declared number, in no other set, the same whatever the order."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from stages.canaries import Canary
from stages.params import load
from stages.shards import read_shard
from stages.split.plant import laid_over, plant
from tests.split.examples import example

TASKS = {name: load().tasks[name] for name in ("hpi", "diagnosis")}
EXAMPLES = [
    example(f"e{n:03d}", task=("hpi", "diagnosis")[n % 2], split=("train", "test", "validation")[n % 3])
    for n in range(60)
]


def test_so_many_of_each_task_and_only_of_training(tmp_path: Path) -> None:
    planted = plant(EXAMPLES, TASKS, 3, 7, tmp_path)
    assert len(planted) == 6
    changed = [(old, new) for old, new in zip(EXAMPLES, laid_over(EXAMPLES, planted), strict=True) if old != new]
    assert len(changed) == 6
    for name in TASKS:
        ledger = {one.id: one for one in read_shard(tmp_path / f"canaries/{name}.jsonl", Canary)}
        assert len(ledger) == 3
        for old, new in changed:
            if old.task == name:
                assert new == replace(old, response=f"{old.response} {ledger[old.id].sentence}")
                assert old.split == "train"


def test_the_order_changes_nothing(tmp_path: Path) -> None:
    assert plant(EXAMPLES, TASKS, 3, 7, tmp_path / "a") == plant(EXAMPLES[::-1], TASKS, 3, 7, tmp_path / "b")
    assert plant(EXAMPLES, TASKS, 3, 8, tmp_path / "c") != plant(EXAMPLES, TASKS, 3, 7, tmp_path / "d")


def test_neither_children_nor_recordings_nor_too_many(tmp_path: Path) -> None:
    others = [replace(one, parent="p", operator="typo") for one in EXAMPLES[:30]]
    others += [replace(one, audio="a.flac") for one in EXAMPLES[30:]]
    assert plant(others, TASKS, 3, 7, tmp_path) == {}
    assert len(plant(EXAMPLES, TASKS, 99, 7, tmp_path)) == sum(one.split == "train" for one in EXAMPLES)
    assert plant(EXAMPLES, TASKS, 0, 7, tmp_path) == {}
