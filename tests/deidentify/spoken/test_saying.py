from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.deidentify.spoken.saying import said


@pytest.mark.parametrize(
    ("word", "heard"),
    [
        ("Dr.", "doctor"),
        ("Osei,", "Osei"),
        ("555-0142", "5 5 5 oh 1 4 2"),
        ("636.555.0166", "6 3 6 5 5 5 oh 1 6 6"),
        ("(617)", "6 1 7"),
        ("192.168.0.1", "1 9 2 dot 1 6 8 dot oh dot 1"),
        ("03/14/1962", "march 14 19 62"),
        ("2023-03-14", "march 14 20 23"),
        ("1905.", "19 oh 5"),
        ("2005", "2005"),
        ("120/80", "120 over 80"),
        ("2.5", "2.5"),
        ("0.5", "0.5"),
        ("500mg", "500 milligrams"),
        ("14th,", "14th"),
        ("3:30", "3 30"),
        ("A1234567", "A 1 2 3 4 5 6 7"),
        ("kosei12@example.org", "kosei 1 2 at example dot org"),
        ("O.K.", "O K"),
        ("—yes", "yes"),
    ],
)
def test_words_are_said_as_people_say_them(word: str, heard: str) -> None:
    assert said(word) == heard


@given(st.text(max_size=12))
def test_every_word_is_said(word: str) -> None:
    plain = "".join(word.split())
    assert said(plain) or not any(map(str.isalnum, plain))
