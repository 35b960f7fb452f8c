"""Examples, a tiny adapter, and what a tiny base and it answer."""

from __future__ import annotations

from pathlib import Path

from stages.evaluate.predict import predict
from stages.evaluate.predictions import Prediction
from stages.params.evaluate import Evaluate
from stages.params.train import Train
from stages.records import Example

EXAMPLES = [
    Example(
        id=f"e{i}",
        task="hpi",
        group=f"g{i // 2}",
        instruction="Write the HPI.",
        input="Patient: I cough. " * (1 + i),
        response=f"HPI: Cough for {i + 1} days.\n\nAssessment: Croup.",
        category="short" if i < 3 else "long",
    )
    for i in range(6)
]


SETTINGS = Evaluate(most_new_tokens=6, batch=4, replicates=200, synonyms="synonyms.csv", terms="terms.txt")


def save_adapter(folder: Path, seed: int) -> None:
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.manual_seed(seed)
    base = AutoModelForCausalLM.from_pretrained(folder / "base/tiny")
    adapted = get_peft_model(base, LoraConfig(r=4, target_modules="all-linear", init_lora_weights=False))
    adapted.save_pretrained(folder / "adapters/hpi")


def answers(models: Path, **changed: object) -> list[Prediction]:
    settings = SETTINGS.model_copy(update=changed)
    return predict(EXAMPLES, models / "base/tiny", models / "adapters/hpi", settings, Train(), 7)
