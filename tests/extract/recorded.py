"""Real sound files of every format, made for the tests."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from stages import sound
from stages.models import voices
from tests.extract.conftest import public

needs_ffmpeg = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")
Wave = NDArray[np.float32]

needs_models = pytest.mark.skipif(bool(voices.missing()), reason=f"not installed: {', '.join(voices.missing())}")


def voice(seconds: float = 4.0, rate: int = 16_000, pitch: float = 180.0, level: float = 0.3) -> Wave:
    """A tone with overtones that swells and falls as syllables do, `(n,)`."""
    time = np.arange(round(seconds * rate)) / rate
    tone = sum(np.sin(2 * np.pi * pitch * number * time) / number for number in (1, 2, 3, 5))
    swell = 0.55 + 0.45 * np.sin(2 * np.pi * 3.1 * time)
    return (level * swell * tone / 1.9).astype(np.float32)


def wav(path: Path, samples: Wave | None = None, rate: int = 16_000, subtype: str = "PCM_16") -> Path:
    """A file by libsndfile, its format by the path's ending."""
    path.parent.mkdir(parents=True, exist_ok=True)
    format = "NIST" if path.suffix == ".sph" else None
    soundfile.write(path, voice(rate=rate) if samples is None else samples, rate, subtype=subtype, format=format)
    return path


def encoded(path: Path, *options: str, rate: int = 16_000, source: Wave | None = None) -> Path:
    """A file by ffmpeg, its format by the path's ending."""
    whole = wav(path.with_name("source.wav"), source, rate)
    subprocess.run(["ffmpeg", "-y", "-v", "error", "-i", str(whole), *options, str(path)], check=True)
    whole.unlink()
    return path


def row(audio: str, *segments: Sequence[Any], **keys: Any) -> str:
    """A line of a manifest; segments are (start, end, speaker, text)."""
    named = [dict(zip(("start", "end", "speaker", "text"), segment, strict=True)) for segment in segments]
    return json.dumps({"audio": audio} | ({"segments": named} if named else {}) | keys) + "\n"


def annotated(path: Path, *segments: Sequence[Any], **keys: Any) -> Path:
    """The path, with a manifest of its own beside it."""
    said = segments or ((0.2, 1.8, "Doctor", "Any pain today?"), (2.0, 3.8, "Patient", "None at all."))
    path.with_suffix(".jsonl").write_text(row(path.name, *said, **keys))
    return path


def grid(path: Path, intervals: Sequence[tuple[float, float, str]], seconds: float, tier: str = "Speaker") -> Path:
    """A TextGrid in its short form."""
    lines = [f'{start} {end} "{text}"' for start, end, text in intervals]
    head = f'"ooTextFile" "TextGrid" 0 {seconds} <exists> 1 "IntervalTier" "{tier}" 0 {seconds} {len(lines)}'
    path.write_text("\n".join([head, *lines]) + "\n")
    return path


def spoken(folder: Path) -> tuple[Path, list[tuple[float, float, str]]]:
    """Two people by turns, from public recordings; and who speaks when."""
    ljspeech = "speech/lhotse-fixtures/test/fixtures/ljspeech/storage"
    parts = [
        ("she", f"{ljspeech}/LJ002-0020.wav"), ("he", "speech/pocketsphinx/test/data/cards/005.wav"),
        ("she", f"{ljspeech}/LJ002-0035.wav"), ("he", "speech/pocketsphinx/test/data/cards/002.wav"),
    ]  # fmt: skip
    import soxr

    pieces: list[sound.Samples] = [np.zeros(8000, np.float32)]
    truth = []
    for who, file in parts:
        samples, rate = soundfile.read(public(file), dtype="float32")
        heard = soxr.resample(samples, rate, sound.RATE)
        heard = 0.1 * heard / np.sqrt(np.mean(np.square(heard)))
        start = sum(map(len, pieces)) / sound.RATE
        pieces += [heard.astype(np.float32), np.zeros(12_000, np.float32)]
        truth.append((start, start + len(heard) / sound.RATE, who))
    path = wav(folder / "visit.wav", np.clip(np.concatenate(pieces), -1, 1))
    return path, truth
