"""Base and tuned model answer the same examples, in one process, with the same greedy settings."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from stages.evaluate.predictions import Prediction
from stages.params.evaluate import Evaluate
from stages.params.train import Train
from stages.records import Example


def predict(
    examples: Sequence[Example], base: Path, adapter: Path, settings: Evaluate, training: Train, seed: int
) -> list[Prediction]:
    """Answer every example without the adapter and with it.

    The base is loaded in the bits that the adapter was trained in. Answers are made anew each time and never looked up:
    DVC, which knows the weights by their content, decides when. Raises `FileNotFoundError` naming a model that is
    missing.
    """
    from stages.models import text
    from stages.models.prompts import render

    if not (adapter / "adapter_config.json").is_file():
        raise FileNotFoundError(f"{adapter}: no adapter there; run `dvc repro train@{adapter.name}`")
    text.fix_numerics(seed)
    model, tokenizer = text.load_base(base, training.quantization, training.precision)
    rendered = [render(example, tokenizer) for example in examples]
    prompts = [prompt for prompt, _ in rendered]
    completions = [completion for _, completion in rendered]

    def answers(model: object) -> tuple[list[text.Generation], list[text.Likelihood]]:
        generated = text.generate(model, tokenizer, prompts, settings.most_new_tokens, settings.batch)
        return generated, text.response_logprobs(model, tokenizer, prompts, completions, settings.batch)

    tuned_model = text.load_adapter(model, adapter)
    with tuned_model.disable_adapter():
        base_answers = answers(tuned_model)
    tuned_answers = answers(tuned_model)
    return [
        Prediction(
            id=example.id,
            group=example.group,
            prompt=sha256(prompt.encode()).hexdigest(),
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
        )
        for example, prompt, base_text, base_likelihood, tuned_text, tuned_likelihood in zip(
            examples, prompts, *base_answers, *tuned_answers, strict=True
        )
    ]
