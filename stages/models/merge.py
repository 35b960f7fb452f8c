"""An adapter folded into its base: one model that is loaded without PEFT and without the base beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from stages.shards import write_bytes


def merge(tuned: Any) -> Any:
    """Add an adapter's products and token rows to the weights below it; the base must be loaded in full precision.

    Weights of few bits would be rounded to their few values again, and the adapter lost in the rounding. So an adapter
    that was trained over such weights (QLoRA) is merged into the full ones. `tuned` is what `load_adapter` gave, and is
    used up. Raises `ValueError` when the base is quantised, when a merged weight is no number, and when an adapter of
    whole embeddings has untied the output from them.
    """
    if getattr(tuned.get_base_model(), "quantization_method", None) is not None:
        raise ValueError("the base is loaded in few bits; load it without quantization to merge an adapter into it")
    tied = tuned.get_base_model().config.tie_word_embeddings
    merged = tuned.merge_and_unload(safe_merge=True).eval()
    if tied and merged.get_input_embeddings().weight is not merged.get_output_embeddings().weight:
        raise ValueError("merging untied the output from the embeddings; train new tokens by trainable_token_indices")
    return merged


def save(model: Any, folder: Path, precision: str, *beside: Any) -> None:
    """Write config, safetensors weights of type `precision`, and what stands beside them: tokenizer, feature extractor.

    Each of these is saved by itself: a processor would put all settings of the features into a file of its own, and
    faster-whisper looks for preprocessor_config.json. The same model always gives the same bytes.
    """
    import torch

    model.to(getattr(torch, precision)).save_pretrained(folder)
    for part in beside:
        part.save_pretrained(folder)
    _tell_older_readers(folder / "config.json")


def _tell_older_readers(path: Path) -> None:
    """Repeat the rotary base where transformers 4, the vLLM of its time and llama.cpp look for it.

    Since 5 transformers writes it within `rope_parameters` alone; who does not know that key takes 10,000 in silence.
    """
    config = orjson.loads(path.read_bytes())
    rotary = config.get("rope_parameters") or {}
    if isinstance(rotary.get("rope_theta"), int | float):
        config["rope_theta"] = rotary["rope_theta"]
        scaled = {key: value for key, value in rotary.items() if key != "rope_theta"}
        config["rope_scaling"] = scaled if rotary.get("rope_type", "default") != "default" else None
    write_bytes(path, orjson.dumps(config, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n")
