"""Base and tuned language model answer the same examples, in one process, with the same greedy settings."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from stages.evaluate.batches import Units, in_batches, shelf
from stages.evaluate.content import content
from stages.evaluate.predictions import Prediction
from stages.params.evaluate import Evaluate
from stages.params.train import Train
from stages.records import Example


def predict(
    examples: Sequence[Example], base: Path, adapter: Path, settings: Evaluate, training: Train, seed: int
) -> list[Prediction]:
    """Answer every example without the adapter and with it.

    The base is loaded in the bits that the adapter was trained in. Finished batches are kept, by the content of all
    that they depend on: an adapter that was overwritten in place is asked anew. Raises `FileNotFoundError` naming a
    model that is missing.
    """
    from stages.models import text
    from stages.models.prompts import render

    if not (adapter / "adapter_config.json").is_file():
        raise FileNotFoundError(f"{adapter}: no adapter there; run `dvc repro train@{adapter.name}`")
    text.fix_numerics(seed)
    model, tokenizer = text.load_base(base, training.quantization, training.precision)
    prompts, completions = (list(side) for side in zip(*(render(e, tokenizer) for e in examples), strict=True))
    found = content(examples, base, adapter, tokenizer, settings, training)
    keys = list(zip(prompts, completions, strict=True))
    to_answer = Units(keys, [len(text.tokenize(tokenizer, prompt, "").ids) for prompt in prompts])
    to_score = Units(keys, [len(text.tokenize(tokenizer, *pair).ids) for pair in keys])
    folder = shelf(adapter.name, found, str(model.device), seed, [__file__])

    def answers(model: object, system: str) -> tuple[list[text.Generation], list[text.Likelihood]]:
        def generated(chosen: list[int]) -> list[text.Generation]:
            return text.generate(model, tokenizer, [prompts[i] for i in chosen], settings.most_new_tokens, len(chosen))

        def likelihoods(chosen: list[int]) -> list[text.Likelihood]:
            pairs = [prompts[i] for i in chosen], [completions[i] for i in chosen]
            return text.response_logprobs(model, tokenizer, *pairs, len(chosen))

        kept = folder / system if folder else None
        said = in_batches(to_answer, settings.batch, generated, text.Generation, kept, "generate")
        told = in_batches(to_score, settings.batch, likelihoods, text.Likelihood, kept, "score")
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
