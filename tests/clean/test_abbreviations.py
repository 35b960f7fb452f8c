"""Abbreviations: expanded where they are clear, left where they are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from stages.clean.abbreviations import Abbreviations
from stages.clean.change import Context
from stages.clean.lexicon import read_abbreviations
from stages.params.clean import Clean


@pytest.fixture
def expand(lexicon: Clean) -> Abbreviations:
    return Abbreviations(lexicon.abbreviations)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("History of HTN.", "History of hypertension."),
        ("HTN is controlled.", "Hypertension is controlled."),
        ("has htn and SOB", "has hypertension and shortness of breath"),
        ("The pt c/o SOB.", "The patient complains of shortness of breath."),
        ("Pt. denies CP.", "Patient denies chest pain."),
        ("He denies CP today.", "He denies chest pain today."),
        ("Spastic CP since birth.", "Spastic cerebral palsy since birth."),
        ("A murmur of MS at the valve.", "A murmur of mitral stenosis at the valve."),
        ("NKDA.", "No known drug allergies."),
        ("10 units BID", "10 units twice a day"),
        ("pain in the LLE", "pain in the left lower extremity"),
    ],
)
def test_expands(expand: Abbreviations, before: str, after: str) -> None:
    assert expand(before, Context()).text == after


@pytest.mark.parametrize(
    "text",
    [
        "MS was noted.",  # no context
        "MS with a murmur, seen by neurology.",  # as much for one sense as for the other
        "HTN-related, XHTN, HTNX, /HTN",
        "takes 5 mg",
        "HTN: controlled",  # a header
        "PATIENT IS FOR SURGERY OR NOT",
        "hypertension (HTN) is known",
        "10 CP denies chest",
        "HTN\nsince 2010",  # a header alone on its line
    ],
)
def test_leaves(expand: Abbreviations, text: str) -> None:
    assert expand(text, Context()).text == text


@pytest.mark.parametrize("text", ["house no fever", "pain in the RUQ"])
def test_holds_back_what_would_touch_protected_content(expand: Abbreviations, text: str) -> None:
    edited = expand(text, Context())
    assert (edited.text, edited.changes, edited.held_back) == (text, (), 1)


def test_never_edits_a_surrogate_or_a_tag(expand: Abbreviations) -> None:
    text = "Seen by Pt HTN Jones, [HTN]."
    assert expand(text, Context(surrogates=("Pt HTN Jones",))).text == text


def test_says_what_it_changed(expand: Abbreviations) -> None:
    (change,) = expand("has HTN", Context()).changes
    assert (change.operator, change.start, change.end, change.before, change.after) == (
        "abbreviations",
        4,
        7,
        "HTN",
        "hypertension",
    )


def test_a_broken_table_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("abbreviation,expansion,context\nHTN,hypertension,\nSOB,,\n")
    with pytest.raises(ValueError, match=r"a\.csv:3: an abbreviation and its expansion"):
        read_abbreviations(path)
    path.write_text("short,long\n")
    with pytest.raises(ValueError, match=r"a\.csv: column 'abbreviation' is missing"):
        read_abbreviations(path)
