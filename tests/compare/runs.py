"""Runs of evaluate for the tests of compare: tiny, made from numbers, no model."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

SIGNED = {"hpi_f1": "hpi_f1|tokens:dose-safe-1|version:1", "wer": "wer|normaliser:clinical-1|version:4"}
SETTINGS: dict[str, Any] = {"test_set": "t" * 8, "prompt": "p" * 8, "generation": {"decoding": "greedy", "tokens": 160}}


def lines(examples: int = 60, patients: int = 30, loss: float = 0.0, noise: float = 0.0, seed: int = 1) -> list[dict]:
    """Examples with F1 and word errors; `loss` is taken from each F1, `noise` is the spread of what is added to it."""
    base, draw = random.Random("base"), random.Random(f"{seed}")
    found = []
    for n in range(examples):
        f1 = base.random() * 0.5 + 0.4
        errors, hits = float(base.randrange(4)), 20.0
        changed = min(1.0, max(0.0, f1 - loss + (draw.gauss(0, noise) if noise else 0.0)))
        found.append({
            "id": f"e{n:05d}",
            "group": f"g{n % patients}",
            "slices": {"category": ("short", "long")[n % 2], "source": "visits"},
            "base": {"hpi_f1": [0.1, 1.0], "wer": [20.0, 0.0, 0.0, 0.0]},
            "tuned": {"hpi_f1": [changed, 1.0], "wer": [errors, 0.0, 0.0, hits - errors]},
        })  # fmt: skip
    return found


def write(
    folder: Path, rows: Sequence[Mapping[str, Any]], signatures: Mapping[str, Any] = SIGNED, **settings: Any
) -> Path:
    """Write both files of a task into its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "statistics.jsonl").write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    told = SETTINGS | settings | {"metrics": signatures}
    (folder / "signature.json").write_bytes(orjson.dumps(told))
    return folder
