"""Sections found in notes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.headers import read_headers
from stages.structure.notes import in_text, laid_together

HEADERS = read_headers("data/lexicon/sections.txt")


@pytest.mark.parametrize("text", [
    "HPI: Cough.\nAssessment: Croup.",
    "hpi:\nCough.\n\nassessment:\nCroup.",
    "HISTORY OF PRESENT ILLNESS\nCough.\nASSESSMENT AND PLAN\nCroup.",
    "**HPI**: Cough.\n**Assessment:** Croup.",
    "## HPI\nCough.\n## Assessment\nCroup.",
    "1. HPI: Cough.\n2. Impression: Croup.",
    "HPI: Cough. Assessment: Croup.",
    "Letterhead 12:30\nHPI : Cough.\nMedications: none\nA/P: Croup.",
])  # fmt: skip
def test_headers_in_their_common_forms(text: str) -> None:
    found = in_text(text, HEADERS)
    assert (found["HPI"], found["Assessment"]) == ("Cough.", "Croup.")


def test_a_word_within_a_sentence_is_no_header() -> None:
    assert in_text("HPI: The plan was discussed. On examination: well. assessment: later", HEADERS) == {
        "HPI": "The plan was discussed. On examination: well. assessment: later"
    }


def test_a_section_that_stands_twice_keeps_both_parts() -> None:
    assert in_text("HPI: One.\nPlan: x\nHPI: Two.", HEADERS)["HPI"] == "One.\nTwo."


def test_parts_laid_together_keep_each_text_once() -> None:
    assert laid_together([{"HPI": "a"}, {"HPI": "b"}, {"HPI": "a", "Plan": "c"}]) == {"HPI": "a\nb", "Plan": "c"}


@given(st.text())
def test_nothing_is_invented(text: str) -> None:
    for body in in_text(text, HEADERS).values():
        assert all(line.strip() in text for line in body.split("\n"))


@pytest.mark.parametrize(("line", "message"), [
    ("HPI history", ":2: expected `Name: header, header`, found no colon"),
    ("Plan: hpi", ":2: 'hpi' already stands under HPI"),
])  # fmt: skip
def test_a_wrong_lexicon_names_its_line(tmp_path: Path, line: str, message: str) -> None:
    file = tmp_path / "sections.txt"
    file.write_text(f"HPI: history # comment\n{line}\n")
    with pytest.raises(ValueError, match="sections") as caught:
        read_headers(file)
    assert str(caught.value).endswith(message)
