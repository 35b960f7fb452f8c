"""What a training came to: numbers that are the same twice, and apart from them times, device and versions."""

from __future__ import annotations

import math
import platform
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson

from stages import metrics
from stages.params.train import Train
from stages.shards import write_bytes

VERSIONS = ("torch", "transformers", "trl", "peft", "accelerate", "bitsandbytes")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One training; losses are natural logarithms per token of the response."""

    task: str
    base: str
    train: Train
    examples: int
    validation_examples: int
    dropped: int
    response_tokens: int
    parameters: int
    trainable: int
    steps: int
    best_step: int | None
    training_loss: float | None
    validation_loss: float | None
    seconds: float
    resumed_from: int | None

    @property
    def perplexity(self) -> float | None:
        """exp of the validation loss."""
        return None if self.validation_loss is None else math.exp(self.validation_loss)


def write_outcome(outcome: Outcome, root: Path) -> None:
    """Write metrics/train/<task>.json and data/train/<task>/run.json."""
    share = outcome.trainable / outcome.parameters
    metrics.write(
        root / "metrics" / "train" / f"{outcome.task}.json",
        {
            "examples": outcome.examples,
            "validation_examples": outcome.validation_examples,
            "dropped": outcome.dropped,
            "response_tokens": outcome.response_tokens,
            "parameters": outcome.parameters,
            "trainable": outcome.trainable,
            "trainable_share": share,
            "steps": outcome.steps,
            "best_step": outcome.best_step,
            "training_loss": outcome.training_loss,
            "validation_loss": outcome.validation_loss,
            "perplexity": outcome.perplexity,
        },
    )
    row = {
        "task": outcome.task,
        "base": outcome.base,
        "learning_rate": outcome.train.learning_rate,
        "epochs": outcome.train.epochs,
        "batch": f"{outcome.train.batch} x {outcome.train.accumulation}",
        "rank": outcome.train.lora.r,
        "bits": outcome.train.quantization.bits,
        "trainable_share": round(share, metrics.DIGITS),
        "perplexity": outcome.perplexity and round(outcome.perplexity, metrics.DIGITS),
        "seconds": round(outcome.seconds, 1),
        "resumed_from": outcome.resumed_from,
        "device": _device(),
        "versions": {name: version(name) for name in VERSIONS},
    }
    path = root / "data" / "train" / outcome.task / "run.json"
    write_bytes(path, orjson.dumps(row, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n")


def last_loss(history: list[dict[str, Any]]) -> float | None:
    """The training loss that was logged last."""
    return next((told["loss"] for told in reversed(history) if "loss" in told), None)


def size(parameter: Any) -> int:
    """Weights of a parameter; bitsandbytes packs two of 4 bits into one element."""
    return int(parameter.numel() * (2 if type(parameter).__name__ == "Params4bit" else 1))


def _device() -> str:
    import torch

    if torch.cuda.is_available():
        return f"{torch.cuda.device_count()} x {torch.cuda.get_device_name()}"
    return f"{torch.get_num_threads()} threads of {platform.processor() or platform.machine()}"


def read(path: Path) -> dict[str, Any]:
    """Read a run.json."""
    return dict(orjson.loads(path.read_bytes()))
