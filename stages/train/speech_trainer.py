"""Transformers' Seq2SeqTrainer over lessons, in an order that a resumed training finds again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from transformers import Seq2SeqTrainer, Seq2SeqTrainingArguments

from stages.models.speech import IGNORED
from stages.params.train import Train
from stages.train.arguments import arguments
from stages.train.order import LengthGrouped


def seq2seq_arguments(declared: Train, seed: int, folder: Path, validated: bool) -> Seq2SeqTrainingArguments:
    """Transformers' settings for a declared training; checkpoints go to `folder`."""
    return Seq2SeqTrainingArguments(
        **arguments(declared, seed, folder, validated), remove_unused_columns=False, label_names=["labels"]
    )


class SpeechTrainer(Seq2SeqTrainer):
    """Seq2SeqTrainer whose order of examples, and all else of chance, depends on seed and epoch alone."""

    def _get_train_sampler(self, train_dataset: Any = None) -> Epochs:
        lessons = train_dataset if train_dataset is not None else self.train_dataset
        together = self.args.per_device_train_batch_size * self.args.gradient_accumulation_steps * self.args.world_size
        return Epochs(lessons.lengths, together, self.args.seed)


class Epochs(LengthGrouped):
    """Indices that say the epoch too, as `stages.train.lessons.Lessons` reads them."""

    def __iter__(self) -> Iterator[int]:
        return (self.epoch * len(self) + place for place in super().__iter__())


def loss(outputs: Any, labels: Any, num_items_in_batch: Any = None) -> Any:
    """Mean negative log-likelihood of a token, over all tokens that one optimizer step sees.

    Whisper's own loss is the mean of its batch alone, which the trainer takes for one that was scaled by the tokens of
    all batches that it sums: with accumulation the gradient would be that many times too large.
    """
    import torch

    logits = outputs["logits"].float().flatten(0, 1)
    total = torch.nn.functional.cross_entropy(logits, labels.flatten(), ignore_index=IGNORED, reduction="sum")
    return total / (num_items_in_batch if num_items_in_batch is not None else labels.ne(IGNORED).sum())
