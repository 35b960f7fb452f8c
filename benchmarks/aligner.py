"""Words located in time, beside simpler ways: `python benchmarks/aligner.py [--speech ../shared/data/speech]`.

Speech whose word times are known: espeak-ng's own in voices that the aligner does not render, people reading aloud
(pocketsphinx's LibriVox clips, whose times are its own alignment; picovoice's test clip, times by Leopard) and
synthesized dictations with Amazon's transcripts, which are drafts with errors, and its times. Every run of one to three
words takes the part of an identifier. For each way of locating words: errors of starts and ends in seconds (median,
90th, 95th and 99th percentile), and for each padding the share of the identifiers' time left audible and the seconds of
other words that go with one. Last line: one JSON object of seconds of work for a second of sound.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from stages.deidentify.spoken import aligner
from stages.deidentify.spoken.aligner import places
from stages.deidentify.spoken.cepstra import HOP, cepstra
from stages.deidentify.spoken.saying import said
from stages.espeak import Synthesizer, Voice
from stages.sound import RATE, Samples

PADDINGS = (0.0, 0.1, 0.15, 0.2, 0.25, 0.3)
LONGEST = 3  # words of an identifier
LATE = 0.06  # seconds that Amazon's times are early, by the median over all ways of locating
SAID = (
    "Hello doctor, my name is Kwame Osei and I was born on March third nineteen sixty two.",
    "Yes, my phone number is 617-555-0123, please call me there in the evening.",
    "I have had chest pain for three days, and Doctor Lindqvist told me to come in right away.",
    "She lives at twelve Birch Lane in Elderford with her husband Yaw Boateng, who is sick too.",
    "The last name is spelled O S E I, and the medical record number is 4471902.",
    "He takes metformin five hundred milligrams twice a day, lisinopril, and aspirin. Nurse Adjei gave it to him.",
)
VOICES = ("en-us+f4", "en-gb-scotland+f3", "en-us+m7", "en-us+klatt2", "en-us+croak", "en-gb-x-rp+m1")

Times = list[tuple[float, float]]


@dataclass(frozen=True)
class Clip:
    """A turn: its samples, its words as written, and when each is said."""

    kind: str
    samples: Samples
    words: list[str]
    times: Times


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Words located in time, beside simpler ways.")
    parser.add_argument("--speech", type=Path, default=Path("../shared/data/speech"), help="real speech")
    folder = parser.parse_args().speech
    clips = [*synthesized(), *(clip for read in (librivox, leopard, amazon) for clip in read(folder))]
    ways = {"characters": by_characters, "durations": by_durations, "one voice": one_voice, "two voices": two_voices}
    seconds = sum(len(clip.samples) for clip in clips) / RATE
    cost = {}
    for name, locate in ways.items():
        start = cpu()
        found = [locate(clip.samples, clip.words) for clip in clips]
        cost[name] = round((cpu() - start) / seconds, 4)
        for kind in dict.fromkeys(clip.kind for clip in clips):
            show(name, kind, [(clip, times) for clip, times in zip(clips, found, strict=True) if clip.kind == kind])
    print(json.dumps(cost))


def cpu() -> float:
    """Seconds of work so far, those of the synthesizer's processes too."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def show(name: str, kind: str, pairs: Sequence[tuple[Clip, Times | None]]) -> None:
    """Print a row of the table."""
    known = [(clip, times) for clip, times in pairs if times is not None]
    errors = np.abs(np.vstack([np.array(times) - np.array(clip.times) for clip, times in known]))
    row = " ".join(f"{value:.2f}" for value in np.percentile(errors, [50, 90, 95, 99]))
    left = "  ".join(f"{padding}: {audible:.2%}/{more:.2f}s" for padding, audible, more in audibles(known))
    print(
        f"{name:11s} {kind:10s} {len(errors):4d} words, {len(pairs) - len(known)} not located  {row}  {left}",
        flush=True,
    )


def audibles(pairs: Sequence[tuple[Clip, Times]]) -> Iterator[tuple[float, float, float]]:
    """For each padding the share of identifiers left audible, and seconds of other words that go with one."""
    for padding in PADDINGS:
        left = whole = more = number = 0.0
        for clip, times in pairs:
            for first in range(len(times)):
                for last in range(first, min(first + LONGEST, len(times))):
                    start = -1.0 if first == 0 else times[first][0] - padding
                    end = np.inf if last == len(times) - 1 else times[last][1] + padding
                    for at, (a, b) in enumerate(clip.times):
                        covered = max(0.0, min(b, end) - max(a, start))
                        if first <= at <= last:
                            left, whole = left + (b - a) - covered, whole + b - a
                        else:
                            more += covered
                    number += 1
        yield padding, left / whole, more / number


def two_voices(samples: Samples, words: Sequence[str]) -> Times | None:
    """The aligner as it is."""
    found = places(samples, words)
    return None if found is None else [(place.start, place.end) for place in found]


def one_voice(samples: Samples, words: Sequence[str]) -> Times | None:
    """The aligner with the first of its voices."""
    both = aligner.VOICES
    aligner.VOICES = both[:1]  # type: ignore[assignment]
    try:
        return two_voices(samples, words)
    finally:
        aligner.VOICES = both


def by_durations(samples: Samples, words: Sequence[str]) -> Times:
    """As long as the synthesizer says each word, over the time in which anybody speaks."""
    sayings = [said(word) for word in words]
    with Synthesizer() as synthesizer:
        spoken = synthesizer.say(" ".join(sayings), aligner.VOICES[0])
    return _shared(samples, [end - start for start, end in aligner._by_word(spoken.words, sayings)])


def by_characters(samples: Samples, words: Sequence[str]) -> Times:
    """As long as each word is written, over the time in which anybody speaks."""
    return _shared(samples, [len(word) + 1.0 for word in words])


def _shared(samples: Samples, lengths: Sequence[float]) -> Times:
    energy = cepstra(samples)[1]
    low, high = np.percentile(energy, 10), np.percentile(energy, 95)
    speaks = np.cumsum((energy > low + 0.25 * (high - low)) + 1e-6)
    edges = np.concatenate([[0.0], np.cumsum(np.array(lengths) + 1e-3)])
    at = np.searchsorted(speaks / speaks[-1], edges / edges[-1] - 1e-9) * HOP / RATE
    return [(float(a), float(b)) for a, b in pairwise(at)]


def synthesized() -> Iterator[Clip]:
    """espeak-ng's speech, a little noise over it."""
    rng = random.Random(1)
    for number in range(30):
        words = SAID[number % len(SAID)].split()
        sayings = [said(word) for word in words]
        voice = Voice(rng.choice(VOICES), rng.randint(130, 200), rng.randint(25, 80), 50)
        with Synthesizer() as synthesizer:
            spoken = synthesizer.say(" ".join(sayings), voice)
        noise = np.random.default_rng(number).normal(0, 10 ** (-rng.uniform(35, 60) / 20), len(spoken.samples))
        samples = spoken.samples * rng.uniform(0.2, 0.9) + noise.astype(np.float32)
        yield Clip("espeak-ng", samples.astype(np.float32), words, aligner._by_word(spoken.words, sayings))


def librivox(folder: Path) -> Iterator[Clip]:
    """People who read a novel."""
    for path in sorted((folder / "pocketsphinx/test/data/librivox").glob("*.wav")):
        told = json.loads(path.with_suffix(".json").read_text())["w"]
        times = [(word["b"], word["b"] + word["d"]) for word in told if not word["t"].startswith("<")]
        yield Clip("librivox", _decoded(path), path.with_suffix(".txt").read_text().split(), times)


def leopard(folder: Path) -> Iterator[Clip]:
    """A sentence of LibriSpeech."""
    root = folder / "picovoice-leopard/resources"
    for test in json.loads((root / ".test/test_data.json").read_text())["tests"]["language_tests"]:
        if test["language"] == "en":
            times = [(word["start_sec"], word["end_sec"]) for word in test["words"]]
            samples = _decoded(root / "audio_samples" / test["audio_file"])
            yield Clip("leopard", samples, [word["word"] for word in test["words"]], times)


def amazon(folder: Path) -> Iterator[Clip]:
    """Medical dictations with a machine's transcripts."""
    root = folder / "aws-mta/app/src"
    for number in (1, 2):
        samples = _decoded(root / f"audio/sample-{number}.mp4")
        for row in json.loads((root / f"recorded-responses/sample-{number}.json").read_text()):
            if row["data"]["IsPartial"]:
                continue
            items = [item for item in row["data"]["Alternatives"][0]["Items"] if item["Type"] == "pronunciation"]
            start, end = items[0]["StartTime"] - 0.1, items[-1]["EndTime"] + 0.1
            times = [(item["StartTime"] + LATE - start, item["EndTime"] + LATE - start) for item in items]
            inside = samples[round(start * RATE) : round(end * RATE)]
            yield Clip("dictation", inside, [item["Content"] for item in items], times)


def _decoded(path: Path) -> Samples:
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-ac", "1", "-ar", str(RATE), "-f", "f32le", "-"]
    raw = subprocess.run(command, capture_output=True, check=True).stdout
    return np.frombuffer(raw, np.float32).copy()


if __name__ == "__main__":
    main()
