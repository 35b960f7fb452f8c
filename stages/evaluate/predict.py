"""Base and tuned model answer the same examples, in one process, with the same greedy settings."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import orjson

from stages.evaluate.content import content
from stages.evaluate.predictions import Prediction
from stages.keys import Key
from stages.memo import Memo, fingerprint, memo_folder
from stages.params.evaluate import Evaluate
from stages.params.train import Train
from stages.records import Example

# Not secret: what is kept under it is kept in the clear in data/evaluate, once it is finished.
KEY = Key(b"rounds predictions")
# Batches of one file of the memo, which is written anew after each of them.
_BATCHES_A_FILE = 64

T = TypeVar("T")


class _Asked(NamedTuple):
    """What a model is asked: prompts, the completions whose likelihood is sought, and tokens of either."""

    prompts: list[str]
    completions: list[str]
    prompt_lengths: list[int]
    lengths: list[int]


def predict(
    examples: Sequence[Example], base: Path, adapter: Path, settings: Evaluate, training: Train, seed: int
) -> list[Prediction]:
    """Answer every example without the adapter and with it.

    The base is loaded in the bits that the adapter was trained in. Finished batches are kept, by the content of all
    that they depend on: an interrupted run goes on where it stopped, and an adapter that was overwritten in place is
    asked anew. Batches are made of all examples before any is asked, so that the same bytes come out, interrupted or
    not. Raises `FileNotFoundError` naming a model that is missing.
    """
    from stages.models import text
    from stages.models.prompts import render

    if not (adapter / "adapter_config.json").is_file():
        raise FileNotFoundError(f"{adapter}: no adapter there; run `dvc repro train@{adapter.name}`")
    text.fix_numerics(seed)
    model, tokenizer = text.load_base(base, training.quantization, training.precision)
    prompts, completions = (list(side) for side in zip(*(render(e, tokenizer) for e in examples), strict=True))
    found = content(examples, base, adapter, tokenizer, settings, training)
    asked = _Asked(
        prompts,
        completions,
        [len(text.tokenize(tokenizer, prompt, "").ids) for prompt in prompts],
        [len(text.tokenize(tokenizer, *pair).ids) for pair in zip(prompts, completions, strict=True)],
    )
    folder = _folder(adapter.name, found, str(model.device), seed)

    def answers(model: object, system: str) -> tuple[list[text.Generation], list[text.Likelihood]]:
        def generated(chosen: list[int]) -> list[text.Generation]:
            return text.generate(model, tokenizer, [prompts[i] for i in chosen], settings.most_new_tokens, len(chosen))

        def likelihoods(chosen: list[int]) -> list[text.Likelihood]:
            pairs = [prompts[i] for i in chosen], [completions[i] for i in chosen]
            return text.response_logprobs(model, tokenizer, *pairs, len(chosen))

        shelf = folder / system if folder else None
        said = _by_batch(asked, asked.prompt_lengths, settings.batch, generated, text.Generation, shelf, "generate")
        told = _by_batch(asked, asked.lengths, settings.batch, likelihoods, text.Likelihood, shelf, "score")
        return said, told

    tuned_model = text.load_adapter(model, adapter)
    with tuned_model.disable_adapter():
        base_answers = answers(tuned_model, "base")
    tuned_answers = answers(tuned_model, "tuned")
    return [
        Prediction(
            id=example.id,
            group=example.group,
            prompt=hashlib.sha256(prompt.encode()).hexdigest(),
            instruction=example.instruction,
            input=example.input,
            reference=example.response,
            category=example.category,
            base=base_text.text,
            tuned=tuned_text.text,
            base_ended=base_text.ended,
            tuned_ended=tuned_text.ended,
            base_likelihood=base_likelihood,
            tuned_likelihood=tuned_likelihood,
            content=found,
        )
        for example, prompt, base_text, base_likelihood, tuned_text, tuned_likelihood in zip(
            examples, prompts, *base_answers, *tuned_answers, strict=True
        )
    ]


def _folder(name: str, found: Mapping[str, str], device: str, seed: int) -> Path | None:
    """Where the finished batches of these very models lie; None outside a DVC repository."""
    # The code that answers is that of stages/models and this module: a new metric asks no model anew.
    mark = fingerprint(KEY, "models", {"content": dict(found), "device": device, "seed": seed}, [Path(__file__)])
    return memo_folder(f"evaluate/{name}", mark)


def _by_batch(
    asked: _Asked,
    lengths: Sequence[int],
    size: int,
    work: Callable[[list[int]], list[T]],
    kind: Callable[..., T],
    shelf: Path | None,
    what: str,
) -> list[T]:
    """The result of each example in its order, worked out in batches of like lengths that are not yet on the shelf."""
    from tqdm import tqdm

    order = sorted(range(len(lengths)), key=lambda i: (lengths[i], i))
    batches = [order[start : start + size] for start in range(0, len(order), size)]
    found: dict[int, T] = {}
    quiet = not sys.stderr.isatty() or bool(os.environ.get("CI"))
    with tqdm(total=len(batches), desc=what, unit="batch", disable=quiet) as bar:
        for start in range(0, len(batches), _BATCHES_A_FILE):
            memo = Memo(shelf / f"{what}-{start:06d}" if shelf else None, KEY)
            for batch in batches[start : start + _BATCHES_A_FILE]:
                unit = KEY.id(what, *(part for i in batch for part in (asked.prompts[i], asked.completions[i])))
                kept = memo.get(unit)
                if kept is None:
                    with _no_terminal():
                        values = work(batch)
                    memo.put(unit, orjson.dumps([astuple(value) for value in values]))  # type: ignore[call-overload]
                    memo.save()
                else:
                    values = [kind(*fields) for fields in orjson.loads(kept)]
                found |= dict(zip(batch, values, strict=True))
                bar.update()
    return [found[i] for i in range(len(lengths))]


@contextlib.contextmanager
def _no_terminal() -> Iterator[None]:
    """Standard error that says it is no terminal: one bar over all batches is enough."""
    with contextlib.redirect_stderr(_Piped(sys.stderr)):  # type: ignore[type-var]
        yield


class _Piped:
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def isatty(self) -> bool:
        return False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
