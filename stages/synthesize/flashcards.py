"""Question-answer cards about the conditions: a closed set of facts, asked in several phrasings."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from stages.keys import seeded
from stages.synthesize.conditions import Condition, clinic
from stages.synthesize.wording import Voice, listed, pools, sentence

INSTRUCTION = "Answer this question truthfully"
TEST_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Flashcard:
    """One card; `split` is `train` or `test`. Training may ask a test card's fact, but never in its phrasing."""

    instruction: str
    input: str
    output: str
    split: str


def make_flashcards(seed: int, number: int) -> list[Flashcard]:
    """Draw `number` different cards, a fifth of them for testing; raises `ValueError` when there are not that many.

    Training cards cover all facts in turn before any fact is asked in a second phrasing; so do test cards.
    """
    test = round(number * TEST_SHARE)
    cards = [*_drawn(seed, Voice.TRAIN, number - test), *_drawn(seed, Voice.HELD_OUT, test)]
    seeded(seed, "synthesize", "flashcards").shuffle(cards)
    return cards


def _drawn(seed: int, voice: Voice, number: int) -> list[Flashcard]:
    rng = seeded(seed, "synthesize", "flashcards", voice)
    facts = [*_facts()]
    asked = [_phrasings(rng, kind, voice) for kind, _ in facts]
    rounds = [[*zip(facts, questions, strict=True)] for questions in zip(*asked, strict=True)]
    most = sum(map(len, rounds))
    if number > most:
        raise ValueError(f"synthesize.flashcards: {number} cards for {voice} asked for, the clinic's facts give {most}")
    for one in rounds:
        rng.shuffle(one)
    split = "train" if voice is Voice.TRAIN else "test"
    return [
        Flashcard(INSTRUCTION, question.format(**known), _answer(kind, known), split)
        for (kind, known), question in [pair for one in rounds for pair in one][:number]
    ]


def _phrasings(rng: random.Random, kind: str, voice: Voice) -> list[str]:
    return rng.sample(list(pools("flashcards")[kind][voice]), len(pools("flashcards")[kind][voice]))


def _answer(kind: str, known: dict[str, str]) -> str:
    template: Any = pools("flashcards")[kind]["answer"]
    return str(template.format(**known))


def _facts() -> Iterator[tuple[str, dict[str, str]]]:
    """Each fact's kind and what the braces of its templates stand for."""
    kinds = pools("flashcards").keys()
    for condition in clinic().conditions:
        known = _known(condition)
        yield from ((kind, known) for kind in kinds if kind != "suggestion")
        for complaint in condition.complaints:
            complaint = complaint.replace("{side} ", "")
            for pair in combinations(condition.marks, 2):
                yield (
                    "suggestion",
                    known | {"complaint": complaint, "Complaint": sentence(complaint), "pair": listed(pair)},
                )


def _known(condition: Condition) -> dict[str, str]:
    return {
        "name": condition.name,
        "Name": sentence(condition.name),
        "definition": condition.definition,
        "cause": condition.cause,
        "marks": listed(condition.marks[:3]),
        "test": condition.test,
        "test_shows": condition.test_shows,
        "treatment": condition.treatment,
        "complication": condition.complication,
        "risk": condition.risk,
        "organ": condition.organ,
    }
