from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.deidentify.finder import Finder
from stages.deidentify.recased import is_small, recased
from stages.params.deidentify import Deidentify


def no_medicine(word: str) -> bool:
    return word == "metformin"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("my name is grace young and i am here", "Grace Young"),
        ("hello doctor lindqvist", "Doctor Lindqvist"),
        ("this is kwame osei", "Kwame Osei"),
        ("my husband yaw came", "Yaw"),
        ("i live at 12 birch lane in elderford", "Birch Lane"),
        ("i live at twelve birch lane in elderford", "Elderford"),
        ("seen at elder street pharmacy", "Elder Street Pharmacy"),
        ("west mary, or 97176", "Mary, OR 97176"),
    ],
)
def test_capitals_come_where_names_may_stand(text: str, value: str) -> None:
    told = recased(text, no_medicine)
    assert value.removesuffix(" Pharmacy") in told
    assert told.lower() == text.lower()


def test_common_words_and_drugs_get_none() -> None:
    text = "i have had chest pain and i take metformin every day"
    assert recased(text, no_medicine) == text


@pytest.mark.parametrize(
    ("text", "small"),
    [
        ("Doctor: hello there\nPatient: good morning\n", True),
        ("Doctor: Hello there\nPatient: Good morning\n", False),
        ("all small here", True),
        ("ALL CAPITALS", False),
        ("123", False),
    ],
)
def test_labels_of_speakers_do_not_count(text: str, small: bool) -> None:
    assert is_small(text) == small


@given(st.text(max_size=60))
def test_no_place_moves(text: str) -> None:
    assert len(recased(text, no_medicine)) == len(text)


def test_a_known_name_that_is_a_common_word_is_found_where_nothing_has_capitals(
    params: Callable[..., Deidentify],
) -> None:
    told = "Patient Name: Diana Whitlock\nMRN: 4471902\n"
    small = "discussed with diana and the team; she agrees to the plan and will come again."
    cased = "Discussed with diana and the team; she agrees to the plan and will come again."
    found = Finder(params()).find([told, small, cased]).spans
    assert [small[span.start : span.end] for span in found[1]] == ["diana"]
    assert found[2] == []
