"""TRL's trainer with batches of similar length in an order that a resumed training finds again."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from torch.utils.data import Sampler
from trl import SFTConfig, SFTTrainer

from stages.keys import seeded
from stages.params.train import Train

POOL = 50
"""Batches that examples are sorted within, wide enough for little padding, narrow enough for another mix each epoch."""


def sft_config(declared: Train, seed: int, folder: Path, validated: bool) -> SFTConfig:
    """TRL's settings for a declared training; checkpoints go to `folder`."""
    import torch

    gpu = torch.cuda.is_available()
    each_epoch = "epoch" if validated else "no"
    return SFTConfig(
        output_dir=str(folder),
        seed=seed,
        learning_rate=declared.learning_rate,
        lr_scheduler_type=declared.scheduler,
        # Below 1 it is a share of all steps.
        warmup_steps=declared.warmup_steps or declared.warmup_ratio,
        num_train_epochs=declared.epochs,
        max_steps=declared.max_steps or -1,
        per_device_train_batch_size=declared.batch,
        per_device_eval_batch_size=declared.batch,
        gradient_accumulation_steps=declared.accumulation,
        max_grad_norm=declared.max_grad_norm,
        optim=declared.optimizer,
        weight_decay=declared.weight_decay,
        activation_checkpointing=declared.gradient_checkpointing,
        activation_checkpointing_kwargs={"use_reentrant": False} if declared.gradient_checkpointing else None,
        # Half precision is many times slower than float32 on a CPU.
        use_cpu=not gpu,
        bf16=gpu and declared.precision == "bfloat16",
        fp16=gpu and declared.precision == "float16",
        max_length=None,
        dataset_kwargs={"skip_prepare_dataset": True},
        eval_strategy=each_epoch,
        save_strategy=each_epoch,
        load_best_model_at_end=validated,
        metric_for_best_model="eval_loss" if validated else None,
        greater_is_better=False if validated else None,
        save_total_limit=3,
        restore_callback_states_from_checkpoint=True,
        logging_steps=10,
        report_to=["mlflow"] if "mlflow" in declared.report_to else [],
        disable_tqdm=not sys.stderr.isatty() or bool(os.environ.get("CI")),
        dataloader_pin_memory=gpu,
    )


class LengthGroupedTrainer(SFTTrainer):
    """SFTTrainer whose order of examples depends on seed and epoch alone."""

    def _get_train_sampler(self, train_dataset: Any = None) -> LengthGrouped:
        rows = train_dataset if train_dataset is not None else self.train_dataset
        together = self.args.per_device_train_batch_size * self.args.gradient_accumulation_steps * self.args.world_size
        return LengthGrouped([len(ids) for ids in rows["input_ids"]], together, self.args.seed)


class LengthGrouped(Sampler[int]):
    """Indices such that each stretch of `together` has similar lengths; another order each epoch.

    The trainer's own sampler draws from the global generator, whose state in mid-epoch is not the one that the epoch's
    order was drawn from: a resumed epoch would see other examples.
    """

    def __init__(self, lengths: Sequence[int], together: int, seed: int) -> None:
        self._lengths, self._together, self._seed = lengths, together, seed
        self._epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Choose the order of an epoch; the trainer calls it before each."""
        self._epoch = epoch

    def __len__(self) -> int:
        return len(self._lengths)

    def __iter__(self) -> Iterator[int]:
        rng = seeded(self._seed, "train", "epoch", str(self._epoch))
        order = list(range(len(self._lengths)))
        rng.shuffle(order)
        pool = POOL * self._together
        stretches = [
            sorted(order[start : start + pool], key=lambda i: (self._lengths[i], i))
            for start in range(0, len(order), pool)
        ]
        batches = [
            pooled[start : start + self._together]
            for pooled in stretches
            for start in range(0, len(pooled), self._together)
        ]
        whole = [batch for batch in batches if len(batch) == self._together]
        rng.shuffle(whole)
        # A short batch anywhere but at the end would shift the bounds of all that follow.
        return (i for batch in [*whole, *(batch for batch in batches if len(batch) < self._together)] for i in batch)
