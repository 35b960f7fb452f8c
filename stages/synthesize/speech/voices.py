"""Whose voice it is: a person keeps theirs in every recording; test people have voices that training never hears."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path

from stages.espeak import Voice
from stages.keys import seeded
from stages.synthesize.wording import Voice as Side

LANGUAGE = "en-us"
WORDS_A_MINUTE = (155, 190)
PITCH = (35, 65)
PITCH_RANGE = (35, 65)
SEXES = ("female", "male")
TABLE = Path(__file__).parents[1] / "voices.yaml"


def voice_of(person: str, seed: int, held_out: bool, sex: str = "") -> Voice:
    """The voice of a person, told by a name or number that no other has; without a sex, of either."""
    return draw(seeded(seed, "synthesize", "voice", person), held_out, sex)


def draw(rng: random.Random, held_out: bool, sex: str = "") -> Voice:
    """A voice of one's pool at a pace and a pitch of its own."""
    variant = rng.choice(variants(held_out, sex or rng.choice(SEXES)))
    return Voice(f"{LANGUAGE}+{variant}", rng.randint(*WORDS_A_MINUTE), rng.randint(*PITCH), rng.randint(*PITCH_RANGE))


def variants(held_out: bool, sex: str) -> list[str]:
    """The variants of voices.yaml on one side."""
    return _table()[Side.of(held_out)][sex]


@cache
def _table() -> dict[str, dict[str, list[str]]]:
    from ruamel.yaml import YAML

    found: dict[str, dict[str, list[str]]] = YAML(typ="safe", pure=True).load(TABLE.read_text())
    return found
