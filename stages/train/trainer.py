"""TRL's trainer with batches of similar length in an order that a resumed training finds again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from trl import SFTConfig, SFTTrainer

from stages.params.train import Train
from stages.train.arguments import arguments
from stages.train.order import LengthGrouped


def sft_config(declared: Train, seed: int, folder: Path, validated: bool) -> SFTConfig:
    """TRL's settings for a declared training; checkpoints go to `folder`."""
    return SFTConfig(
        **arguments(declared, seed, folder, validated),
        max_length=None,
        dataset_kwargs={"skip_prepare_dataset": True},
    )


class LengthGroupedTrainer(SFTTrainer):
    """SFTTrainer whose order of examples depends on seed and epoch alone."""

    def _get_train_sampler(self, train_dataset: Any = None) -> LengthGrouped:
        rows = train_dataset if train_dataset is not None else self.train_dataset
        together = self.args.per_device_train_batch_size * self.args.gradient_accumulation_steps * self.args.world_size
        return LengthGrouped([len(ids) for ids in rows["input_ids"]], together, self.args.seed)
