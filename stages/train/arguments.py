"""What a declared training tells transformers' trainers, whatever is trained."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from stages.params.train import Train


def arguments(declared: Train, seed: int, folder: Path, validated: bool) -> dict[str, Any]:
    """Arguments of `TrainingArguments` and its kin; checkpoints go to `folder`."""
    import torch

    gpu = torch.cuda.is_available()
    each_epoch = "epoch" if validated else "no"
    return {
        "output_dir": str(folder),
        "seed": seed,
        "learning_rate": declared.learning_rate,
        "lr_scheduler_type": declared.scheduler,
        # Below 1 it is a share of all steps.
        "warmup_steps": declared.warmup_steps or declared.warmup_ratio,
        "num_train_epochs": declared.epochs,
        "max_steps": declared.max_steps or -1,
        "per_device_train_batch_size": declared.batch,
        "per_device_eval_batch_size": declared.batch,
        "gradient_accumulation_steps": declared.accumulation,
        "max_grad_norm": declared.max_grad_norm,
        "optim": declared.optimizer,
        "weight_decay": declared.weight_decay,
        "activation_checkpointing": declared.gradient_checkpointing,
        "activation_checkpointing_kwargs": {"use_reentrant": False} if declared.gradient_checkpointing else None,
        # Half precision is many times slower than float32 on a CPU.
        "use_cpu": not gpu,
        "bf16": gpu and declared.precision == "bfloat16",
        "fp16": gpu and declared.precision == "float16",
        "eval_strategy": each_epoch,
        "save_strategy": each_epoch,
        "load_best_model_at_end": validated,
        "metric_for_best_model": "eval_loss" if validated else None,
        "greater_is_better": False if validated else None,
        "save_total_limit": 3,
        "restore_callback_states_from_checkpoint": True,
        "logging_steps": 10,
        "report_to": ["mlflow"] if "mlflow" in declared.report_to else [],
        "disable_tqdm": not sys.stderr.isatty() or bool(os.environ.get("CI")),
        "dataloader_pin_memory": gpu,
    }
