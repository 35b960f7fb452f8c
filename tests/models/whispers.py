"""A Whisper of some thousand weights, and sounds for it, made in a moment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from stages import sound
from stages.models.scratch_whisper import new_speech_processor, new_whisper, save
from stages.models.text import fix_numerics
from stages.params.base import Hearing

TEXTS = ("Any pain in the chest?", "No, but I cough 3 times a day.", "Take 120/80 as it is: fine.", "Good.")
TINY = Hearing(
    vocabulary=312, hidden=16, encoder_layers=1, decoder_layers=1, heads=2, window=2, hop=400, bins=20, context=48
)


def make_base(folder: Path, hearing: Hearing = TINY, seed: int = 0) -> None:
    """A Whisper that has learned nothing, but answers one sound in another way than the next."""
    fix_numerics(seed)
    processor = new_speech_processor(TEXTS, hearing)
    model = new_whisper(hearing, processor.tokenizer)
    # The last norm decides how sure an answer can be.
    model.model.decoder.layer_norm.weight.data.fill_(6.0)
    save(model, processor, folder)


def tone(number: int, seconds: float = 1.0) -> sound.Samples:
    """A tone of a pitch of its own, that comes and goes, with a little noise."""
    times = np.arange(round(seconds * sound.RATE)) / sound.RATE
    noise = np.random.default_rng(number).normal(0, 0.01, len(times))
    wave = np.sin(2 * np.pi * (200 + 90 * number) * times) * np.sin(np.pi * 3 * times) ** 2
    return (0.3 * wave + noise).astype(np.float32)


def teach_a_little(model: Any, processor: Any, texts: dict[int, str], steps: int = 60) -> None:
    """Let a tiny model learn which tone means which text, so that what it writes can be told apart."""
    import torch

    from stages.models.speech import teach
    from stages.models.spoken import before, encode

    tokenizer = processor.tokenizer
    heard = processor.feature_extractor(
        [tone(number) for number in texts], sampling_rate=sound.RATE, return_tensors="pt"
    ).input_features
    told = [[*encode(tokenizer, text), tokenizer.eos_token_id] for text in texts.values()]
    inputs, labels = teach([before(tokenizer)] * len(told), told, tokenizer.eos_token_id)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    model.train()
    for _ in range(steps):
        loss = model(input_features=heard, decoder_input_ids=torch.tensor(inputs), labels=torch.tensor(labels)).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    model.eval()
