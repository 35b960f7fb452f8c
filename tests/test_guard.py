"""The guard: what it must see as a change, what it must not, and that it never misses an edited number."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stages import guard

NAMES = guard.Names.of(
    [["myocardial infarction", "heart attack", "MI"], ["chest pain", "thoracic pain"], ["metformin"], ["glipizide"]]
)

MUST_SEE = [
    ("denies chest pain", "reports chest pain", "negation"),
    ("No fever. Has cough.", "Fever. No cough.", "negation"),
    ("fever was not present", "fever was present", "negation"),
    ("Edema absent.", "Edema present.", "negation"),
    ("Troponin negative.", "Troponin positive.", "negation"),
    ("PE was ruled out.", "PE was found.", "negation"),
    ("she doesn't smoke", "she does smoke", "negation"),
    ("without rales", "with rales", "negation"),
    ("denies chest pain", "denies leg pain", "negation"),
    ("metformin 2.5 mg", "metformin 25 mg", "numbers"),
    ("1,000 units", "100 units", "numbers"),
    ("5 mg", "5 mcg", "doses"),
    ("5 mg", "5 mcg", "units"),
    ("3 days of 5 mg", "5 days of 3 mg", "numbers"),
    ("for two weeks", "for three weeks", "numbers"),
    ("SpO2 >90%", "SpO2 <90%", "numbers"),
    ("10 mg daily", "10 mg weekly", "schedules"),
    ("BID", "TID", "schedules"),
    ("q6h", "q8h", "schedules"),
    ("5 mg PO", "5 mg IV", "schedules"),
    ("left knee", "right knee", "laterality"),
    ("left knee, right ankle", "right knee, left ankle", "laterality"),
    ("RUQ pain", "LUQ pain", "laterality"),
    ("left twice a day of the knee", "right twice a day of the knee", "laterality"),
    ("left twice a day of the knee", "left twice a day of the ankle", "laterality"),
    ("hypotension", "hypertension", "qualifiers"),
    ("bradycardia", "tachycardia", "qualifiers"),
    ("mild pain", "severe pain", "qualifiers"),
    ("aspirin was stopped", "aspirin was started", "qualifiers"),
    ("possible flu", "flu", "certainty"),
    ("acute pancreatitis", "chronic pancreatitis", "temporality"),
    ("history of asthma", "asthma", "temporality"),
    ("mother had cancer", "patient had cancer", "people"),
    ("65 year old man", "65 year old woman", "people"),
    ("metformin", "glipizide", "names"),
    ("metoprolol", "atenolol", "drugs"),
    ("HPI: cough", "PMH: cough", "sections"),
]

SAME = [
    ("10 mg BID", "10 mg twice a day"),
    ("5 mcg", "5 µg"),
    ("NKDA", "no known drug allergies"),
    ("RUQ pain", "right upper quadrant pain"),
    ("s/p CABG", "status post CABG"),
    ("denies chest pain or fever.", "no chest pain and no fever"),
    ("denies chest pain", "denies thoracic pain"),
    ("had an MI", "had a heart attack"),
    ("for two weeks", "for 2 weeks"),
    ("very tired", "tired"),
    ("1,000 units", "1000 units"),
    ("left BID of the knee", "left twice a day of the knee"),
]


@pytest.mark.parametrize(("before", "after", "category"), MUST_SEE)
def test_sees(before: str, after: str, category: str) -> None:
    assert category in guard.changed(before, after, NAMES)
    assert category in guard.changed(after, before, NAMES)


@pytest.mark.parametrize(("before", "after"), SAME)
def test_takes_for_the_same(before: str, after: str) -> None:
    assert guard.changed(before, after, NAMES) == []


def test_a_name_of_two_things_stands_for_neither() -> None:
    names = guard.Names.of([["multiple sclerosis", "MS"], ["mitral stenosis", "MS"]])
    assert guard.changed("has MS", "has multiple sclerosis", names) == ["names"]
    assert guard.changed("has MS", "has mitral stenosis", names) == ["names"]


def test_protected_covers_all_that_is_critical() -> None:
    text = "HPI: denies chest pain, took metformin 500 mg BID for the left knee."
    kept = [text[start:end] for start, end in guard.protected(text, NAMES)]
    assert kept == ["HPI", "denies", "chest pain", "took", "metformin", "500 mg", "BID", "left knee"]


VOCABULARY = """no denies chest pain fever 2.5 5 10 mg mcg left right knee metformin BID q6h daily . , : ; HPI: but the
very acute history of possible mother 120/80 <90 % two weeks w/o NKDA hypo hypertension - ( )"""
clinical = st.lists(st.sampled_from([*VOCABULARY.split(), "\n"]), max_size=40).map(" ".join)


@settings(deadline=None)
@given(clinical)
def test_a_text_never_differs_from_itself_and_spans_are_in_order(text: str) -> None:
    assert guard.critical(text, NAMES) == guard.critical(text + " ", NAMES)
    spans = guard.protected(text, NAMES)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(one[1] < other[0] for one, other in pairwise(spans))


@settings(deadline=None)
@given(clinical, st.data())
def test_an_edited_number_is_always_seen(text: str, data: st.DataObject) -> None:
    digits = [match.start() for match in re.finditer(r"\d", text)]
    if not digits:
        return
    place = data.draw(st.sampled_from(digits))
    digit = data.draw(st.sampled_from([d for d in "123456789" if d != text[place]]))
    assert guard.changed(text, text[:place] + digit + text[place + 1 :], NAMES)


@settings(deadline=None)
@given(clinical, st.data())
def test_a_side_turned_round_is_always_seen(text: str, data: st.DataObject) -> None:
    sides = [match.span() for match in re.finditer(r"\b(?:left|right)\b", text)]
    if not sides:
        return
    start, end = data.draw(st.sampled_from(sides))
    other = "right" if text[start:end] == "left" else "left"
    assert "laterality" in guard.changed(text, text[:start] + other + text[end:], NAMES)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    guard.critical(text, NAMES)
    guard.protected(text, NAMES)
