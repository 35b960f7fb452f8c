"""What belongs to an address beyond its street, and what stands behind a street without belonging to it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.deidentify.addresses import addresses
from stages.deidentify.places import places
from stages.records import Span


def found(text: str) -> list[str]:
    streets = [span for span in places(text) if span.label == "LOCATION"]
    return [text[span.start : span.end] for span in addresses(text, streets)]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("12 Oak Street\nFlat 4\nBrno\nCzech Republic 60200", ["Brno", "Czech Republic", "60200"]),
        ("lives at Hauptstrasse 7, Weimar, Germany.", ["Weimar", "Germany"]),
        ("lives at Hauptstrasse 7, Weimar.", ["Weimar"]),
        ("Rue de Lyon 14\nGE 1201", ["GE", "1201"]),
        ("3 High Street\nOxford OX1 4AB", ["Oxford", "OX1 4AB"]),
        ("55 Maple Road, Toronto, ON M5V 2T6", ["Toronto", "ON", "M5V 2T6"]),
        ("> 9 Mill Lane\n> Suite 12\n> Ostrov nad Labem\n> Slovakia", ["Suite 12", "Ostrov nad Labem", "Slovakia"]),
        ("9 Mill Lane\nSalem\n, nan\n 51971", ["Salem", "51971"]),
        ("Alderfield: 12 Oak Street, Alderfield, OH 44101", ["Alderfield", "44101"]),
    ],
)
def test_pieces_behind_a_street_are_found(text: str, pieces: list[str]) -> None:
    assert found(text) == pieces


@pytest.mark.parametrize(
    "text",
    [
        "lives at 12 Oak Street.\nAssessment\nStable",
        "lives at 12 Oak Street\nPhone: 617-555-0100",
        "12 Oak Street\nTel 617",
        "12 Oak Street and takes 250 mg",
        "12 Oak Street, 250 mg daily",
        "12 Oak Street\nPlan\n1. Metformin 500 mg",
        "12 Oak Street in 2019",
    ],
)
def test_what_is_no_part_of_an_address_stays(text: str) -> None:
    assert found(text) == []


def test_a_state_alone_stays() -> None:
    assert "OH" not in found("12 Oak Street, Alderfield, OH 44101")


def test_addressee_and_firm_stand_over_the_street() -> None:
    text = "Kwame Osei\nBrightwell Ltd\n12 Oak Street"
    street = Span(text.index("12"), len(text), "LOCATION")
    spans = [(span.label, text[span.start : span.end]) for span in addresses(text, [street])]
    assert spans == [("PATIENT", "Kwame Osei"), ("ORGANIZATION", "Brightwell Ltd")]


@pytest.mark.parametrize("heading", ["Discharge Summary", "Home Address", "Patient"])
def test_a_heading_over_a_street_is_no_name(heading: str) -> None:
    assert found(f"{heading}\n12 Oak Street") == []


def test_the_number_before_a_street_belongs_to_it() -> None:
    text = "Address: 935 Gordon Terrace 4"
    street = Span(text.index("Gordon"), len(text), "LOCATION")
    assert [text[span.start : span.end].strip() for span in addresses(text, [street])] == ["935"]


@given(st.text(alphabet="Aa ,\n>1.-é#", max_size=60))
def test_pieces_lie_in_the_text_and_not_before_the_street_ends(tail: str) -> None:
    text = "12 Oak Street" + tail
    for span in addresses(text, [Span(0, 13, "LOCATION")]):
        assert 13 <= span.start < span.end <= len(text)
        assert span.label == "LOCATION"
