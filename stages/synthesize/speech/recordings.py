"""A visit as it was recorded: every turn spoken, each person in a voice of their own."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from pathlib import Path

from stages import sound
from stages.espeak import Synthesizer, Voice
from stages.keys import seeded
from stages.records import Turn
from stages.synthesize.case import Case
from stages.synthesize.dialogues import turns_of
from stages.synthesize.fill import fill
from stages.synthesize.identity import Cast, Persona
from stages.synthesize.speech import manifest, voices, words
from stages.synthesize.speech.manifest import Audible
from stages.synthesize.speech.room import Room
from stages.synthesize.speech.speak import speak
from stages.synthesize.wording import Voice as Side
from stages.synthesize.wording import choose, facts

SOURCE = "recordings"
INTAKES = 0.7  # share of recordings that begin with what the nurse does before the doctor comes
_DATE = re.compile(r"⟦date\.(?!month)([a-z]+)⟧")  # what is said has one form; a form that is declared is left alone
_FEMALE = {"Ms.", "Mrs.", "Miss"}


def is_recorded(visit: str, share: float, seed: int) -> bool:
    """Whether the visit is among the declared share that was recorded; the same in a larger clinic."""
    return seeded(seed, "synthesize", "recorded", visit).random() < share


def record(folder: Path, visit: str, turns: Sequence[Turn], case: Case, cast: Cast, seed: int) -> Audible:
    """Write `folder`/recordings/`visit`.flac; returns the manifest's row and the gold's.

    Args:
        visit: split/group/encounter.
        turns: Of the dialogue, marked up with slots.
    """
    rng = seeded(seed, "synthesize", "recording", visit)
    recording = manifest.Recording(Room(rng))
    heard = (*_intake(case, rng, cast.held_out), *turns)
    speaking = _voices(visit, cast, case.sex, seed)
    with Synthesizer() as synthesizer:
        for turn in heard:
            text = words.transcript(fill(_DATE.sub(r"⟦date.\1_long⟧", turn.text), cast, rng))
            for spoken in speak(synthesizer, text, speaking[turn.speaker]):
                recording.add(turn.speaker, spoken)
    samples = recording.room.sound()
    file = f"{visit}.flac"
    sound.write(folder / SOURCE / file, samples)
    voiced = {turn.speaker: speaking[turn.speaker] for turn in heard}
    row = manifest.row(file, manifest.segments(recording.turns))
    return Audible(SOURCE, row, manifest.gold(SOURCE, file, recording, samples, voiced))


def _intake(case: Case, rng: random.Random, held_out: bool) -> tuple[Turn, ...]:
    if rng.random() >= INTAKES:
        return ()
    exchange: str = choose(rng, "recordings", "intake", Side.of(held_out))
    return turns_of(exchange.format(**facts(case)).splitlines())


def _voices(visit: str, cast: Cast, sex: str, seed: int) -> dict[str, Voice]:
    """The patient keeps a voice over all visits, staff over all patients; no two in a visit share one."""
    people = {
        "Patient": (visit.split("/")[1], sex),
        "Doctor": (cast.people["doctor"].name, ""),
        "Nurse": (cast.people["nurse"].name, _sex(cast.people["nurse"])),
    }
    found: dict[str, Voice] = {}
    for speaker, (person, of) in people.items():
        voice = voices.voice_of(person, seed, cast.held_out, of)
        while voice.name in {other.name for other in found.values()}:
            person += "'"
            voice = voices.voice_of(person, seed, cast.held_out, of)
        found[speaker] = voice
    return found


def _sex(person: Persona) -> str:
    return "male" if person.title == "Mr." else "female" if person.title in _FEMALE else ""
