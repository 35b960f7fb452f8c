"""Wordings: training and testing share facts and slots, never a sentence."""

from __future__ import annotations

import re
from itertools import product

import pytest

from stages.keys import seeded
from stages.synthesize.wording import Voice, bare, choose, listed, pools, sentence

FILES = ("dialogues", "reports", "flashcards", "passages")
# What a sentence says beside facts, identifiers and names of speakers.
FRAME = re.compile(r"\{\w+\}|⟦[^⟧]*⟧|^(Doctor|Patient|Nurse): |[^\w\s]", re.MULTILINE)

GRAMMARS = ("opening", "complaint", "symptoms", "denials", "history", "verdict", "plan")


def _frames(template: object) -> set[str]:
    """A template's sentences without their facts, those of three words and more."""
    lines = re.split(r"(?<=[.?!])\s+|\n", str(template))
    frames = {" ".join(FRAME.sub(" ", line).lower().split()) for line in lines}
    return {frame for frame in frames if len(frame.split()) >= 3}


def _voices() -> list[tuple[str, str]]:
    return [(file, pool) for file in FILES for pool, told in pools(file).items() if "held_out" in told]


@pytest.mark.parametrize(("file", "pool"), _voices(), ids=lambda value: value)
def test_pools_of_training_and_testing_are_disjoint(file: str, pool: str) -> None:
    voices = pools(file)[pool]
    assert voices["train"]
    assert voices["held_out"]
    told = {str(template) for voice in ("train", "library") for template in voices.get(voice, ())}
    assert told.isdisjoint({str(template) for template in voices["held_out"]})


def test_no_question_of_testing_is_asked_in_training() -> None:
    def frames(voice: str) -> set[str]:
        templates = [one for told in pools("flashcards").values() for one in told.get(voice, ())]
        return {frame for template in templates for frame in _frames(template)}

    assert (frames("train") | frames("library")).isdisjoint(frames("held_out"))


@pytest.mark.parametrize("pool", GRAMMARS)
def test_exchanges_of_testing_combine_lines_that_training_knows(pool: str) -> None:
    def lines(voice: str) -> set[str]:
        return {line for template in pools("dialogues")[pool][voice] for line in template.splitlines()}

    # A hash may keep every exchange of one line; of two, and the pool would be too small for its share.
    assert len(lines("held_out") - lines("train")) <= 1


def test_held_out_templates_say_the_same_facts() -> None:
    """A part that tells a fact of the summary tells it in every voice."""
    needed = {
        "complaint": ["complaint", "duration"],
        "history": ["history", "medicines"],
        "verdict": ["diagnosis"],
        "opening": ["age", "sex"],
    }
    for (part, facts), voice in product(needed.items(), ("train", "held_out", "library")):
        for template in pools("dialogues")[part].get(voice, ()):
            assert all(f"{{{fact}}}" in template for fact in facts), template


def test_choose_keeps_to_its_voice() -> None:
    told = pools("dialogues")["personal"]
    drawn = {voice: {choose(seeded(n, "x"), "dialogues", "personal", voice) for n in range(200)} for voice in Voice}
    assert drawn[Voice.TRAIN] == {*told["train"]}
    assert drawn[Voice.HELD_OUT] == {*told["held_out"]}
    assert drawn[Voice.LIBRARY] == {*told["train"], *told["library"]}


@pytest.mark.parametrize(
    ("items", "text"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_listed(items: list[str], text: str) -> None:
    assert listed(items) == text


def test_articles_and_capitals() -> None:
    assert (bare("a stiff neck"), bare("an earlier stone"), bare("fever")) == ("stiff neck", "earlier stone", "fever")
    assert (sentence("pain."), sentence("⟦patient.name⟧ is"), sentence("")) == ("Pain.", "⟦patient.name⟧ is", "")
