"""Flashcards, terminology and the library of passages."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from stages.synthesize.case import AGE_BANDS
from stages.synthesize.flashcards import make_flashcards
from stages.synthesize.passages import make_passages
from stages.synthesize.terminology import make_terminology
from stages.synthesize.wording import pools


def test_flashcards_are_as_many_as_asked_and_all_different() -> None:
    cards = make_flashcards(7, 600)
    assert len({card.input for card in cards}) == 600
    assert Counter(card.split for card in cards) == {"train": 480, "test": 120}
    assert all(card.output.endswith(".") and len(card.output.split()) <= 30 for card in cards)
    assert make_flashcards(7, 600) == cards != make_flashcards(8, 600)


def test_facts_of_test_cards_are_taught_in_other_words() -> None:
    cards = make_flashcards(7, 600)
    taught = {card.output for card in cards if card.split == "train"}
    tested = [card for card in cards if card.split == "test"]
    assert all(card.output in taught for card in tested)
    held_out = [phrasing for kind in pools("flashcards").values() for phrasing in kind["held_out"]]
    forms = [re.compile(re.sub(r"\\{\w+\\}", ".+", re.escape(phrasing))) for phrasing in held_out]
    assert all(any(form.fullmatch(card.input) for form in forms) for card in tested)


def test_more_cards_than_there_are_facts_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"synthesize\.flashcards: 80000 cards for train asked for, .* give \d+"):
        make_flashcards(7, 100_000)


def test_terminology_has_the_published_counts() -> None:
    terms = make_terminology(7)
    assert Counter((term.category, term.split) for term in terms) == {
        ("medical terminology", "train"): 50, ("medical terminology", "test"): 13,
        ("abbreviations", "train"): 40, ("abbreviations", "test"): 16,
        ("disease mechanisms", "train"): 25, ("disease mechanisms", "test"): 8,
        ("anatomy and physiology", "train"): 20, ("anatomy and physiology", "test"): 6,
        ("diagnostic tests", "train"): 15, ("diagnostic tests", "test"): 7,
    }  # fmt: skip
    assert len({term.definition for term in terms}) == len(terms)
    assert len({term.question for term in terms}) == len(terms)


def test_the_parts_of_a_term_are_one_short_sentence_each() -> None:
    for term in make_terminology(7):
        for part in (term.definition, term.explanation, term.relevance, term.note):
            assert 3 <= len(part.split()) <= 18
            assert part[0].isupper()
            assert part.endswith(".")
            assert "⟦" not in part


@pytest.fixture(scope="module")
def passages() -> list[str]:
    return list(make_passages(7, 400))


def test_passages_hold_no_slot_and_no_answer_of_a_task(passages: list[str]) -> None:
    told = "\n".join(passages)
    for form in ("⟦", "{", "HPI", "Assessment:", "Definition:", "presents with", "most consistent with", "\n1. "):
        assert form not in told
    assert "The differential includes" not in told


def test_passages_say_things_twice(passages: list[str]) -> None:
    visits = [passage for passage in passages if "\n\n" in passage]
    assert 0.6 < len(visits) / len(passages) < 0.8
    for visit in visits:
        talk, note = visit.split("\n\n")
        (age,) = set(re.findall(r"(\d+)-year-old", note))
        assert f"{age}-year-old" in talk
        assert AGE_BANDS[0][0] <= int(age) <= 89


def test_a_passage_depends_on_seed_and_number_alone(passages: list[str]) -> None:
    assert list(make_passages(7, 20)) == passages[:20]
    assert list(make_passages(8, 20)) != passages[:20]
    assert 90 < sum(len(passage.split()) for passage in passages) / len(passages) < 230
