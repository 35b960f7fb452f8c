from __future__ import annotations

import pytest

from stages.deidentify.residue import Residue
from stages.records import Span

IDENTIFIERS = [
    ("PATIENT", "Kwame Nii Osei-Lindqvist"), ("MRN", "MRN-7673070"), ("SSN", "123-45-6789"), ("PHONE", "617 555 0123"),
    ("EMAIL", "kosei12@example.com"), ("LOCATION", "Port Elderford"), ("DATE", "1969-07-28"),
]  # fmt: skip
RESIDUE = Residue.of(IDENTIFIERS, {"kwame", "osei-lindqvist", "lindqvist", "self"})


@pytest.mark.parametrize(
    "left",
    [
        "kwame nii osei-lindqvist",
        "KWAME NII OSEI LINDQVIST",
        "Osei-Lindqvist, Kwame Nii",
        "nii osei lindqvist kwame",
        "Kwame\nNii\nOsei-\nLindqvist",
        "Kwame Nii Osei-Lind-\n   qvist",
        "Lind-\nqvist",
        "Lind\u00adqvist",
        "lindqvist's",
        "Kwame\u0301",
        "chart 7673070 of",
        "mrn 76 73 070",
        "767-\n3070",
        "SSN 123456789.",
        "123.45.6789",
        "call (617) 555-0123 now",
        "617\u2013555\u20130123",
        "KOSEI12@EXAMPLE.COM",
        "kosei12 @ example.com",
        "in port\nelderford",
        "born 1969/07/28",
    ],
)
def test_a_known_identifier_is_seen_however_it_is_written(left: str) -> None:
    assert RESIDUE.stands_in(f"The note says {left} and no more.", ())


@pytest.mark.parametrize(
    "clean",
    [
        "a man of his own self",
        "chart 17673070",
        "123-45-678",
        "born 1969",
        "Port of entry",
        "elderford alone is a common word here",
        "He walked 6 17 steps",
    ],
)
def test_what_is_none_of_the_patients_is_not(clean: str) -> None:
    assert not RESIDUE.stands_in(clean, ())


def test_a_date_may_be_moved_onto_another() -> None:
    text = "Seen 1969-07-28."
    assert not RESIDUE.stands_in(text, [Span(5, 15, "DATE")])
    assert RESIDUE.stands_in(text, ())
