"""A Whisper that has learnt a language of tones: a word is a pitch, and a voice its overtones.

Two seconds a window, some ten thousand weights, taught in seconds: what it hears is real enough for a real conversion
to be right or wrong about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from stages import sound
from stages.models.scratch_whisper import new_speech_processor, new_whisper, save
from stages.models.speech import grow, load_base, teach
from stages.models.spoken import add_tokens, before, encode
from stages.models.text import fix_numerics
from stages.params.base import Hearing
from stages.params.train import Quantization
from stages.records import Example

WORDS = ("cough", "fever", "pain", "rash", "nausea", "chills", "fatigue", "dizziness")
VOICES = ("doctor", "patient")
SECONDS = 2
Turns = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Case:
    """Who says which words, and how it sounds."""

    turns: Turns
    samples: sound.Samples

    def text(self, speakers: bool) -> str:
        """The transcript, with or without speaker tokens."""
        return " ".join(f"<|{who}|> {' '.join(said)}" if speakers else " ".join(said) for who, said in self.turns)


def cases(count: int) -> list[Case]:
    """So many windows of one or two turns."""
    rng = np.random.default_rng(0)
    return [_case(rng) for _ in range(count)]


def make_base(
    folder: Path, heard: Sequence[Case] = (), seconds: int = SECONDS, positions: int = 64, steps: int = 110
) -> None:
    """Write a Whisper that knows the words of `heard` and no speakers; without steps it has learnt nothing."""
    fix_numerics(0, threads=1)
    shape = Hearing(vocabulary=320, hidden=48, encoder_layers=1, decoder_layers=1, heads=2, window=seconds, hop=160,
                    context=positions)  # fmt: skip
    processor = new_speech_processor([" ".join(WORDS)] * 3, shape)
    model = new_whisper(shape, processor.tokenizer)
    _learn(model, processor.tokenizer, processor.feature_extractor, heard, speakers=False, steps=steps, rate=5e-3)
    save(model, processor, folder)


def make_adapter(base: Path, folder: Path, heard: Sequence[Case], steps: int = 120) -> None:
    """Write an adapter that has learnt from `heard` who speaks, with all that `stages.train` leaves beside it."""
    from peft import LoraConfig, get_peft_model

    fix_numerics(1, threads=1)
    model, processor = load_base(base, Quantization())
    tokenizer = processor.tokenizer
    new = add_tokens(tokenizer, model.get_input_embeddings().weight.shape[0], VOICES, ())
    grow(model, len(tokenizer))
    targets = ["q_proj", "k_proj", "v_proj", "out_proj"]
    config = LoraConfig(r=8, lora_alpha=16, target_modules=targets, trainable_token_indices={"embed_tokens": new})
    tuned = get_peft_model(model, config)
    _learn(tuned, tokenizer, processor.feature_extractor, heard, speakers=True, steps=steps, rate=1e-2)
    tuned.save_pretrained(folder, save_embedding_layers=False)
    for part in (tokenizer, processor.feature_extractor, model.generation_config):
        part.save_pretrained(folder)


def examples(task: str, heard: Sequence[Case], audio: Path) -> list[Example]:
    """One test example a window; the windows stand behind each other in one recording, which is written to `audio`."""
    longest = SECONDS * sound.RATE
    sound.write(audio, np.concatenate([np.pad(one.samples, (0, longest - len(one.samples))) for one in heard]))
    return [
        Example(
            id=f"e{number:02d}",
            task=task,
            group=f"g{number // 2}",
            instruction="Transcribe this recording.",
            response=one.text(speakers=True),
            audio=audio.as_posix(),
            meta={"start": float(number * SECONDS), "end": number * SECONDS + len(one.samples) / sound.RATE},
        )
        for number, one in enumerate(heard)
    ]


def _case(rng: np.random.Generator) -> Case:
    voices = [str(voice) for voice in rng.permutation(VOICES)[: rng.integers(1, 3)]]
    turns = tuple((voice, tuple(WORDS[i] for i in rng.integers(0, len(WORDS), rng.integers(1, 4)))) for voice in voices)
    parts = [rng.normal(0, 0.003, int(rng.uniform(0.02, 0.1) * sound.RATE))]
    for voice, said in turns:
        parts += [part for word in said for part in (_tone(voice, word, rng), rng.normal(0, 0.003, 480))]
    return Case(turns, np.concatenate(parts).astype(np.float32)[: SECONDS * sound.RATE])


def _tone(voice: str, word: str, rng: np.random.Generator) -> Any:
    count = int(rng.uniform(0.18, 0.24) * sound.RATE)
    turn = 2 * np.pi * 300 * 1.22 ** WORDS.index(word) * np.arange(count) / sound.RATE
    wave = (
        np.sin(turn) if voice == "doctor" else 0.5 * np.sin(turn) + 0.5 * np.sin(2.01 * turn) + 0.3 * np.sin(9 * turn)
    )
    return 0.3 * wave * np.hanning(count)


def _learn(
    model: Any, tokenizer: Any, extractor: Any, heard: Sequence[Case], *, speakers: bool, steps: int, rate: float
) -> None:
    if not steps:
        return
    features = extractor([one.samples for one in heard], sampling_rate=sound.RATE, return_tensors="pt").input_features
    told = [[*encode(tokenizer, one.text(speakers)), tokenizer.eos_token_id] for one in heard]
    inputs, labels = (
        torch.tensor(rows) for rows in teach([before(tokenizer)] * len(told), told, tokenizer.eos_token_id)
    )
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=rate)
    model.train()
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = rate * min(1.0, (step + 1) / 10) * (1 - 0.9 * step / steps)
        logits = model(input_features=features, decoder_input_ids=inputs).logits
        torch.nn.functional.cross_entropy(logits.transpose(1, 2), labels).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
    model.eval()
