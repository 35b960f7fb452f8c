"""Every key of `train` has its effect on what the trainer, PEFT and bitsandbytes are told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from stages.models.text import load_base
from stages.params.train import Quantization, Train
from stages.train.adapter import lora_config, speech_lora_config
from stages.train.speech_trainer import seq2seq_arguments
from stages.train.trainer import sft_config
from tests.train.project import make_base

TOLD: dict[str, tuple[Any, str, Any]] = {
    "learning_rate": (0.5, "learning_rate", 0.5),
    "scheduler": ("linear", "lr_scheduler_type", "linear"),
    "warmup_steps": (7, "warmup_steps", 7),
    "warmup_ratio": (0.25, "warmup_steps", 0.25),
    "epochs": (2.5, "num_train_epochs", 2.5),
    "max_steps": (9, "max_steps", 9),
    "batch": (3, "per_device_train_batch_size", 3),
    "accumulation": (5, "gradient_accumulation_steps", 5),
    "max_grad_norm": (0.3, "max_grad_norm", 0.3),
    "optimizer": ("paged_adamw_8bit", "optim", "paged_adamw_8bit"),
    "weight_decay": (0.1, "weight_decay", 0.1),
    "gradient_checkpointing": (True, "activation_checkpointing", True),
}
ELSEWHERE = {
    "lora": "lora_config",
    "quantization": "load_base",
    "max_length": "examples.prepare",
    "precision": "load_base and, on a GPU, sft_config",
    "early_stopping": "text._trainer",
    "checkpoint_steps": "checkpoints.callback",
    "report_to": "text._trainer and sft_config",
    "medical_terms": "speech._class: test_speech.py",
    "most_terms": "speech._class: test_speech.py",
    "perturbation": "lessons.Lessons: test_lessons.py",
}


def test_no_key_is_without_a_test() -> None:
    assert set(Train.model_fields) == set(TOLD) | set(ELSEWHERE)


@pytest.mark.parametrize("key", TOLD)
def test_the_trainer_is_told(key: str, tmp_path: Path) -> None:
    value, name, expected = TOLD[key]
    for told in (sft_config, seq2seq_arguments):
        config = told(_with(key, value), 3, tmp_path, validated=False)
        usual = told(Train(), 3, tmp_path, validated=False)
        assert getattr(config, name) == expected
        assert getattr(usual, name) != expected
        assert config.seed == 3


def test_the_best_adapter_is_kept_where_there_is_a_validation_set(tmp_path: Path) -> None:
    config = sft_config(Train(), 3, tmp_path, validated=True)
    assert config.load_best_model_at_end
    assert (config.eval_strategy, config.metric_for_best_model) == ("epoch", "eval_loss")
    assert not sft_config(Train(), 3, tmp_path, validated=False).load_best_model_at_end


def test_peft_is_told() -> None:
    train = Train.model_validate({"lora": {"r": 3, "alpha": 7.0, "dropout": 0.2, "targets": ["q_proj"]}})
    config = lora_config(train)
    assert (config.r, config.lora_alpha, config.lora_dropout, config.target_modules) == (3, 7.0, 0.2, {"q_proj"})
    assert lora_config(Train()).target_modules == "all-linear"


def test_peft_is_told_of_a_whisper() -> None:
    train = Train.model_validate({"lora": {"r": 3, "alpha": 7.0, "dropout": 0.2, "targets": ["q_proj"]}})
    config = speech_lora_config(train, [400, 401])
    assert (config.r, config.lora_alpha, config.lora_dropout, config.target_modules) == (3, 7.0, 0.2, {"q_proj"})
    assert (config.task_type, config.trainable_token_indices) == (None, [400, 401])
    assert speech_lora_config(train, []).trainable_token_indices is None


@pytest.mark.parametrize(
    ("bits", "kind"), [(0, "Parameter"), (8, "Int8Params"), (4, "Params4bit")], ids=["as they are", "LLM.int8", "NF4"]
)
def test_bitsandbytes_is_told(bits: int, kind: str, tmp_path: Path) -> None:
    make_base(tmp_path)
    model, _ = load_base(tmp_path, Quantization.model_validate({"bits": bits, "double": True, "compute": "float32"}))
    weight = model.model.layers[0].self_attn.q_proj.weight
    assert type(weight).__name__ == kind
    if bits == 4:
        assert weight.quant_type == "nf4"
        assert weight.quant_state.nested
        plain, _ = load_base(tmp_path, Quantization.model_validate({"bits": 4, "double": False}))
        assert not plain.model.layers[0].self_attn.q_proj.weight.quant_state.nested


def _with(key: str, value: Any) -> Train:
    found: BaseModel = Train.model_validate({key: value})
    assert isinstance(found, Train)
    return found
