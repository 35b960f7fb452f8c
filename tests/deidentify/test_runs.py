from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.deidentify.runs import runs

NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("call six one seven, five five five, oh one two three now", "617 555 0123"),
        ("double five one, double oh seven two", "551 0072"),
        ("seven five zero dash two two one", "750-221"),
        ("nineteen sixty two", "1962"),
        ("one twenty three", "123"),
        ("one hundred and five, four", "105 4"),
        ("O S E I", "OSEI"),
        ("o-s-e-i", "OSEI"),
        ("K as in kilo, W as in whiskey, A", "KWA"),
        ("kilo whiskey alpha", "KWA"),
        ("A as in apple four four seven", "A447"),
        ("one nine two dot one six eight dot one dot one", "192.168.1.1"),
        ("6 1 7 5 5 5 0 1 2 3", "6175550123"),
        ("at twelve Birch Lane", "12"),
    ],
)
def test_a_run_is_written_in_figures(text: str, figures: str) -> None:
    assert [run.figures() for run in runs(text)] == [figures]


@pytest.mark.parametrize(
    "text",
    [
        "for two or three days",
        "twenty five milligrams",
        "one, two, three, four, five, six",
        "ten nine eight seven",
        "Oh, I see",
        "Mike Oscar came",
        "a I",
        "room two. Three people",
        "617-555-0123",
        "BP 120/80",
    ],
)
def test_words_of_a_sentence_are_no_run(text: str) -> None:
    assert list(runs(text)) == []


@given(st.lists(st.integers(0, 9), min_size=2, max_size=12), st.sampled_from([" ", ", ", "-", " dash "]))
def test_digits_by_their_names_are_the_digits(digits: list[int], joint: str) -> None:
    counts = len(digits) > 2 and len({b - a for a, b in itertools.pairwise(digits)} | {1}) == 1
    counts |= len(digits) > 2 and len({b - a for a, b in itertools.pairwise(digits)} | {-1}) == 1
    text = joint.join(NAMES[digit] for digit in digits)
    found = list(runs(f"it is {text} here"))
    if counts:
        assert found == []
        return
    (run,) = found
    assert run.plain == "".join(map(str, digits))
    assert f"it is {text} here"[run.start : run.end] == text
    assert run.digits_said == len(digits)


@given(st.text(st.sampled_from("one two oh AB1-,. \n"), max_size=40))
def test_runs_are_in_order_and_apart(text: str) -> None:
    found = list(runs(text))
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))
    assert all(0 <= run.start < run.end <= len(text) and "\n" not in text[run.start : run.end] for run in found)
