"""One speech task's adapter by transformers' Seq2SeqTrainer with PEFT: set up, train, score, save.

Features, each with its key under `train.<task>` or `tasks.<task>`: LoRA (`lora`), a base in few bits (`quantization`),
tokens for speakers (`speakers`) whose rows alone are trained, so that the adapter stays small, medical terms as tokens
or told beforehand (`medical_terms`), speed perturbation and SpecAugment (`perturbation`), and all that a training of
text has: validation at each epoch with the best adapter kept, early stopping, clipping, accumulation, activation
checkpointing, and resumption that ends with the same bytes. Several GPUs: `accelerate launch -m stages.train <task>`.
"""

from __future__ import annotations

import logging
import math
import time
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from stages import sound
from stages.models import speech
from stages.models.spoken import add_tokens, before, encode
from stages.models.text import Likelihood, fix_numerics
from stages.params import Params
from stages.params.perturbation import Perturbation
from stages.params.train import Train
from stages.shards import write_bytes
from stages.train import checkpoints, curves
from stages.train.adapter import save, speech_lora_config
from stages.train.examples import Refused, read, why_empty, write_quarantine
from stages.train.features import features
from stages.train.lessons import Collator, Lessons, Prompts, speeds
from stages.train.outcome import Outcome, last_loss, size, write_outcome
from stages.train.windows import Heard, prepare, terms

__all__ = ["Refused", "train"]


class _Class(NamedTuple):
    """The model with its processor, the tokens that it was given, and what is told to it before it listens."""

    model: Any
    processor: Any
    tokens: list[int]
    prompts: Prompts


def train(params: Params, task: str, data: Path, root: Path = Path()) -> Outcome:
    """Train a task's adapter from `data`/train.jsonl and `data`/validation.jsonl; outputs go below `root`.

    Raises `Refused` when training would teach nothing, and `FileNotFoundError` when the data, the recordings or the
    base are not there.
    """
    declared = params.training(task)
    curves.refuse_missing(task, declared)
    began = time.monotonic()
    fix_numerics(params.seed)
    base = params.tasks[task].base_path
    examples, validation = (read(data / f"{name}.jsonl") for name in ("train", "validation"))
    if not examples:
        raise Refused(why_empty(task, declared, ()))
    taught = _class(params, task, declared, [e for e in examples if e.response.strip()])
    room = taught.model.config.max_target_positions - len(_inference_prompt(taught)) + 1
    teaching, checking = (
        prepare(of, taught.processor, min(declared.max_length, room)) for of in (examples, validation)
    )
    if not teaching.labels:
        raise Refused(why_empty(task, declared, teaching.quarantine))
    with checkpoints.folder(params, task, data, base) as folder:
        trainer = _trainer(params, task, declared, taught, teaching, checking, folder, root)
        resumed = checkpoints.newest(folder)
        result = trainer.train(resume_from_checkpoint=str(resumed) if resumed else None)
        score = _validated(trainer.model, taught, checking, declared)
        dropped = [*teaching.quarantine, *checking.quarantine]
        outcome = Outcome(
            task=task,
            base=base,
            train=declared,
            examples=len(teaching.labels),
            validation_examples=len(checking.labels),
            dropped=len(dropped),
            response_tokens=sum(map(len, teaching.labels)),
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
            _save(trainer.model, taught, teaching, root / "models" / "adapters" / task, base)
            write_quarantine(root / "data" / "train" / task / "quarantine.jsonl", dropped)
            write_outcome(outcome, root)
    return outcome


def _class(params: Params, task: str, declared: Train, examples: list[Any]) -> _Class:
    """Load the base and give it the tokens of the task; a new row starts as the mean of its words' rows."""
    import torch

    model, processor = speech.load_base(params.tasks[task].base_path, declared.quantization, declared.precision)
    tokenizer = processor.tokenizer
    known = terms(examples, declared.most_terms) if declared.medical_terms != "none" else []
    as_tokens = known if declared.medical_terms == "tokens" else []
    meanings = [encode(tokenizer, word) for word in [*params.tasks[task].speakers, *as_tokens]]
    rows = model.get_input_embeddings().weight.shape[0]
    tokens = add_tokens(tokenizer, rows, params.tasks[task].speakers, as_tokens)
    speech.grow(model, len(tokenizer))
    with torch.no_grad():
        weight = model.get_input_embeddings().weight
        for token, meaning in zip(tokens, meanings, strict=True):
            weight[token] = weight[meaning].mean(0)
    if declared.medical_terms != "prompt":
        return _Class(model, processor, tokens, Prompts())
    told = min(declared.most_terms, len(known))
    every = terms(examples, len({term for example in examples for term in example.meta.get("medical_terms", ())}))
    return _Class(model, processor, tokens, Prompts(every, told, speech.most_prompt(model)))


def _trainer(
    params: Params,
    task: str,
    declared: Train,
    taught: _Class,
    teaching: Heard,
    checking: Heard,
    folder: Path,
    root: Path,
) -> Any:
    import torch
    from peft import get_peft_model
    from transformers import EarlyStoppingCallback, PrinterCallback

    from stages.train.speech_trainer import SpeechTrainer, loss, seq2seq_arguments

    callbacks = [checkpoints.callback(folder, declared.checkpoint_steps)]
    if "dvclive" in declared.report_to:
        callbacks.append(curves.callback(root / "plots" / "train" / task))
    if declared.early_stopping and checking.labels:
        callbacks.append(EarlyStoppingCallback(declared.early_stopping))
    extractor, tokenizer = taught.processor.feature_extractor, taught.processor.tokenizer

    def lessons(heard: Heard, perturbation: Perturbation, what: str) -> Lessons:
        found = features(f"{task}-{what}", extractor, heard.windows, speeds(perturbation))
        return Lessons(heard, found, taught.processor, perturbation, taught.prompts, params.seed)

    # The adapter's first values are drawn here.
    torch.manual_seed(params.seed)
    model = get_peft_model(taught.model, speech_lora_config(declared, taught.tokens))
    trainer = SpeechTrainer(
        model=model,
        args=seq2seq_arguments(declared, params.seed, folder, validated=bool(checking.labels)),
        data_collator=Collator(extractor.nb_max_frames, tokenizer.eos_token_id),
        train_dataset=lessons(teaching, declared.perturbation, "train"),
        eval_dataset=lessons(checking, Perturbation(), "validation") if checking.labels else None,
        compute_loss_func=loss,
        callbacks=callbacks,
    )
    trainer.remove_callback(PrinterCallback)
    # Checkpoints need no copy of the whole embedding either: the base has it, and the rows that are trained are kept.
    model.save_pretrained = partial(model.save_pretrained, save_embedding_layers=False)
    return trainer


def _inference_prompt(taught: _Class) -> list[int]:
    """What will stand before every transcript once the adapter is at work."""
    known, told, most_tokens = taught.prompts
    return before(taught.processor.tokenizer, known[:told], most_tokens)


def _validated(model: Any, taught: _Class, checking: Heard, declared: Train) -> float | None:
    """Mean loss per token of the kept adapter on the validation set, whatever the batches."""
    if not checking.labels:
        return None
    model.eval()
    told: list[Likelihood] = []
    for start in range(0, len(checking.labels), declared.batch):
        chosen = slice(start, start + declared.batch)
        windows = [sound.read(window.audio, window.start, window.end) for window in checking.windows[chosen]]
        texts = [example.response for example in checking.examples[chosen]]
        known, most, _ = taught.prompts
        told += speech.transcript_logprobs(model, taught.processor, windows, texts, declared.batch, known[:most])
    return -math.fsum(one.logprob for one in told) / sum(one.tokens for one in told)


def _save(model: Any, taught: _Class, teaching: Heard, folder: Path, base: str) -> None:
    """The adapter, and beside it all that its tokens and prompts need: tokenizer, extractor, settings, terms."""
    save(model, folder, base)
    taught.processor.tokenizer.save_pretrained(folder)
    taught.processor.feature_extractor.save_pretrained(folder)
    settings = taught.model.generation_config
    # Whisper suppresses signs such as `/` and `:`, that no speaker may be marked by them; what was taught may be said.
    said = {id for label in teaching.labels for id in label}
    settings.suppress_tokens = [id for id in settings.suppress_tokens or [] if id not in said] or None
    settings.save_pretrained(folder)
    known, told, _ = taught.prompts
    if told:
        write_bytes(folder / speech.TERMS, "".join(f"{term}\n" for term in known[:told]).encode())


logging.getLogger("transformers.trainer").setLevel(logging.ERROR)
