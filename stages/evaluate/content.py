"""What an answer depends on, by content: an adapter that was trained anew under its old name is another adapter."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from stages.models.prompts import render
from stages.params.evaluate import Evaluate
from stages.params.train import Train
from stages.records import Example, to_json

_TOKENIZER = ("tokenizer", "vocab", "merges", "special_tokens", "added_tokens", "spiece", "chat_template")


def content(
    examples: Sequence[Example], base: Path, adapter: Path, tokenizer: Any, settings: Evaluate, training: Train
) -> dict[str, str]:
    """SHA-256 of each thing that both systems' answers depend on, beside the prompt of the example itself.

    `base`, `adapter` and `tokenizer` are of files, `chat_template` is of the template as it was loaded, `wording` of
    the prompts of the task with their inputs taken out, `generation` of all settings that decide what is generated.
    """
    generation = described(settings) | {
        "quantization": training.quantization.model_dump(),
        "precision": training.precision,
    }
    return {
        "base": _files(path for path in _inside(base) if not path.name.startswith(_TOKENIZER)),
        "adapter": _files(_inside(adapter)),
        "tokenizer": _files(path for path in _inside(base) if path.name.startswith(_TOKENIZER)),
        "chat_template": _digest([tokenizer.chat_template or ""]),
        "wording": _digest(sorted({render(replace(example, input=""), tokenizer)[0] for example in examples})),
        "generation": _digest([json.dumps(generation, sort_keys=True)]),
    }


def content_of_speech(
    base: Path, adapter: Path, settings: Evaluate, training: Train, wording: Sequence[str]
) -> dict[str, str]:
    """SHA-256 of each thing that both systems' transcripts depend on, beside the sound of the example itself.

    `wording` is what stands before every transcript; settings of decoding lie beside the adapter and are told with it.
    """
    generation = described(settings) | {
        "quantization": training.quantization.model_dump(),
        "precision": training.precision,
    }
    return {
        "base": _files(path for path in _inside(base) if not path.name.startswith(_TOKENIZER)),
        "adapter": _files(_inside(adapter)),
        "tokenizer": _files(path for path in _inside(base) if path.name.startswith(_TOKENIZER)),
        "wording": _digest(wording),
        "generation": _digest([json.dumps(generation, sort_keys=True)]),
    }


def described(settings: Evaluate) -> dict[str, Any]:
    """How answers are generated, in words."""
    return {"decoding": "greedy", "most_new_tokens": settings.most_new_tokens}


def test_set(examples: Sequence[Example]) -> str:
    """SHA-256 of the examples, whatever their order."""
    return _digest(sorted(to_json(example).decode() for example in examples))


def _inside(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _files(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            digest.update(path.name.encode() + b"\0" + hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def _digest(texts: Sequence[str]) -> str:
    digest = hashlib.sha256()
    for text in texts:
        data = text.encode()
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()
