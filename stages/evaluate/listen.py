"""Base and tuned Whisper transcribe the same windows of sound, in one process, with the same greedy settings."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from stages import sound
from stages.evaluate.batches import Units, in_batches, shelf
from stages.evaluate.content import content_of_speech
from stages.evaluate.predictions import SYSTEMS, Prediction
from stages.models.text import Likelihood
from stages.params.evaluate import Evaluate
from stages.params.train import Train
from stages.records import Example

OF_LIKELIHOODS = ("perplexity", "bits_per_byte")


class Listened(NamedTuple):
    """The answers, and `run`: seconds that each system took for a second of sound, which no two runs share."""

    predictions: list[Prediction]
    run: dict[str, Any]


class _Window(NamedTuple):
    """The sound of one example: SHA-256 of its samples, and how many they are."""

    digest: str
    samples: int


@dataclass(frozen=True, slots=True)
class _Heard:
    """One transcript; `seconds` is its share of the time that its batch took."""

    text: str
    ended: bool
    seconds: float


def listen(
    examples: Sequence[Example],
    base: Path,
    adapter: Path,
    settings: Evaluate,
    training: Train,
    seed: int,
    metrics: Sequence[str] = (),
) -> Listened:
    """Transcribe the window of every example without the adapter and with it.

    The base answers before the adapter brings its tokens, in the bits that the adapter was trained in. Likelihoods of
    the references are worked out where one of `metrics` needs them. Finished batches are kept, by the content of all
    that they depend on. Raises `FileNotFoundError` naming a model or a recording that is missing, and `ValueError`
    naming an example whose window is longer than the model hears.
    """
    from stages.models import speech
    from stages.models.spoken import before
    from stages.models.text import fix_numerics

    if not (adapter / "adapter_config.json").is_file():
        raise FileNotFoundError(f"{adapter}: no adapter there; run `dvc repro train@{adapter.name}`")
    fix_numerics(seed)
    model, processor = speech.load_base(base, training.quantization, training.precision)
    windows = [_measured(example, speech.window_seconds(processor)) for example in examples]
    terms = speech.prompt_terms(adapter)
    start = before(processor.tokenizer, terms, speech.most_prompt(model))
    found = content_of_speech(base, adapter, settings, training, [str(start)])
    keys = [(window.digest, example.response) for window, example in zip(windows, examples, strict=True)]
    units = Units(keys, [window.samples for window in windows])
    folder = shelf(adapter.name, found, str(model.device), seed, [__file__, sound.__file__])

    def answers(processor: Any, system: str) -> tuple[list[_Heard], list[Likelihood | None]]:
        def heard(chosen: list[int]) -> list[_Heard]:
            began = time.monotonic()
            asked = [_samples(examples[i]) for i in chosen]
            told = speech.transcribe(model, processor, asked, len(asked), settings.most_new_tokens, terms)
            share = (time.monotonic() - began) / len(asked)
            return [_Heard(one.text, one.ended, share) for one in told]

        def likelihoods(chosen: list[int]) -> list[Likelihood]:
            pairs = [_samples(examples[i]) for i in chosen], [examples[i].response for i in chosen]
            return speech.transcript_logprobs(model, processor, *pairs, len(chosen), terms)

        kept = folder / system if folder else None
        said = in_batches(units, settings.batch, heard, _Heard, kept, "transcribe")
        if not set(OF_LIKELIHOODS) & set(metrics):
            return said, [None] * len(said)
        return said, [*in_batches(units, settings.batch, likelihoods, Likelihood, kept, "score")]

    speech.adopt_settings(model, adapter)
    base_answers = answers(processor, "base")
    model = speech.load_adapter(model, adapter)
    tuned_answers = answers(speech.load_processor(adapter), "tuned")
    predictions = [
        Prediction(
            id=example.id,
            group=example.group,
            prompt=window.digest,
            instruction=example.instruction,
            reference=example.response,
            category=example.category,
            base=base_said.text,
            tuned=tuned_said.text,
            base_ended=base_said.ended,
            tuned_ended=tuned_said.ended,
            base_likelihood=base_likelihood,
            tuned_likelihood=tuned_likelihood,
            content=found,
        )
        for example, window, base_said, base_likelihood, tuned_said, tuned_likelihood in zip(
            examples, windows, *base_answers, *tuned_answers, strict=True
        )
    ]
    seconds = {system: said for system, (said, _) in zip(SYSTEMS, (base_answers, tuned_answers), strict=True)}
    return Listened(predictions, _run(windows, seconds, str(model.device)))


def _measured(example: Example, longest: float) -> _Window:
    """Sound is read again when its turn comes: a test set of hours need not lie in memory."""
    samples = _samples(example)
    if len(samples) > longest * sound.RATE:
        raise ValueError(
            f"example {example.id}: {len(samples) / sound.RATE:.2f} s of sound; the model hears {longest:g} s at once. "
            "Set the task's `window` to no more"
        )
    return _Window(hashlib.sha256(samples.tobytes()).hexdigest(), len(samples))


def _samples(example: Example) -> sound.Samples:
    if example.audio is None:
        raise ValueError(f"example {example.id}: has no `audio`; a task of speech needs one")
    return sound.read(Path(example.audio), example.meta["start"], example.meta["end"])


def _run(windows: Sequence[_Window], heard: dict[Any, list[_Heard]], device: str) -> dict[str, Any]:
    total = sum(window.samples for window in windows) / sound.RATE
    taken = {system: sum(one.seconds for one in said) for system, said in heard.items()}
    return {
        "device": device,
        "seconds_of_sound": round(total, 3),
        "seconds": {system: round(found, 3) for system, found in taken.items()},
        "real_time_factor": {system: round(found / total, 6) for system, found in taken.items() if total},
    }
