"""A visit as doctor, patient and nurse talk it through, marked up with slots."""

from __future__ import annotations

import random
from collections.abc import Iterable

from stages.records import Turn
from stages.synthesize.case import Case
from stages.synthesize.wording import Voice, choose, facts

# What a passage need not say twice would only make it longer.
ORDERS = {Voice.TRAIN: "order", Voice.HELD_OUT: "order", Voice.LIBRARY: "short_order"}


def make_dialogue(case: Case, rng: random.Random, held_out: bool) -> tuple[Turn, ...]:
    """The dialogue's turns; `text` is marked up, `speaker` is Doctor, Patient or Nurse."""
    return dialogue(case, rng, Voice.of(held_out))


def dialogue(case: Case, rng: random.Random, voice: Voice) -> tuple[Turn, ...]:
    """As `make_dialogue`, in the given voice. Every fact of the case's summary is said in it."""
    known = facts(case)
    lines: list[str] = []
    for part in choose(rng, "dialogues", ORDERS[voice], voice).split():
        exchange: str = choose(rng, "dialogues", _pool(part, case), voice)
        lines += exchange.format(**known).splitlines()
    return turns_of(lines)


def turns_of(lines: Iterable[str]) -> tuple[Turn, ...]:
    """Lines ("Speaker: text") as turns; lines of one speaker that follow each other are one."""
    turns: list[Turn] = []
    for line in lines:
        speaker, text = line.split(": ", 1)
        if turns and turns[-1].speaker == speaker:
            text = f"{turns.pop().text} {text}"
        turns.append(Turn(speaker, text))
    return tuple(turns)


def _pool(part: str, case: Case) -> str:
    """Some parts are told in other words for a patient who has no history or no allergy."""
    if part == "history" and not case.history:
        return "healthy"
    if part == "allergies" and not case.allergies:
        return "no_allergies"
    return part
