"""How fast adapters are trained, beside TRL as it comes: `python benchmarks/train.py`.

Both sides train the same LoRA on the same examples in this process, one after the other: ours with batches of similar
length in an order that a resumption finds again, TRL's SFTTrainer from prompts and completions with its defaults. Told
are seconds, tokens that are padding, and what became of examples longer than the limit. The last line is one JSON
object of ratios, the peer's over ours.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson

os.environ.update(HF_HUB_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1", TOKENIZERS_PARALLELISM="false")

from stages.keys import seeded
from stages.models.prompts import render
from stages.models.scratch import new_llama, new_tokenizer
from stages.models.text import fix_numerics
from stages.params.base import Architecture
from stages.params.train import Train
from stages.records import Example
from stages.train.adapter import lora_config
from stages.train.examples import prepare

TEXT = "the patient denies chest pain fever cough for days on metoprolol daily and type diabetes with no chills"
WORDS = TEXT.split()
SHAPE = Architecture(vocabulary=600, hidden=128, layers=4, heads=2, context=1024)


def main() -> None:
    """Train both and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=320, help="(default: %(default)s)")
    parser.add_argument("--most-tokens", type=int, default=300, help="limit of an example (default: %(default)s)")
    args = parser.parse_args()
    examples = made(args.examples)
    declared = Train(batch=16, epochs=1.0, learning_rate=2e-3, max_length=args.most_tokens)
    found = {name: side(examples, declared) for name, side in (("ours", ours), ("TRL", peer))}
    for name, numbers in found.items():
        print(f"{name:>5}: {numbers}")
    ratios = {key: round(found["TRL"][key] / found["ours"][key], 2) for key in ("seconds", "padding")}
    print(orjson.dumps(ratios).decode())


def made(number: int) -> list[Example]:
    """Dialogues of 20 to 250 words with an answer of 20."""
    examples = []
    for n in range(number):
        rng = seeded(1, "benchmark", str(n))
        asked = " ".join(rng.choices(WORDS, k=rng.randint(20, 250)))
        examples.append(Example(f"e{n}", "hpi", f"p{n}", "Write the HPI.", " ".join(rng.choices(WORDS, k=20)), asked))
    return examples


def ours(examples: list[Example], declared: Train) -> dict[str, float]:
    """Our stage's trainer."""
    from datasets import Dataset

    from stages.train.trainer import LengthGroupedTrainer, sft_config

    model, tokenizer = model_of(examples)
    prepared = prepare(examples, tokenizer, declared.max_length)
    with tempfile.TemporaryDirectory() as folder:
        trainer = LengthGroupedTrainer(
            model=model,
            args=sft_config(declared, 1, Path(folder), validated=False),
            processing_class=tokenizer,
            train_dataset=Dataset.from_list(prepared.rows()),
            peft_config=lora_config(declared),
        )
        return timed(trainer) | {"cut short in silence": 0, "set apart and counted": len(prepared.quarantine)}


def peer(examples: list[Example], declared: Train) -> dict[str, float]:
    """TRL's trainer with its defaults, on the CPU in float32."""
    import torch
    from datasets import Dataset
    from trl import SFTConfig, SFTTrainer

    model, tokenizer = model_of(examples)
    pairs = [render(example, tokenizer) for example in examples]
    lengths = [len(tokenizer(prompt + completion)["input_ids"]) for prompt, completion in pairs]
    with tempfile.TemporaryDirectory() as folder:
        trainer = SFTTrainer(
            model=model,
            args=SFTConfig(
                output_dir=folder,
                per_device_train_batch_size=declared.batch,
                num_train_epochs=1,
                learning_rate=declared.learning_rate,
                max_length=declared.max_length,
                use_cpu=not torch.cuda.is_available(),
                bf16=False,
                save_strategy="no",
                report_to=[],
                disable_tqdm=True,
                gradient_checkpointing=False,
            ),
            processing_class=tokenizer,
            train_dataset=Dataset.from_list([{"prompt": p, "completion": c} for p, c in pairs]),
            peft_config=lora_config(declared),
        )
        cut = sum(length > declared.max_length for length in lengths)
        return timed(trainer) | {"cut short in silence": cut, "set apart and counted": 0}


def model_of(examples: Iterable[Example]) -> tuple[Any, Any]:
    """The same untrained model for both."""
    fix_numerics(1)
    tokenizer = new_tokenizer([f"{e.instruction}\n{e.input}\n{e.response}" for e in examples], SHAPE.vocabulary)
    return new_llama(SHAPE, tokenizer), tokenizer


def timed(trainer: Any) -> dict[str, float]:
    """Train; seconds, and the share of the trained-on tokens that was padding."""
    batches = [batch["attention_mask"] for batch in trainer.get_train_dataloader()]
    padding = 1 - sum(int(mask.sum()) for mask in batches) / sum(mask.numel() for mask in batches)
    began = time.perf_counter()
    trainer.train()
    return {"seconds": round(time.perf_counter() - began, 2), "padding": round(padding, 4)}


if __name__ == "__main__":
    main()
