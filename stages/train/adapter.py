"""The adapter: its LoRA settings and its files, which hold nothing but what a reader needs to load them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import orjson

from stages.params.train import Train


def lora_config(declared: Train) -> Any:
    """PEFT's settings for a declared adapter."""
    from peft import LoraConfig

    return LoraConfig(
        r=declared.lora.r,
        lora_alpha=declared.lora.alpha,
        lora_dropout=declared.lora.dropout,
        target_modules=declared.lora.targets,
        bias="none",
        task_type="CAUSAL_LM",
    )


def speech_lora_config(declared: Train, tokens: list[int]) -> Any:
    """PEFT's settings for a declared adapter of a Whisper; the rows of `tokens` are trained and kept, no others.

    Without a task type: PEFT's wrapper for sequence-to-sequence models passes `input_ids`, which a Whisper has not.
    """
    from peft import LoraConfig

    return LoraConfig(
        r=declared.lora.r,
        lora_alpha=declared.lora.alpha,
        lora_dropout=declared.lora.dropout,
        target_modules=declared.lora.targets,
        bias="none",
        task_type=None,
        trainable_token_indices=tokens or None,
    )


def save(model: Any, folder: Path, base: str) -> None:
    """Write adapter_config.json and adapter_model.safetensors alone; `base` is the base model's path in the project."""
    shutil.rmtree(folder, ignore_errors=True)
    # "auto" would ask the hub whether the vocabulary was changed.
    model.save_pretrained(folder, save_embedding_layers=False)
    (folder / "README.md").unlink(missing_ok=True)
    path = folder / "adapter_config.json"
    config = orjson.loads(path.read_bytes())
    config["base_model_name_or_path"] = base
    # PEFT keeps module names in sets, whose order changes from process to process.
    tidy = {key: sorted(value) if isinstance(value, list) else value for key, value in config.items()}
    path.write_bytes(orjson.dumps(tidy, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n")
