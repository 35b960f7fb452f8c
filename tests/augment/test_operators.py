"""Each operator: what it changes, what it leaves, and that the same seed gives the same text."""

from __future__ import annotations

import random
import re
import sys
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stages import guard
from stages.augment.deletion import DELETABLE, Deletion
from stages.augment.insertion import FILLERS, Insertion
from stages.augment.names import names_of
from stages.augment.noise import keyboard, ocr
from stages.augment.operator import Operator, RefusedError
from stages.augment.synonyms import Synonyms
from tests.augment.conftest import DIALOGUE, TABLE, TERMS

NAMES = names_of(TABLE, TERMS)
OPERATORS: dict[str, Operator] = {
    "insertion": Insertion(0.3, NAMES),
    "deletion": Deletion(0.5, NAMES),
    "keyboard": keyboard(0.3, NAMES),
    "ocr": ocr(0.3, NAMES),
    "synonyms": Synonyms(TABLE, 0.5),
}


@pytest.mark.parametrize("name", OPERATORS)
def test_a_child_is_new_guarded_and_the_same_for_the_same_seed(name: str) -> None:
    operator = OPERATORS[name]
    child = operator(DIALOGUE, Random(1), 0)
    assert child != DIALOGUE
    assert guard.changed(DIALOGUE, child, NAMES) == []
    assert operator(DIALOGUE, Random(1), 0) == child
    assert len({operator(DIALOGUE, Random(seed), 0) for seed in range(20)}) > 1
    assert child.count("\n") == DIALOGUE.count("\n")


@pytest.mark.parametrize("name", OPERATORS)
def test_a_text_without_a_free_place_is_refused(name: str) -> None:
    with pytest.raises(RefusedError, match="no place"):
        OPERATORS[name]("5 mg", Random(1), 0)


def test_synonyms_change_names_alone_and_keep_capitals_and_space() -> None:
    child = Synonyms((("heart attack", "myocardial infarction"),), 1.0)(
        "  Heart attack,\n\ta  heart attack. ", Random(0), 0
    )
    assert child == "  Myocardial infarction,\n\ta  myocardial infarction. "


def test_synonyms_take_out_no_acronym_and_no_name_of_two_things() -> None:
    operator = Synonyms(TABLE, 1.0)
    for text in ["PE: clear", "He has MS and MI.", "Hypertension: none"]:
        with pytest.raises(RefusedError):
            operator(text, Random(0), 0)


def test_synonyms_rate_is_the_share_of_the_names() -> None:
    text = ", ".join(["cough"] * 10)
    assert Synonyms(TABLE, 0.3)(text, Random(0), 0).count("tussis") == 3


def test_synonyms_leave_the_global_generators_as_they_were() -> None:
    random.seed(5)
    np.random.seed(5)
    expected = random.random(), np.random.random()
    random.seed(5)
    np.random.seed(5)
    OPERATORS["synonyms"](DIALOGUE, Random(1), 0)
    assert (random.random(), np.random.random()) == expected


def test_nlpaug_is_not_imported_whole_and_not_left_in_part() -> None:
    assert "nlpaug.augmenter.word" not in sys.modules


def test_insertion_puts_in_fillers_alone() -> None:
    child = OPERATORS["insertion"](DIALOGUE, Random(3), 0)
    words, more = DIALOGUE.split(), child.split()
    put_in = []
    for word in more:
        if words and word == words[0]:
            words.pop(0)
        else:
            put_in.append(word)
    assert not words
    assert put_in
    assert set(put_in) <= set(FILLERS)


def test_deletion_leaves_out_fillers_alone() -> None:
    child = OPERATORS["deletion"](DIALOGUE, Random(3), 0)
    left, gone = child.split(), []
    for word in DIALOGUE.split():
        if left and word == left[0]:
            left.pop(0)
        else:
            gone.append(word)
    assert not left
    assert gone
    assert set(gone) <= DELETABLE


@pytest.mark.parametrize("name", ["keyboard", "ocr"])
def test_noise_keeps_words_first_letters_and_digits(name: str) -> None:
    for seed in range(20):
        child = OPERATORS[name](DIALOGUE, Random(seed), 0)
        assert [word[0] for word in child.split()] == [word[0] for word in DIALOGUE.split()]
        assert re.findall(r"\d+", child) == re.findall(r"\d+", DIALOGUE)


WORDS = """the well um heart attack left knee pain denies no fever 5 mg BID really just stairs shoes cough HPI: . , MI
hypertension two weeks very tired but and possible acute mother"""
words = st.sampled_from([*WORDS.split(), "\n"])


@pytest.mark.parametrize("name", ["insertion", "keyboard", "ocr", "synonyms"])
@settings(max_examples=60, deadline=None)
@given(text=st.lists(words, min_size=1, max_size=40).map(" ".join), seed=st.integers(0, 10))
def test_no_operator_of_ours_needs_the_guard(name: str, text: str, seed: int) -> None:
    """The guard stands behind the operators; these choose their places so that they never run into it.

    Deletion may: "heart, the attack" without its article is read as another thing.
    """
    try:
        child = OPERATORS[name](text, Random(seed), 0)
    except RefusedError:
        return
    assert guard.changed(text, child, NAMES) == []
