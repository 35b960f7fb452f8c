"""Dictations: every term is learned in training, none of the test's sentences is."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from stages.params.synthesize import Synthesize
from stages.synthesize.speech.dictations import SENTENCES, is_held_out, plan
from stages.synthesize.speech.terms import terms
from stages.synthesize.wording import pools

LEXICON = Path("data/lexicon")
SETTINGS = Synthesize()
PUBLISHED = {"pancolitis", "hematochezia", "sigmoid", "vedolizumab"}


@pytest.fixture(scope="module")
def planned():
    return plan(SETTINGS.dictations, SETTINGS.held_out, 7)


def _terms(dictations) -> Counter[str]:
    return Counter(term for dictation in dictations for _, found in dictation.sentences for term in found)


def _sides(planned):
    return [one for one in planned if not one.held_out], [one for one in planned if one.held_out]


def test_the_lexicon_has_enough_terms_by_category():
    listed = [term for by in terms().values() for of in by.values() for term in of]
    assert len(listed) == len({term.lower() for term in listed}) >= 400
    assert set(listed) >= PUBLISHED
    known = set((LEXICON / "medical_terms.txt").read_text().splitlines())
    assert {term.lower() for term in listed} <= known
    with (LEXICON / "spoken_terms.csv").open(newline="") as file:
        assert len(list(csv.DictReader(file))) == len(listed)


def test_every_specialty_can_fill_every_sentence():
    slots = {name for name in pools("dictations") if name != "opening"}
    for specialty, by in terms().items():
        assert set(by) == slots, specialty
        assert all(len(of) >= 5 for of in by.values()), specialty


def test_the_default_size_dictates_every_term_about_as_often(planned):
    training, testing = _sides(planned)
    counts = _terms(training)
    assert len(counts) == sum(len(of) for by in terms().values() for of in by.values())
    assert min(counts.values()) >= 5
    assert max(counts.values()) <= 3 * min(counts.values())
    assert len(_terms(testing)) >= 400


@pytest.mark.parametrize("number", [4, 16, 60])
def test_the_test_dictates_what_training_knows_in_sentences_that_it_does_not(number):
    training, testing = _sides(plan(number, 0.25, 3))
    assert testing or number < 16
    assert set(_terms(testing)) <= set(_terms(training))
    assert all(len(one.sentences) == SENTENCES for one in (*training, *testing))
    combinations = [
        {tuple(sorted(found)) for one in side for _, found in one.sentences} for side in (training, testing)
    ]
    assert not combinations[0] & combinations[1]
    assert not any(map(is_held_out, combinations[0]))
    assert all(map(is_held_out, combinations[1]))


def _wording(sentence: str, found: tuple[str, ...]) -> str:
    for term in sorted(found, key=len, reverse=True):
        sentence = sentence.replace(term, "_")
    return sentence


def test_wordings_of_the_test_are_none_of_training(planned):
    wordings = [{_wording(*sentence) for one in side for sentence in one.sentences} for side in _sides(planned)]
    assert len(wordings[1]) >= 25
    assert not wordings[0] & wordings[1]


def test_no_sentence_names_a_term_twice(planned):
    assert all(len(set(found)) == len(found) >= 2 for one in planned for _, found in one.sentences)


def test_a_person_is_on_one_side(planned):
    people = [{one.person for one in side} for side in _sides(planned)]
    assert not people[0] & people[1]
    assert len(people[1]) / len(people[0] | people[1]) == pytest.approx(SETTINGS.held_out, abs=0.02)


def test_more_dictations_leave_those_of_training_as_they_were():
    few, many = (_sides(plan(number, 0.25, 5))[0] for number in (12, 24))
    assert many[: len(few)] == few


def test_another_seed_dictates_something_else():
    assert plan(4, 0.25, 1) != plan(4, 0.25, 2)
