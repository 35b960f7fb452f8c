from __future__ import annotations

import re
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.extract.layout import ENDED, WRAPPED
from stages.extract.paragraphs import dehyphenate, reflow

words = st.text(st.characters(codec="ascii", categories=("Ll",)), min_size=1, max_size=9)
prose = st.lists(words, min_size=40, max_size=120).map(" ".join)


@pytest.mark.parametrize(
    ("left", "right", "whole"),
    [
        ("the medi-", "cation was", "the medication was"),
        ("hyper-", "tension.", "hypertension."),
        ("a follow-", "up visit", "a follow-up visit"),
        ("non-", "tender", "non-tender"),
        ("a well-", "controlled", "a well-controlled"),
        ("X-", "ray", "X-ray"),
        ("a T-", "wave", "a T-wave"),
        ("COVID-", "positive", "COVID-positive"),
        ("Guillain-", "Barré", "Guillain-Barré"),
        ("three-", "day course", "three-day course"),
        ("CT-", "guided", "CT-guided"),
        ("fifty-", "six", "fifty-six"),
        ("beta-", "2 agonist", "beta-2 agonist"),
        ("12-", "hour", "12-hour"),
        ("555-", "0125", "555-0125"),
        ("denies pain -", "none", "denies pain - none"),
    ],
)
def test_a_hyphen_goes_only_where_the_word_has_none(left: str, right: str, whole: str) -> None:
    assert dehyphenate(left, right) == whole


def test_the_document_itself_knows_its_words() -> None:
    assert dehyphenate("light-", "headed", "was light-headed") == "light-headed"
    assert dehyphenate("life-", "time", "in her lifetime") == "lifetime"
    assert dehyphenate("ill-", "appearing", "an ill-appearing man") == "ill-appearing"


@given(words.filter(lambda w: len(w) > 1), words.filter(lambda w: len(w) > 1))
def test_dehyphenation_loses_no_letter(left: str, right: str) -> None:
    assert dehyphenate(f"{left}-", right).replace("-", "") == left + right


@given(words.filter(lambda w: len(w) > 1), words)
def test_a_spelling_with_hyphen_elsewhere_is_kept(left: str, right: str) -> None:
    assert dehyphenate(f"{left}-", right, f"as {left}-{right} says") == f"{left}-{right}"


@given(prose, st.integers(40, 120))
def test_wrapped_prose_becomes_one_line_again(text: str, width: int) -> None:
    assert reflow("\n".join(textwrap.wrap(text, width))) == text


@given(st.text(st.sampled_from("ab .-:\t|1\n" + WRAPPED + ENDED), max_size=200))
def test_no_character_but_blanks_and_hyphens_is_touched(text: str) -> None:
    assert re.sub(r"[\s-]", "", reflow(text)) == re.sub(r"[\s-]", "", text)


@given(st.text(st.sampled_from("ab c.-:1\n"), max_size=120))
def test_lines_never_become_more(text: str) -> None:
    assert len(reflow(text).splitlines()) <= len(text.splitlines())


@given(prose, st.integers(40, 100))
def test_marks_of_line_ends_are_followed(text: str, width: int) -> None:
    lines = textwrap.wrap(text, width)
    assert reflow(WRAPPED.join(lines)) == text
    assert reflow(ENDED.join(lines)) == "\n".join(lines)


def test_structure_stands() -> None:
    text = """\
ST. MARY CLINIC
Name: Ann Lee                 DOB: 2/3/1950

ASSESSMENT AND PLAN:
The patient has been stable since the last visit and takes her medi-
cation every day; she was asked to come back for a follow-
up in two weeks and to call us at once with any new or worse pain
in the chest.
Plan: rest and fluids, with paracetamol as needed for fever or pain at
night.
1. Lisinopril 10 mg daily for the blood pressure that we measured now
2. Aspirin 81 mg daily
- Return if worse, or if the leg should swell again before we meet here
Test              Result    Unit
Hemoglobin        13.2      g/dL
"""
    assert reflow(text).splitlines() == [
        "ST. MARY CLINIC",
        "Name: Ann Lee                 DOB: 2/3/1950",
        "",
        "ASSESSMENT AND PLAN:",
        "The patient has been stable since the last visit and takes her medication every day; she was asked to come "
        "back for a follow-up in two weeks and to call us at once with any new or worse pain in the chest.",
        "Plan: rest and fluids, with paracetamol as needed for fever or pain at night.",
        "1. Lisinopril 10 mg daily for the blood pressure that we measured now",
        "2. Aspirin 81 mg daily",
        "- Return if worse, or if the leg should swell again before we meet here",
        "Test              Result    Unit",
        "Hemoglobin        13.2      g/dL",
    ]


def test_a_header_after_a_full_line_stands_alone() -> None:
    full = "The wound was cleaned and dressed, and a lot of the implant was LOT 194698."
    assert reflow(f"{full}\nSOCIAL AND FAMILY HISTORY\nNever smoked.").splitlines()[1] == "SOCIAL AND FAMILY HISTORY"
    assert reflow(f"{full}\nPast Medical History\nNone.").splitlines()[1] == "Past Medical History"


def test_lines_that_were_never_wrapped_are_not_joined() -> None:
    text = "\n".join(f"{'word ' * 50}end of paragraph {number}." for number in range(4))
    assert reflow(text) == text
