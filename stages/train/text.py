"""One task's adapter by TRL's SFTTrainer with PEFT: set up, train, score, save.

Features, each with its key under `train.<task>`: LoRA (`lora`), QLoRA (`quantization`), loss on the response only,
batches of similar length, validation at each epoch with the best adapter kept, early stopping (`early_stopping`),
clipping (`max_grad_norm`), accumulation (`accumulation`), activation checkpointing (`gradient_checkpointing`), and
resumption from checkpoints (`checkpoint_steps`) that ends with the same bytes as a training that was never stopped.
Several GPUs: `accelerate launch -m stages.train <task>`.
"""

from __future__ import annotations

import logging
import math
import time
from pathlib import Path
from typing import Any

from stages.models.text import fix_numerics, load_base, response_logprobs
from stages.params import Params
from stages.params.train import Train
from stages.train import checkpoints, curves
from stages.train.adapter import lora_config, save
from stages.train.examples import Prepared, Refused, prepare, read, why_empty, write_quarantine
from stages.train.outcome import Outcome, last_loss, size, write_outcome

__all__ = ["Refused", "train"]


def train(params: Params, task: str, data: Path, root: Path = Path()) -> Outcome:
    """Train a task's adapter from `data`/train.jsonl and `data`/validation.jsonl; outputs go below `root`.

    Raises `Refused` when training would teach nothing, and `FileNotFoundError` when the data or the base are not there.
    """
    declared = params.training(task)
    curves.refuse_missing(task, declared)
    began = time.monotonic()
    fix_numerics(params.seed)
    base = params.tasks[task].base_path
    model, tokenizer = load_base(base, declared.quantization, declared.precision)
    teaching, checking = (
        prepare(read(data / f"{name}.jsonl"), tokenizer, declared.max_length) for name in ("train", "validation")
    )
    if not teaching.tokens:
        raise Refused(why_empty(task, declared, teaching.quarantine))
    with checkpoints.folder(params, task, data, base) as folder:
        trainer = _trainer(params, task, declared, model, tokenizer, teaching, checking, folder, root)
        resumed = checkpoints.newest(folder)
        result = trainer.train(resume_from_checkpoint=str(resumed) if resumed else None)
        score = _validated(trainer, tokenizer, checking, declared)
        outcome = Outcome(
            task=task,
            base=base,
            train=declared,
            examples=len(teaching.tokens),
            validation_examples=len(checking.tokens),
            dropped=len(teaching.quarantine) + len(checking.quarantine),
            response_tokens=sum(len(tokens.ids) - tokens.prompt for tokens in teaching.tokens),
            parameters=sum(size(p) for p in trainer.model.parameters()),
            trainable=sum(p.numel() for p in trainer.model.parameters() if p.requires_grad),
            steps=result.global_step,
            best_step=trainer.state.best_global_step,
            training_loss=last_loss(trainer.state.log_history),
            validation_loss=score,
            seconds=time.monotonic() - began,
            resumed_from=int(resumed.name.rpartition("-")[2]) if resumed else None,
        )
        if trainer.is_world_process_zero():
            save(trainer.model, root / "models" / "adapters" / task, base)
            write_quarantine(
                root / "data" / "train" / task / "quarantine.jsonl", [*teaching.quarantine, *checking.quarantine]
            )
            write_outcome(outcome, root)
    return outcome


def _trainer(
    params: Params,
    task: str,
    declared: Train,
    model: Any,
    tokenizer: Any,
    teaching: Prepared,
    checking: Prepared,
    folder: Path,
    root: Path,
) -> Any:
    import torch
    from datasets import Dataset
    from transformers import EarlyStoppingCallback, PrinterCallback

    from stages.train.trainer import LengthGroupedTrainer, sft_config

    callbacks = [checkpoints.callback(folder, declared.checkpoint_steps)]
    if "dvclive" in declared.report_to:
        callbacks.append(curves.callback(root / "plots" / "train" / task))
    if declared.early_stopping and checking.tokens:
        callbacks.append(EarlyStoppingCallback(declared.early_stopping))
    # The adapter's first values are drawn when the trainer is made.
    torch.manual_seed(params.seed)
    trainer = LengthGroupedTrainer(
        model=model,
        args=sft_config(declared, params.seed, folder, validated=bool(checking.tokens)),
        processing_class=tokenizer,
        train_dataset=Dataset.from_list(teaching.rows()),
        eval_dataset=Dataset.from_list(checking.rows()) if checking.tokens else None,
        peft_config=lora_config(declared),
        callbacks=callbacks,
    )
    trainer.remove_callback(PrinterCallback)
    return trainer


def _validated(trainer: Any, tokenizer: Any, checking: Prepared, declared: Train) -> float | None:
    """Mean loss per token of the kept adapter on the validation set, whatever the batches."""
    if not checking.tokens:
        return None
    trainer.model.eval()
    told = response_logprobs(trainer.model, tokenizer, checking.prompts, checking.completions, declared.batch)
    return -math.fsum(one.logprob for one in told) / sum(one.tokens for one in told)


logging.getLogger("transformers.trainer").setLevel(logging.ERROR)
