"""Whisper as production runs it: converted by CTranslate2, loaded by faster-whisper.

Of faster-whisper the loader and the features are used, so that what it needs is proved to be there, and what it hears
is what a service hears. Its `transcribe` is not: it takes every token behind `<|notimestamps|>` for a time, and would
cut a transcript where two added tokens stand together; and it pads features to 30 seconds whatever the window is. So
CTranslate2 generates from the prompt that training used.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from stages.models.progress import bar
from stages.models.speech import Transcript
from stages.models.spoken import decode
from stages.models.text import THREADS
from stages.sound import RATE, Samples

NEEDED = ("tokenizer.json", "preprocessor_config.json")
"""What faster-whisper reads beside the model; without the first it would ask a hub for another model's."""


def convert(folder: Path, out: Path, form: str) -> None:
    """Convert the Whisper in a Hugging Face folder to weights of `form`, such as int8, with all that is read with them.

    The same folder gives the same bytes. Raises `FileNotFoundError` when a file is missing that faster-whisper needs.
    """
    from ctranslate2.converters import TransformersConverter

    if missing := [name for name in NEEDED if not (folder / name).is_file()]:
        raise FileNotFoundError(f"{folder / missing[0]}: faster-whisper needs it; save the model with its processor")
    TransformersConverter(str(folder), copy_files=list(NEEDED)).convert(str(out), quantization=form, force=True)


def load(folder: Path) -> Any:
    """A faster-whisper model, on the GPU where there is one; computes in its weights' type or the nearest there is.

    Raises `FileNotFoundError` when nothing was converted to `folder`.
    """
    import ctranslate2
    from faster_whisper import WhisperModel

    if not (folder / "model.bin").is_file():
        raise FileNotFoundError(f"{folder}: no converted model there; run `dvc repro export`")
    device = "cuda" if ctranslate2.get_cuda_device_count() else "cpu"
    return WhisperModel(str(folder), device=device, cpu_threads=THREADS, local_files_only=True)


def transcribe(
    model: Any,
    tokenizer: Any,
    windows: Sequence[Samples],
    batch: int,
    most_new_tokens: int,
    prompt: Sequence[int],
) -> list[Transcript]:
    """What was said in each window of 16 kHz samples, greedily, as `stages.models.speech.transcribe` gives it.

    `tokenizer` is that of the model's Hugging Face folder; `prompt` are the ids that stand before each transcript. The
    prompt and `most_new_tokens` must fit into the decoder's positions. Raises `ValueError` on a window that is longer
    than the model hears.
    """
    import ctranslate2

    found: list[Transcript] = []
    for start in bar(range(0, len(windows), batch), desc="ctranslate2", unit="batch"):
        heard = np.stack([_features(model, samples) for samples in windows[start : start + batch]])
        answers = model.model.generate(
            ctranslate2.StorageView.from_array(heard),
            [list(prompt)] * len(heard),
            beam_size=1,
            max_length=most_length(prompt, most_new_tokens),
            # -1 stands for the list that the model was saved with.
            suppress_tokens=[-1],
        )
        ids = [answer.sequences_ids[0] for answer in answers]
        found += [Transcript(decode(tokenizer, one), len(one) < most_new_tokens) for one in ids]
    return found


def most_length(prompt: Sequence[int], most_new_tokens: int) -> int:
    """CTranslate2's `max_length`: it counts the prompt but for its last token, and half of it is generated at most."""
    return max(2 * most_new_tokens, len(prompt) - 1 + most_new_tokens)


def _features(model: Any, samples: Samples) -> Any:
    """Log-mel features `(bands, frames)` of a window; silence follows it, as in training, where it is short."""
    extractor = model.feature_extractor
    if len(samples) > extractor.n_samples:
        raise ValueError(
            f"a window of {len(samples) / RATE:.2f} s; this model hears {extractor.chunk_length} s at once"
        )
    whole = np.pad(samples, (0, extractor.n_samples - len(samples)))
    return np.ascontiguousarray(extractor(whole)[:, : extractor.nb_max_frames], dtype=np.float32)
