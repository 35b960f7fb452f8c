"""ROUGE against rouge-score: equal, and fast enough for notes."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer

from stages.evaluate.scorers.rouge import KINDS, rouge

REFERENCE = RougeScorer(list(KINDS), use_stemmer=True)
WORDS = [
    "pain",
    "pains",
    "denies",
    "denied",
    "chest",
    "a",
    "2.5",
    "fever",
    "left",
    "No",
    "cough,",
    "Sjögren's",
    "İ",
    "",
]
line = st.lists(st.sampled_from(WORDS), max_size=9).map(" ".join)
note = st.lists(line, max_size=5).map("\n".join)


def theirs(reference: str, prediction: str) -> tuple[float, ...]:
    scores = REFERENCE.score(reference, prediction)
    return tuple(scores[kind].fmeasure for kind in KINDS)


@given(note, note)
@settings(max_examples=400, deadline=None)
def test_equal_to_rouge_score(reference: str, prediction: str) -> None:
    assert rouge(reference, prediction) == pytest.approx(theirs(reference, prediction), abs=1e-12)


@given(st.text(max_size=60), st.text(max_size=60))
@settings(deadline=None)
def test_equal_on_any_characters(reference: str, prediction: str) -> None:
    assert rouge(reference, prediction) == pytest.approx(theirs(reference, prediction), abs=1e-12)


@given(st.lists(st.sampled_from("abc"), max_size=9), st.lists(st.sampled_from("abc"), max_size=9))
@settings(max_examples=400, deadline=None)
def test_of_several_longest_subsequences_the_same_is_taken(one: list[str], other: list[str]) -> None:
    """Few letters, so that there are many; against two candidates, so that their union shows which were taken."""
    reference, prediction = " ".join(one), " ".join(other) + "\n" + " ".join(other[::-1])
    assert rouge(reference, prediction) == pytest.approx(theirs(reference, prediction), abs=1e-12)


def notes(count: int, words: int) -> list[tuple[str, str]]:
    rng = random.Random(1)
    vocabulary = [f"{stem}{end}" for stem in ("cough", "fever", "pain", "knee", "swell", "dose") for end in range(60)]
    weights = [1 / (place + 1) for place in range(len(vocabulary))]
    made = []
    for _ in range(count):
        lines = [rng.choices(vocabulary, weights, k=15) for _ in range(words // 15)]
        changed = [[rng.choice(vocabulary) if rng.random() < 0.3 else word for word in line] for line in lines]
        made.append(tuple("\n".join(" ".join(line) for line in text) for text in (lines, changed)))
    return made


def test_notes_of_450_words_score_equal() -> None:
    for pair in notes(5, 450):
        assert rouge(*pair) == pytest.approx(theirs(*pair), abs=1e-12)
