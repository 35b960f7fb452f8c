"""Answers to score: texts in which a tenth of the words is wrong."""

from __future__ import annotations

import random

from stages.evaluate.normalisers import DOSE_SAFE
from stages.evaluate.predictions import Answer

TEXT = "the patient denies chest pain fever cough for 3 days on 2.5 mg of metoprolol daily and type 2 diabetes"
STEMS = ("cough", "fever", "pain", "swell", "treat", "improv", "worsen", "admit", "discharg", "monitor", "increas")
WORDS = [*TEXT.split(), *(stem + end for stem in STEMS for end in ("", "s", "ed", "ing", "er", "ment", "ation"))]
WEIGHTS = [1 / (place + 1) for place in range(len(WORDS))]
LINE = 15


def made(examples: int, groups: int, words: int, seed: int) -> list[Answer]:
    """Answers that differ from their references in a tenth of the words; a line has 15 words."""
    rng, gold = random.Random(seed), random.Random(0)
    answers = []
    for i in range(examples):
        reference = gold.choices(WORDS, WEIGHTS, k=words)
        prediction = [rng.choice(WORDS) if rng.random() < 0.1 else word for word in reference]
        answers.append(Answer(f"{i}", f"{i % groups}", lines(reference), lines(prediction)))
    return answers


def lines(words: list[str]) -> str:
    """Words as a text of lines."""
    return "\n".join(" ".join(words[start : start + LINE]) for start in range(0, len(words), LINE))


def texts(answers: list[Answer]) -> tuple[list[str], list[str]]:
    """References and predictions as jiwer splits them into the tokens that ours are."""
    return tuple([" ".join(DOSE_SAFE.tokens(text)) for text in side] for side in (
        [answer.reference for answer in answers], [answer.prediction for answer in answers],
    ))  # type: ignore[return-value]  # fmt: skip
