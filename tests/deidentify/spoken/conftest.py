"""Recordings of the tests' own: espeak-ng says turns whose words' times are known, over a little noise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stages import espeak, sound
from stages.deidentify.spoken.saying import said
from stages.deidentify.spoken.words import words_of
from stages.espeak import Synthesizer, Voice
from stages.records import Origin, Record, Turn
from stages.sound import RATE, Samples
from stages.store import digest_of

VOICES = {"doctor": Voice("en-us+m7", 165, 45, 50), "patient": Voice("en-us+f4", 150, 60, 40)}
"""None of them is a voice that the aligner renders."""
NOISE = 0.002
PAUSE = 0.4

Times = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Heard:
    """A recording with its turns and, for each turn, the start and end of each of its words."""

    samples: Samples
    turns: tuple[Turn, ...]
    words: tuple[Times, ...]

    def times_of(self, *words: str) -> list[tuple[float, float]]:
        """When these words are said, wherever they are."""
        return [
            times
            for turn, said_at in zip(self.turns, self.words, strict=True)
            for (start, end), times in zip(words_of(turn.text), said_at, strict=True)
            if turn.text[start:end].strip(".,?!") in words
        ]


def spoken(text: str, voice: Voice) -> tuple[Samples, Times]:
    """A text as a voice says it, and the times of its words as they are written."""
    sayings = [said(text[start:end]) for start, end in words_of(text)]
    with Synthesizer() as synthesizer:
        heard = synthesizer.say(" ".join(sayings), voice)
    starts = [sum(len(saying) + 1 for saying in sayings[:number]) for number in range(len(sayings))]
    times: list[tuple[float, float]] = []
    for start, following in zip(starts, [*starts[1:], len(" ".join(sayings)) + 1], strict=True):
        inside = [word for word in heard.words if start <= word.at < following]
        times.append((inside[0].start, inside[-1].end) if inside else times[-1])
    return heard.samples, tuple(times)


def talk(*turns: tuple[str, str]) -> Heard:
    """A conversation, with a pause before each turn and after the last."""
    noise = np.random.default_rng(0)
    pieces: list[Samples] = []
    said_at: list[tuple[Turn, Times]] = []
    at = 0.0
    for who, text in turns:
        samples, times = spoken(text, VOICES[who])
        at += PAUSE
        end = at + len(samples) / RATE
        said_at.append((Turn(who, text, round(at, 3), round(end, 3)), tuple((at + a, at + b) for a, b in times)))
        pieces += [np.zeros(round(PAUSE * RATE), np.float32), samples]
        at = end
    whole = np.concatenate([*pieces, np.zeros(round(PAUSE * RATE), np.float32)])
    whole = whole + noise.normal(0, NOISE, len(whole)).astype(np.float32)
    return Heard(whole.astype(np.float32), tuple(turn for turn, _ in said_at), tuple(times for _, times in said_at))


@pytest.fixture(scope="session", autouse=True)
def synthesizer() -> None:
    if espeak.version() is None:
        pytest.skip("espeak-ng is not installed (apt.txt lists it)")


VISIT = (
    ("doctor", "Good morning, my name is Doctor Lindqvist."),
    ("patient", "Hello, I am Kwame Osei and I have had chest pain for three days."),
    ("doctor", "Please call us at 617-555-0123 when the pain comes back, Mr. Osei."),
    ("patient", "I will."),
)


@pytest.fixture(scope="session")
def visit() -> Heard:
    return talk(*VISIT)


@pytest.fixture
def recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Record]:
    """Writes a recording as extraction does, below the test's folder, and tells its record."""
    monkeypatch.chdir(tmp_path)

    def write(heard: Heard, id: str = "v1", **changed: Any) -> Record:
        path = Path("data/extract/audio") / f"{id}.flac"
        sound.write(path, heard.samples)
        meta = {
            "seconds": round(len(heard.samples) / RATE, 3),
            "audio_sha256": digest_of(path),
            **changed.pop("meta", {}),
        }
        plain: dict[str, Any] = {
            "id": id,
            "source": "recordings",
            "group": "g1",
            "kind": "dialogue",
            "origin": Origin(f"train/p1/{id}.flac", "ab" * 32, "recordings.flac"),
            "turns": heard.turns,
            "audio": path.as_posix(),
            "meta": meta,
        }
        return Record(**{**plain, **changed})

    return write


def energy(samples: Samples, times: Sequence[tuple[float, float]]) -> float:
    """The greatest amplitude between two times."""
    return max(float(np.abs(samples[round(a * RATE) : round(b * RATE)]).max(initial=0.0)) for a, b in times)
