"""The base corpus: plain speech in many voices that a speech model learns from before any task.

Long recordings of short scenes. Half of them are rows of random words: a small model learns the sentences of a clinic
by heart and then hears them everywhere, while what cannot be guessed has to be heard. In the others one person talks,
or two in an exchange of a visit, in training's wordings alone. There are no identifiers in it, no test voice, and
hardly a medical term.
"""

from __future__ import annotations

import math
import random
import string
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from stages import sound
from stages.espeak import Synthesizer, Voice
from stages.keys import seeded
from stages.segments import Segment
from stages.sound import RATE, Samples
from stages.synthesize.case import make_case
from stages.synthesize.dialogues import turns_of
from stages.synthesize.fill import SLOT, Filled
from stages.synthesize.speech import manifest, voices
from stages.synthesize.speech.dictations import KINDS
from stages.synthesize.speech.manifest import Audible
from stages.synthesize.speech.numbers import cardinal
from stages.synthesize.speech.room import Room
from stages.synthesize.speech.speak import speak
from stages.synthesize.speech.words import in_words
from stages.synthesize.wording import Voice as Side
from stages.synthesize.wording import choose, facts

SOURCE = "speech"
SECONDS = 300  # of a file
ROWS, EXCHANGES = 0.5, 0.3  # shares of scenes that are rows of words, and exchanges of a visit; in the rest one talks
WORDS = (3, 3, 4, 4, 4, 5, 5, 6, 7, 9)  # of a row
NUMBERS, COMMAS, ASKED = 0.08, 0.12, 0.15  # shares of words that are numbers or have a comma; of rows that end in "?"
# Parts of a visit, those of the most different words more often than the others.
PARTS = (
    *("complaint", "symptoms", "symptoms", "denials", "denials"),
    *("opening", "history", "healthy", "allergies", "no_allergies", "personal", "verdict", "plan", "closing"),
)
# What medicines and diagnoses are called here: facts of a case -> pools of talk.yaml.
PLAIN = {"diagnosis": "disease", "others": "disease", "others_or": "disease", "treatment": "drug", "test": "test"}
PLAIN |= {"history": "disease", "medicines": "medicine", "allergies": "allergy"}
TALK = ("feeling", "asking", "advice", "day", "exam", "pills", "reception")  # pools of talk.yaml
NOTES = 0.3  # share of the passages of one person that are in the sentences of dictations, with plain words for terms
LINES = (2, 4)  # of a scene that is no exchange
LIST = Path(__file__).parents[1] / "words.txt"


def files(hours: float) -> list[float]:
    """How many seconds each file of the corpus is to have."""
    seconds = hours * 3600
    whole = math.floor(seconds / SECONDS)
    rest = seconds - whole * SECONDS
    return [SECONDS] * whole + ([rest] if rest >= 1 else [])


def record(folder: Path, number: int, seconds: float, seed: int) -> Audible:
    """Write `folder`/`number`.flac of at least `seconds`; returns the manifest's row."""
    file = f"{number:04d}.flac"
    rng = seeded(seed, "synthesize", "speech", str(number))
    sounds: list[Samples] = []
    parts: list[dict[str, Any]] = []
    words: list[Segment] = []
    phones: list[Segment] = []
    told: set[str] = set()
    length = 0
    with Synthesizer() as synthesizer:
        while length < seconds * RATE:
            recording = _scene(rng, synthesizer, told)
            samples = recording.room.sound()
            at = length / RATE
            words += _later(recording.words, file, at)
            phones += _later(recording.phones, file, at)
            parts += manifest.segments(recording.turns, at)
            sounds.append(samples)
            length += len(samples)
    sound.write(folder / file, np.concatenate(sounds))
    return Audible(SOURCE, manifest.row(file, parts), words=words, phones=phones)


def _later(timed: list[Segment], recording: str, seconds: float) -> list[Segment]:
    return [replace(one, recording=recording, start=seconds + one.start, end=seconds + one.end) for one in timed]


def _scene(rng: random.Random, synthesizer: Synthesizer, told: set[str]) -> manifest.Recording:
    """Some lines that were not told before; they join those that were."""
    recording = manifest.Recording(Room(rng))
    kind = rng.random()
    tell = _rows if kind < ROWS else _exchange if kind < ROWS + EXCHANGES else _talk
    speaking: dict[str, Voice] = {}
    while not recording.turns:
        for speaker, text in tell(rng):
            if text not in told:
                told.add(text)
                voice = speaking.setdefault(speaker, voices.draw(rng, held_out=False))
                for spoken in speak(synthesizer, Filled(text), voice):
                    recording.add(voice.name, spoken)
    return recording


def _rows(rng: random.Random) -> Iterator[tuple[str, str]]:
    """Rows of words by one person or by two in turn."""
    speakers = rng.choice(("a", "ab"))
    for number in range(rng.randint(*LINES)):
        drawn = [
            cardinal(str(rng.randint(1, 999))) if rng.random() < NUMBERS else rng.choice(_words())
            for _ in range(rng.choice(WORDS))
        ]
        row = "".join(word + (", " if rng.random() < COMMAS else " ") for word in drawn).rstrip(", ")
        yield speakers[number % len(speakers)], f"{row[:1].upper()}{row[1:]}{'?' if rng.random() < ASKED else '.'}"


@cache
def _words() -> list[str]:
    return [word for line in LIST.read_text().splitlines() if not line.startswith("#") for word in line.split()]


def _exchange(rng: random.Random) -> Iterator[tuple[str, str]]:
    """An exchange of a visit without the lines that name someone or something."""
    case = make_case(rng, held_out=False)
    plain = {fact: _expanded(f"{{{pool}}}", rng) for fact, pool in PLAIN.items()}
    known = facts(case) | plain | {"age": str(min(case.age, 89))}  # an age above is an identifier
    while True:
        pool, part = rng.choice((*(("dialogues", part) for part in PARTS), ("recordings", "intake")))
        lines = [line for line in choose(rng, pool, part, Side.TRAIN).splitlines() if not SLOT.search(line)]
        if lines:
            turns = turns_of(line.format(**known) for line in lines)
            yield from ((turn.speaker, in_words(turn.text)) for turn in turns)
            return


def _talk(rng: random.Random) -> Iterator[tuple[str, str]]:
    """Some sentences of one kind by one person."""
    noted = rng.random() < NOTES
    kind = rng.choice(TALK)
    for _ in range(rng.randint(*LINES)):
        drawn = (
            choose(rng, "dictations", rng.choice(KINDS), Side.TRAIN) if noted else choose(rng, "talk", kind, Side.TRAIN)
        )
        yield "", _expanded(drawn.replace("\n", " "), rng)


def _expanded(template: str, rng: random.Random) -> str:
    """The template with, for each of its braces, a line of the pool of talk.yaml that they name."""
    parts = string.Formatter().parse(template)
    return "".join(
        before + (_expanded(choose(rng, "talk", pool, Side.TRAIN), rng) if pool else "") for before, pool, _, _ in parts
    )
