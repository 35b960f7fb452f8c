"""A tiny project to train a Whisper in: recordings of tones, a base that has heard them, params."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from ruamel.yaml import YAML

from stages import sound
from stages.models.speech import load_base
from stages.params.train import Quantization
from stages.records import Example
from stages.shards import write_shard
from tests.models.whispers import make_base, teach_a_little, tone

ROOT = Path(__file__).parents[2]
SAID = ("Any pain in the chest?", "No, but I cough.", "Take 120/80 as it is: fine.", "Good.")
ROLES = ("doctor", "patient")
SHORT: Mapping[str, Any] = {
    "lora": {"r": 2, "alpha": 4.0, "dropout": 0.1, "targets": ["q_proj", "k_proj", "v_proj", "out_proj"]},
    "learning_rate": 1.0e-2,
    "epochs": 3.0,
    "batch": 4,
    "checkpoint_steps": 5,
    "max_length": 40,
    "perturbation": {"speeds": [0.9, 1.0, 1.1], "time_masks": 1, "mel_masks": 1, "mel_mask_bins": 3},
}
TASK: Mapping[str, Any] = {
    "template": "scribe", "sources": ["visits"], "base": "speech", "base_path": "models/base/speech", "window": 2.0,
    "speakers": list(ROLES), "metrics": ["wer", "role_accuracy", "medical_term_wer"],
}  # fmt: skip


def example(number: int, audio: Path, name: str = "train", **changed: Any) -> Example:
    """The tone of a number, and what it means; speakers take turns."""
    kind = number % len(SAID)
    response = f"<|{ROLES[kind % 2]}|> {SAID[kind]}"
    digest = hashlib.sha256(audio.read_bytes()).hexdigest()
    meta = {"start": 1.0 * kind, "end": 1.0 * kind + 0.9, "audio_sha256": digest, "medical_terms": ["cough"]}
    told: dict[str, Any] = {"response": response, "audio": str(audio), "split": name, "meta": meta}
    return Example(
        f"{name}{number:03d}", "scribe", f"patient{number}", "Transcribe this recording.", **(told | changed)
    )


def write_recording(path: Path, tones: int = 4) -> Path:
    """A second of each tone."""
    sound.write(path, np.concatenate([tone(number, 1.0) for number in range(tones)]))
    return path


def make_project(folder: Path, train: Mapping[str, Any] = SHORT, examples: int = 30) -> Path:
    """Lay out params, base model, a recording and examples of the task `scribe` as a DVC repository has them."""
    (folder / ".dvc").mkdir(parents=True)
    params = YAML(typ="safe", pure=True).load(ROOT / "params.yaml")
    params["sources"] = {"visits": {"reader": "recordings", "path": "data/raw", "deidentified": True}}
    params["export"] = {}
    params["base"]["speech"] = {"kind": "whisper", "origin": "folder", "needs": "data/synthesize/speech"}
    params["tasks"] = {"scribe": dict(TASK)}
    params["augment"]["operators"] = {}
    params["evaluate"]["categories"] = {}
    params["train"] = {"defaults": params["train"]["defaults"], "scribe": dict(train)}
    params["raw"] = "data/raw"
    with (folder / "params.yaml").open("w") as file:
        YAML().dump(params, file)
    (folder / "data" / "raw").mkdir(parents=True)
    (folder / "data" / "lexicon").symlink_to(ROOT / "data" / "lexicon")
    base = folder / "models" / "base" / "speech"
    base.mkdir(parents=True)
    for name, content in _taught().items():
        (base / name).write_bytes(content)
    audio = write_recording(folder / "data" / "deidentify" / "audio" / "r1.flac").relative_to(folder)
    here = Path.cwd()
    os.chdir(folder)
    try:
        split = Path("data/split/scribe")
        write_shard(split / "train.jsonl", [example(number, audio) for number in range(examples)])
        write_shard(split / "validation.jsonl", [example(number, audio, "validation") for number in range(50, 56)])
        write_shard(split / "test.jsonl", [example(number, audio, "test") for number in range(60, 68)])
    finally:
        os.chdir(here)
    return folder


@cache
def _taught() -> dict[str, bytes]:
    """The files of a base that knows what is said, and not by whom."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        make_base(folder)
        model, processor = load_base(folder, Quantization())
        teach_a_little(model, processor, dict(enumerate(SAID)), 200)
        model.save_pretrained(folder)
        return {path.name: path.read_bytes() for path in folder.iterdir()}


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """`python -m stages.train scribe` in a project."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "random", "CI": "1"}
    environment.pop("DVC_ROOT", None)
    command = [sys.executable, "-m", "stages.train", "scribe", *arguments]
    return subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.PIPE, text=True)


def finish(folder: Path, *arguments: str) -> None:
    """Train to the end."""
    running = start(folder, *arguments)
    _, errors = running.communicate(timeout=300)
    assert running.returncode == 0, errors


def outputs(folder: Path) -> dict[str, bytes]:
    """Everything that must be the same twice: adapter, metrics, curves, quarantine."""
    roots = ("models/adapters/scribe", "metrics/train", "plots/train/scribe", "data/train/scribe")
    files = [file for root in roots for file in sorted((folder / root).rglob("*")) if file.is_file()]
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files if file.name != "run.json"}
