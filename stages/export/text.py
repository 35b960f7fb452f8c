"""A text task: weights that need no adapter, a Modelfile, and the proof that they answer as the adapter does."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from stages.export.modelfile import modelfile
from stages.export.outcome import Outcome
from stages.models import merge, text
from stages.models.prompts import render
from stages.params import Params
from stages.params.export import Export
from stages.params.train import Quantization
from stages.records import Example
from stages.shards import write_bytes


class _Answered(NamedTuple):
    """Answers, the log-probabilities `(vocabulary,)` of the token after each prompt, and seconds."""

    texts: list[str]
    logprobs: list[Any]
    seconds: float


def export(params: Params, name: str, examples: Sequence[Example], adapter: Path, out: Path) -> Outcome:
    """Merge a task's adapter in full precision into `out`, load it again, and let both answer `examples`.

    Raises `FileNotFoundError` when the base is missing and `ValueError` when the adapter cannot be merged or the chat
    template cannot be told to Ollama.
    """
    settings, declared = params.evaluate, params.export.tasks[name]
    text.fix_numerics(params.seed)
    # Never in the bits that the adapter was trained over: see `merge`.
    model, tokenizer = text.load_base(Path("models/base") / declared.base, Quantization(), "float32")
    prompts = [render(example, tokenizer)[0] for example in examples]

    def asked(model: Any) -> _Answered:
        began = time.monotonic()
        answers = text.generate(model, tokenizer, prompts, settings.most_new_tokens, settings.batch)
        seconds = time.monotonic() - began
        logprobs = list(text.next_logprobs(model, tokenizer, prompts))
        return _Answered([answer.text for answer in answers], logprobs, seconds)

    tuned = text.load_adapter(model, adapter)
    before = asked(tuned)
    merge.save(merge.merge(tuned), out, declared.precision, tokenizer)
    del model, tuned
    merged, _ = text.load_base(out, Quantization(), declared.precision)
    after = asked(merged)
    context = getattr(merged.config, "max_position_embeddings", params.training(name).max_length)
    write_bytes(out / "Modelfile", modelfile(tokenizer, params.tasks[name], settings.most_new_tokens, context).encode())
    numbers = {
        "examples": len(examples),
        "parameters": sum(parameter.numel() for parameter in merged.parameters()),
        "bytes": sum(path.stat().st_size for path in out.glob("*.safetensors")),
        "most_logit_difference": max(
            float(np.abs(a - b).max()) for a, b in zip(before.logprobs, after.logprobs, strict=True)
        ),
        "same_answers": sum(a == b for a, b in zip(before.texts, after.texts, strict=True)) / len(examples),
    }
    return Outcome(
        numbers,
        {"seconds": {"adapter": round(before.seconds, 3), "merged": round(after.seconds, 3)}},
        [
            {"id": example.id, "adapter": one, "merged": other}
            for example, one, other in zip(examples, before.texts, after.texts, strict=True)
        ],
        list(_faults(params.export, numbers)),
    )


def _faults(limits: Export, numbers: Mapping[str, Any]) -> list[str]:
    faults = []
    if (found := numbers["most_logit_difference"]) > limits.most_logit_difference:
        allowed = f"export.most_logit_difference is {limits.most_logit_difference:g}"
        faults.append(f"the log-probability of a next token is {found:.2g} off the adapter's; {allowed}")
    if (found := numbers["same_answers"]) < limits.least_same_answers:
        allowed = f"export.least_same_answers is {limits.least_same_answers:g}"
        faults.append(f"{found:.1%} of the answers are the adapter's; {allowed}")
    return faults
