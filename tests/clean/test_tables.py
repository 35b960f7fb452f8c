"""Tables to text: what a table says is said in lines, and what is no table stays."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.clean.change import Context
from stages.clean.tables import Tables


def told(text: str) -> str:
    return Tables()(text, Context()).text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Drug | Dose | Frequency\napixaban | 2.5 mg | twice daily", "apixaban: 2.5 mg twice daily"),
        (
            "LABS\nTest\tResult\tUnit\nuric acid\t10.3\tmg/dL\nCRP\t50\tmg/L\nEnd.",
            "LABS\nuric acid: 10.3 mg/dL\nCRP: 50 mg/L\nEnd.",
        ),
        ("Test   Value  Flag\npotassium   3.1 mmol/L  low", "potassium: 3.1 mmol/L, flag low"),
        ("| Test | Result |\n|------|--------|\n| Hgb | 9.1 |", "Hgb: 9.1"),
        ("Test | Result | Unit\nculture | pending | ", "culture: pending"),
    ],
)
def test_a_table_becomes_lines(before: str, after: str) -> None:
    assert told(before) == after


@pytest.mark.parametrize(
    "text",
    [
        "Tel 123 | Fax 456\nMail a | Web b",  # no column that is known
        "Drug | Dose",  # one line
        "Test | Result 2020\nHgb | 9.1",  # a number in the heading
        "Drug | Dose | Frequency\nThe patient takes nothing.",
        "Drug | Dose\napixaban | 2.5 mg | daily",  # as many cells are in no two lines
        "Test | Result | Comment\nculture | no | growth seen",  # "no" would come to negate another cell
    ],
)
def test_what_is_no_table_or_would_say_something_else_stays(text: str) -> None:
    assert told(text) == text


def test_says_what_it_changed() -> None:
    text = "Labs:\nTest | Result\nHgb | 9.1\n"
    (change,) = Tables()(text, Context()).changes
    assert text[change.start : change.end] == change.before == "Test | Result\nHgb | 9.1"
    assert (change.operator, change.after) == ("tables", "Hgb: 9.1")


cell = st.sampled_from(["apixaban", "2.5 mg", "10", "daily", "left knee", "no", "pending", "", "120/80", "mg/dL", "x"])


@given(st.lists(st.lists(cell, min_size=3, max_size=3), min_size=1, max_size=4), st.sampled_from(["Note", "Unit"]))
def test_no_word_and_no_number_is_lost_or_moved(rows: list[list[str]], last: str) -> None:
    text = "\n".join(" | ".join(row) for row in [["Drug", "Dose", last], *rows])
    after = told(text)
    words = [word for row in rows for word in re.findall(r"[^\s|:,]+", " ".join(row))]
    assert after == text or [w for w in re.findall(r"[^\s|:,]+", after) if w != "note"] == words
