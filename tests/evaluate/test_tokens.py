from __future__ import annotations

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.evaluate.tokens import blank, dose_safe, squad

# What the usual normaliser makes equal and a clinician must not.
APART = [
    ("2.5 mg", "25 mg"),
    ("-2", "2"),
    ("120/80", "12080"),
    ("1/2 tab", "12 tab"),
    ("hepatitis A", "hepatitis"),
    ("BNP <100", "BNP >100"),
    ("BNP <100", "BNP 100"),
    ("5%", "5"),
    ("0.5", "5"),
    ("2-3", "23"),
    ("1,250", "1.250 5"),
    ("10 mg", "100 mg"),
    ("+1", "-1"),
]
ALIKE = [
    ("2.50 mg", "2.5 mg"),
    (".5 mg", "0.5mg"),
    ("1,000 mL", "1000 ml"),
    ("beta-blocker", "beta blocker"),
    ("Crohn\u2019s disease", "crohn's disease"),
    ("2\u20133 days", "2-3 days"),
    ("base excess \u22122", "base excess -2"),
    ("5 \u00b5g", "5 \u03bcg"),
    ("(denies chest pain).", "denies chest pain"),
    ("creatinine \u2265 2", "creatinine >=2"),
]


@pytest.mark.parametrize(("one", "other"), APART)
def test_doses_signs_and_types_stay_apart(one: str, other: str) -> None:
    assert dose_safe(one) != dose_safe(other)


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_spellings_of_one_thing_are_alike(one: str, other: str) -> None:
    assert dose_safe(one) == dose_safe(other)


def test_the_squad_normaliser_does_what_its_docstring_warns_of() -> None:
    assert squad("2.5 mg") == squad("25 mg")
    assert squad("hepatitis A") == squad("hepatitis")


@given(st.text())
def test_tokens_joined_are_the_same_tokens(text: str) -> None:
    once = dose_safe(text)
    assert dose_safe(" ".join(once)) == once


@given(st.text())
def test_squad_agrees_with_an_independent_reading_of_the_script(text: str) -> None:
    kept = "".join(character for character in text.lower() if character not in set(string.punctuation))
    words = " ".join(re.split(r"\b(?:a|an|the)\b", kept)).split()
    assert list(squad(text)) == words


@pytest.mark.parametrize("text", ["", " \n\t", "\u200b\ufeff", "\u00a0"])
def test_what_cannot_be_seen_is_blank(text: str) -> None:
    assert blank(text)


def test_a_single_mark_is_not_blank() -> None:
    assert not blank(" . ")
