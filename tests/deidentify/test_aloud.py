"""Identifiers that are said, and numbers of medicine that are said too."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.deidentify.aloud import Written, aloud, spelled
from stages.deidentify.names import names
from stages.deidentify.numbers import numbers
from stages.deidentify.places import places
from stages.deidentify.spans import resolved
from stages.deidentify.times import times
from stages.records import Span

NETS = (numbers, times, places, names)


def found(text: str) -> list[tuple[str, str]]:
    spans = resolved(text, [span for span in aloud(text, NETS) if span.score >= 0.4])
    return [(span.label, text[span.start : span.end]) for span in spans]


@pytest.mark.parametrize(
    ("text", "label", "value"),
    [
        (
            "My number is six one seven, five five five, oh one two three.",
            "PHONE",
            "six one seven, five five five, oh one two three",
        ),
        ("call me at five five five, oh one four two", "PHONE", "five five five, oh one four two"),
        ("medical record number is four four seven one nine", "MRN", "four four seven one nine"),
        ("the account number is one oh two three five", "ACCOUNT", "one oh two three five"),
        ("extension four four seven one", "PHONE", "four four seven one"),
        ("the code seven two nine one four", "OTHER_ID", "seven two nine one four"),
        ("zip code oh two one three nine", "LOCATION", "oh two one three nine"),
        ("at twelve Birch Lane", "LOCATION", "twelve Birch Lane"),
        ("at one twenty three Main Street", "LOCATION", "one twenty three Main Street"),
        ("on March third nineteen sixty two", "DATE", "March third nineteen sixty two"),
        ("march three nineteen sixty two", "DATE", "march three nineteen sixty two"),
        ("born oh three fourteen sixty two", "DATE", "oh three fourteen sixty two"),
        ("three slash fourteen slash nineteen sixty two", "DATE", "three slash fourteen slash nineteen sixty two"),
        ("it is spelled O S E I", "PATIENT", "O S E I"),
        ("Lindqvist, L I N D Q V I S T", "PATIENT", "L I N D Q V I S T"),
        ("last name kilo whiskey alpha mike echo", "PATIENT", "kilo whiskey alpha mike echo"),
        ("write to kosei four oh at example dot org", "EMAIL", "kosei four oh at example dot org"),
        ("kwame underscore osei at mail dot co dot uk", "EMAIL", "kwame underscore osei at mail dot co dot uk"),
        (
            "the address one nine two dot one six eight dot one dot one",
            "IP",
            "one nine two dot one six eight dot one dot one",
        ),
    ],
)  # fmt: skip
def test_identifiers_are_found_as_they_are_said(text: str, label: str, value: str) -> None:
    assert (label, value) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "one hundred twenty over eighty",
        "ninety eight point six",
        "metformin five hundred milligrams twice a day",
        "her T S H and C B C and C O P D are fine",
        "an M R I, an E K G and an H b A one c",
        "take two, three times a day",
        "vitamin B twelve five hundred micrograms",
        "S one, S two, L four five",
        "sugar was one forty, one fifty two, one oh five, and ninety eight",
        "count back: ten nine eight seven six five four three two one",
        "pain is six out of ten for two or three days",
        "look at the dot on the scan",
    ],
)
def test_numbers_of_medicine_are_left(text: str) -> None:
    assert found(text) == []


def test_a_spelled_name_is_told_as_a_word() -> None:
    text = "O S E I and a number"
    assert list(spelled(text, [Span(0, 7, "PATIENT", 0.75)])) == [("Osei", Span(0, 4, "PATIENT", 0.75))]


@given(st.text(st.sampled_from(["one ", "oh ", "A ", "B, ", "Birch ", "x", "-", "two three ", "\n"]), max_size=12))
def test_what_is_found_in_figures_lies_in_the_words(text: str) -> None:
    written = Written.of(text)
    everything = [Span(start, end, "DATE") for start, end, _ in written.changes]
    back = list(written.laid_back(everything))
    assert [(span.start, span.end) for span in back] == [(run.start, run.end) for _, _, run in written.changes]
