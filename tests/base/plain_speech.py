"""A corpus of plain speech, in which every word is a tone, and a shape of Whisper that is schooled in a moment."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import numpy as np

from stages import sound
from stages.params.base import Base
from stages.segments import Segment, ctm
from tests.models.whispers import tone

WORDS = ("cough", "fever", "pain", "rest")
TINY: dict[str, Any] = {
    "kind": "whisper",
    "origin": "scratch",
    "needs": "data/synthesize/speech",
    "hearing": {
        "vocabulary": 300, "hidden": 16, "encoder_layers": 1, "decoder_layers": 1, "heads": 2, "window": 2, "hop": 400,
        "bins": 20, "context": 32,
    },
    "listening": {
        "short_share": 0.5, "short_seconds": 0.8, "guided_share": 0.5, "guide_seconds": 0.2, "ctc": 0.3,
        "perturbation": {"speeds": [0.9, 1.0], "time_masks": 1, "time_mask_seconds": 0.05},
    },
    "schooling": {"steps": 12, "batch": 4, "learning_rate": 5.0e-3, "warmup": 2},
}  # fmt: skip


def declared(**changed: Any) -> Base:
    """The base, with some of its sections' keys changed."""
    return Base.model_validate(TINY | {key: TINY[key] | value for key, value in changed.items()})


def write_corpus(folder: Path, recordings: int = 4, clips: int = 9) -> Path:
    """Recordings of clips of one or two words, with pauses between; every word is a phone of its own."""
    lines: list[str] = []
    timed: list[Segment] = []
    for number in range(recordings):
        parts, segments, at = [], [], 0.0
        rng = random.Random(number)
        for clip in range(clips):
            words = [rng.randrange(len(WORDS)) for _ in range(1 + clip % 2)]
            spoken = [tone(word, 0.3) for word in words]
            parts += [np.zeros(3200, np.float32), *spoken]
            start, at = at + 0.2, at + 0.2 + 0.3 * len(words)
            timed += [
                Segment(f"{number}.flac", "a", start + 0.3 * k, start + 0.3 * (k + 1), WORDS[word])
                for k, word in enumerate(words)
            ]
            segments.append(
                {
                    "start": round(start, 3),
                    "end": round(at, 3),
                    "speaker": "a",
                    "text": " ".join(WORDS[w] for w in words),
                }
            )
        sound.write(folder / f"{number}.flac", np.concatenate(parts))
        text = " ".join(one["text"] for one in segments)
        lines.append(json.dumps({"audio": f"{number}.flac", "text": text, "speakers": ["a"], "segments": segments}))
    for name in ("words", "phones"):
        (folder / f"{name}.ctm").write_text(ctm.write(timed))
    (folder / "segments.jsonl").write_text("".join(f"{line}\n" for line in lines))
    return folder
