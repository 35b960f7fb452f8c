from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.deidentify.finder import Finder
from stages.deidentify.mended import Mended
from stages.params.deidentify import Deidentify
from stages.records import Span

TERMS = {"metformin", "hba1c"}
PIECES = (
    "Lind-\nqvist", "LIND-\nQVIST", "Osei-\nwho", "asp-\nirin", "Patient", "Kwame", "Osei", "of", "with", "Mc", "MRN",
    "KWAME", "-\n", "\u00ad\r\n  ", " ", "\n", ".", "@", "1", "é", "Ø", "a", "İ", "'",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=12).map("".join) | st.text(max_size=40)


def is_term(word: str) -> bool:
    return word.casefold() in TERMS


def mended(text: str) -> Mended:
    return Mended.of(text, is_term)


def letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("seen by Lind-\nqvist today", "seen by Lindqvist today"),
        ("seen by Lind\u2010 \r\n  qvist today", "seen by Lindqvist today"),
        ("Name: LIND-\nQVIST", "Name: LINDQVIST"),
        ("lind-\nqvist came", "lindqvist came"),
        ("Ramos-Cald-\nwell", "Ramos-Caldwell"),
        ("O'Con-\nnor", "O'Connor"),
        ("took asp-\nirin and Met-\nformin", "took aspirin and Metformin"),
        ("INFOR-\nMATION: none", "INFORMATION: none"),
        ("PatientKwameOsei.", "Patient Kwame Osei."),
        ("spoke withMcDonald", "spoke with McDonald"),
        ("seen byVuRuiz, byHu", "seen by Vu Ruiz, by Hu"),
        ("care ofKWAME", "care of KWAME"),
        ("OseiMRN 12", "Osei MRN 12"),
        ("byØysteinÅsen", "by Øystein Åsen"),
        ("withLind-\nqvist", "with Lindqvist"),
    ],
)
def test_words_are_whole_and_apart(text: str, whole: str) -> None:
    assert mended(text).text == whole


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Kwame Osei came.",
        "The X-\nray and C-\nreactive protein",
        "a 92-year-\nold man",
        "she could walk well-\nPatient: yes",
        "OSEI-\nDOB: 1962",
        "CARE-\nPLAN",
        "Smith-\nJones",
        "HP-\n4471",
        "SpO2 97, 120/80 mmHg, 12 g/dL, HbA1c, NaCl, pH, mIU/L, IgG, PhD, NSAIDs",
        "McDonald, DeShawn, LaToya, MacArthur, VanHorn, O'Brien",
        "hydrALAZINE, autoCPAP, OxyContin, CyberKnife, MyChart",
        "kwameOsei@example.org, https://example.org/KwameOsei, scan_KwameOsei.png, KwameOsei.example.org",
    ],
)
def test_what_is_no_name_stays(text: str) -> None:
    assert mended(text) == Mended(text, ((0, 0, len(text)),))


def test_a_break_between_two_words_is_doubted() -> None:
    text = "Seen.\nI saw Osei-\nwho came\nagain, with Lind-\nqvist and Wood-\nland"
    one = mended(text)
    assert [text[doubt.start : doubt.end] for doubt in one.doubts] == ["Osei-\nwho"]
    assert text[one.doubts[0].first : one.doubts[0].last] == "I saw Osei-\nwho came"


def test_words_of_a_name_lie_apart_and_those_of_a_place_together() -> None:
    text = "PatientKwameOsei"
    one = mended(text)
    at = one.text.index("Kwame")
    for label, expected in (("PATIENT", ["Kwame", "Osei"]), ("LOCATION", ["KwameOsei"])):
        assert [text[s.start : s.end] for s in one.laid_back([Span(at, len(one.text), label)])] == expected


@given(TEXTS)
def test_no_letter_is_lost_added_or_moved(text: str) -> None:
    assert letters(mended(text).text) == letters(text)


@given(TEXTS)
def test_each_letter_is_laid_back_onto_itself(text: str) -> None:
    one = mended(text)
    for at, letter in enumerate(one.text):
        back = list(one.laid_back([Span(at, at + 1, "DATE")]))
        assert [text[span.start : span.end] for span in back] == [letter] or (not back and letter == " ")
        assert list(one.laid_on(back)) == [Span(at, at + 1, "DATE")] * len(back)


@given(TEXTS, st.sampled_from(["PATIENT", "DATE"]), st.data())
def test_spans_lie_in_the_text_and_hold_the_same_letters(text: str, label: str, data: st.DataObject) -> None:
    one = mended(text)
    start = data.draw(st.integers(0, len(one.text)))
    end = data.draw(st.integers(start, len(one.text)))
    back = list(one.laid_back([Span(start, end, label)]))
    assert all(0 <= span.start < span.end <= len(text) for span in back)
    assert all(a.end <= b.start for a, b in pairwise(back))
    assert "".join(letters(text[span.start : span.end]) for span in back) == letters(one.text[start:end])


@given(TEXTS, st.data())
def test_spans_of_the_text_are_laid_onto_the_same_letters(text: str, data: st.DataObject) -> None:
    one = mended(text)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    on = list(one.laid_on([Span(start, end, "PATIENT")]))
    assert "".join(letters(one.text[span.start : span.end]) for span in on) == letters(text[start:end])


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Seen by Dr. Lind-\nqvist today.", ["Lind-\nqvist"]),
        ("Patient: Rowena Ash-\nworth\nMRN 4471902", ["Rowena Ash-\nworth"]),
        ("Nurse: Doctor, this isRowenaAshworth, a woman.", ["Rowena", "Ashworth"]),
        ("Discussed with Dr. Ashworth. I met Ashworth-\nwho agrees.", ["Ashworth", "Ashworth"]),
        ("I met Kwame -\nwho agrees, then Kwame-\nlike pain", ["Kwame", "Kwame"]),
    ],
)
def test_names_are_found_as_if_they_stood_whole(params: Callable[..., Deidentify], text: str, names: list[str]) -> None:
    [found] = Finder(params()).find([text]).spans
    assert [text[s.start : s.end] for s in found if s.label in ("PATIENT", "STAFF")] == names


def test_halves_of_a_name_are_sought_nowhere(params: Callable[..., Deidentify]) -> None:
    found = Finder(params()).find(["Seen by Dr. Will-\niams today.", "Will has pain. Williams came."])
    assert found.parts == {"williams"}
    assert [span.start for span in found.spans[1]] == [15]


def test_candidates_stand_in_the_text_as_it_is(params: Callable[..., Deidentify]) -> None:
    text = "Dr. Lind-\nqvist came, MRN: 4471902."
    [found] = Finder(params()).candidates([text])
    assert {"Lind-\nqvist", "4471902"} <= {text[span.start : span.end] for span in found}
