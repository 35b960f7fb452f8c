"""What loading any base model has in common: device, precision, bits, and libraries that talk too much."""

from __future__ import annotations

import logging
import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stages.models.progress import quiet

if TYPE_CHECKING:
    from stages.params.train import Quantization


def weights(path: str | Path, quantization: Quantization, precision: str) -> dict[str, Any]:
    """Arguments of `from_pretrained` for the model in a folder.

    Without a GPU weights are float32 whatever `precision` says: half precision is many times slower on a CPU. Raises
    `FileNotFoundError` when no model is there.
    """
    import torch
    from transformers.utils.logging import disable_progress_bar

    if quiet():
        disable_progress_bar()
    _hush_the_libraries_about_each_other()
    if not (Path(path) / "config.json").is_file():
        raise FileNotFoundError(
            f"{path}: no model there; run `dvc repro base` or `python -m stages.base {Path(path).name}`"
        )
    declared: dict[str, Any] = {
        "pretrained_model_name_or_path": path,
        "local_files_only": True,
        "dtype": getattr(torch, precision) if torch.cuda.is_available() else torch.float32,
    }
    if torch.cuda.is_available():
        declared["device_map"] = {"": int(os.environ.get("LOCAL_RANK", "0"))}
    if quantization.bits:
        declared["quantization_config"] = _few_bits(quantization)
    return declared


def refuse_narrow(path: str | Path, model: Any) -> None:
    """Raise `ValueError` on layers too narrow for 4 bits on a CPU.

    The kernel of bitsandbytes asks for whole blocks of 64 weights there, and without them fails in the first step.
    """
    import torch

    if torch.cuda.is_available():
        return
    widths = {layer.in_features for layer in model.modules() if type(layer).__name__ == "Linear4bit"}
    if narrow := sorted(width for width in widths if width % 64):
        raise ValueError(
            f"{path}: layers of {narrow[0]} inputs; 4 bits on a CPU need a multiple of 64: set bits to 0 or 8"
        )


def _hush_the_libraries_about_each_other() -> None:
    """PEFT asks transformers by an old name, and bitsandbytes misses a faster kernel: nobody here can act on either."""
    warnings.filterwarnings("ignore", message="`is_gradient_checkpointing`", category=FutureWarning)
    logging.getLogger("bitsandbytes.backends.cpu.ops").setLevel(logging.ERROR)


def _few_bits(quantization: Quantization) -> Any:
    import torch
    from transformers import BitsAndBytesConfig

    if quantization.bits == 8:
        return BitsAndBytesConfig(load_in_8bit=True)
    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=quantization.double,
        bnb_4bit_compute_dtype=getattr(torch, quantization.compute),
    )
