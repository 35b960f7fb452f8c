from __future__ import annotations

import pytest

from stages.evaluate.sections import Section, first, parse

HEADERS = ["HPI", "Assessment", "Assessment and Plan", "Note"]


@pytest.mark.parametrize(
    "text",
    [
        "HPI: Cough.\nNote: Rest.",
        "hpi: Cough.\nNOTE: Rest.",
        "**HPI**: Cough.\n**Note**: Rest.",
        "**HPI:** Cough.\n__Note:__ Rest.",
        "## HPI\nCough.\n\n## Note\nRest.",
        "  HPI : Cough.\n  Note : Rest.",
        "HPI: Cough. Note: Rest.",
        "Sure! Here it is.\nHPI: Cough.\nNote: Rest.",
    ],
)
def test_ways_to_write_a_header(text: str) -> None:
    assert parse(text, HEADERS) == [Section("HPI", "Cough."), Section("Note", "Rest.")]


@pytest.mark.parametrize("text", ["No HPI was taken.", "note: this", "PHPI: Cough.", "HPI", ""])
def test_what_is_no_header_here(text: str) -> None:
    found = parse(text, ["HPI", "Plan"])
    assert found == []


def test_the_longer_name_wins() -> None:
    assert parse("Assessment and Plan: Rest.", HEADERS) == [Section("Assessment and Plan", "Rest.")]


def test_within_a_line_only_as_declared() -> None:
    assert parse("HPI: Please note: no fever.", HEADERS) == [Section("HPI", "Please note: no fever.")]


def test_first_takes_the_first_and_calls_an_empty_one_missing() -> None:
    sections = parse("HPI:\nNote: one\nNote: two", HEADERS)
    assert first(sections, "Note") == "one"
    assert first(sections, "HPI") is None
    assert first(sections, "Assessment") is None


def test_without_declared_headers_there_are_no_sections() -> None:
    assert parse("HPI: Cough.", []) == []
