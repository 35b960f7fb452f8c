"""A tiny project to train in: a Llama of a few thousand weights, some examples, params."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from stages.models.scratch import new_llama, new_tokenizer, save
from stages.models.text import fix_numerics
from stages.params.base import Architecture
from stages.params.root import merged
from stages.records import Example
from stages.shards import write_shard

ROOT = Path(__file__).parents[2]
COMPLAINTS = ("cough", "chest pain", "headache", "fever", "back pain")
SHORT: Mapping[str, Any] = {
    "lora": {"r": 2, "alpha": 4.0, "dropout": 0.1, "targets": "all-linear"},
    "learning_rate": 1.0e-2,
    "epochs": 3.0,
    "batch": 4,
    "checkpoint_steps": 5,
    "max_length": 200,
}


def example(number: int, name: str = "train", response: str | None = None) -> Example:
    """A visit of few words; its number is to be copied."""
    complaint = COMPLAINTS[number % len(COMPLAINTS)]
    told = f"Doctor: What is it?\nPatient: I have had {complaint} for {number} days." + " Yes." * (number % 4)
    written = f"HPI: {complaint} for {number} days.\n\nAssessment: {complaint}." if response is None else response
    return Example(f"{name}{number:03d}", "hpi", f"patient{number}", "Write the HPI.", written, told, split=name)


def make_base(folder: Path) -> None:
    """A base model that has learned nothing yet."""
    fix_numerics(0)
    texts = [f"{e.instruction}\n{e.input}\n{e.response}" for e in map(example, range(40))]
    tokenizer = new_tokenizer(texts, 320)
    shape = Architecture(vocabulary=320, hidden=64, layers=2, heads=2, context=256)
    model = new_llama(shape, tokenizer)
    # The last norm decides how sure an answer can be, and no adapter trains it.
    model.model.norm.weight.data.fill_(8.0)
    save(model, tokenizer, folder)


def make_project(folder: Path, train: Mapping[str, Any] = SHORT, examples: int = 30) -> Path:
    """Lay out params, base model and examples of the task `hpi` below a folder, as a DVC repository has them."""
    (folder / ".dvc").mkdir(parents=True)
    params = YAML(typ="safe", pure=True).load(ROOT / "params.yaml")
    params["train"]["hpi"] = merged({}, dict(train))
    with (folder / "params.yaml").open("w") as file:
        YAML().dump(params, file)
    (folder / "data").mkdir()
    (folder / "data" / "lexicon").symlink_to(ROOT / "data" / "lexicon")
    make_base(folder / "models" / "base" / "clinic")
    split = folder / "data" / "split" / "hpi"
    write_shard(split / "train.jsonl", map(example, range(examples)))
    write_shard(split / "validation.jsonl", [example(number, "validation") for number in range(50, 56)])
    return folder


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """`python -m stages.train hpi` in a project."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "random", "CI": "1"}
    environment.pop("DVC_ROOT", None)
    command = [sys.executable, "-m", "stages.train", "hpi", *arguments]
    return subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.PIPE, text=True)


def finish(folder: Path, *arguments: str) -> None:
    """Train to the end."""
    running = start(folder, *arguments)
    _, errors = running.communicate(timeout=300)
    assert running.returncode == 0, errors


def outputs(folder: Path) -> dict[str, bytes]:
    """Everything that must be the same twice: adapter, metrics, curves, quarantine."""
    roots = ("models/adapters/hpi", "metrics/train", "plots/train/hpi", "data/train/hpi")
    files = [file for root in roots for file in sorted((folder / root).rglob("*")) if file.is_file()]
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files if file.name != "run.json"}
