"""What an export came to: numbers that are the same twice, and apart from them times, device and versions."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson

from stages import metrics
from stages.keys import seeded
from stages.records import Example, to_json
from stages.shards import read_shard, write_bytes

VERSIONS = ("torch", "transformers", "peft", "safetensors", "ctranslate2", "faster-whisper")


class Refused(ValueError):
    """The export does not do what the adapter does."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One export beside the adapter that it was made of.

    Attributes:
        numbers: For metrics/export/<task>.json.
        run: Times, which are never the same twice.
        answers: For each example its `id`, and what the adapter and each form of the export answered.
        faults: In what the export differs from the adapter by more than is allowed; it is refused for these.
        use: What a card says about how the model is asked.
    """

    numbers: Mapping[str, Any]
    run: Mapping[str, Any]
    answers: Sequence[Mapping[str, str]]
    faults: Sequence[str]
    use: Mapping[str, Any] = field(default_factory=dict)


def sample(path: Path, most: int | None, seed: int) -> list[Example]:
    """At most so many examples of a test set, drawn by the seed, in the order of their ids.

    Raises `FileNotFoundError` naming the stage that makes the file, and `ValueError` when there is no example in it.
    """
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no test examples there; run `dvc repro split`")
    examples = sorted(read_shard(path, Example), key=lambda example: example.id)
    if not examples:
        raise ValueError(f"{path}: empty, so nothing can be compared; metrics/split.json says where its examples went")
    if most is None or most >= len(examples):
        return examples
    return sorted(seeded(seed, "export", path.parent.name).sample(examples, most), key=lambda example: example.id)


def write(outcome: Outcome, task: str, root: Path = Path()) -> None:
    """Write metrics/export/<task>.json, data/export/<task>/run.json and answers.jsonl."""
    metrics.write(root / "metrics" / "export" / f"{task}.json", outcome.numbers)
    folder = root / "data" / "export" / task
    row = {"task": task, "device": _device(), "versions": {name: version(name) for name in VERSIONS}, **outcome.run}
    write_bytes(folder / "run.json", orjson.dumps(row, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n")
    write_bytes(folder / "answers.jsonl", b"".join(to_json(dict(answer)) + b"\n" for answer in outcome.answers))


def _device() -> str:
    import torch

    if torch.cuda.is_available():
        return torch.cuda.get_device_name()
    return f"{torch.get_num_threads()} threads of {platform.processor() or platform.machine()}"
