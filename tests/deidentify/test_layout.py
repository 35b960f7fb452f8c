from __future__ import annotations

import pytest

from stages.deidentify.layout import layout
from stages.records import Span


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("seen by Lind-\nqvist today", "Lind-\nqvist", "broken"),
        ("PatientOsei was", "Osei", "glued"),
        ("| Name | Osei |", "Osei", "table"),
        ("Osei    Kwame    1962", "Kwame", "table"),
        ("Name: Osei", "Osei", "form"),
        ("MRN # 4471902", "4471902", "form"),
        ("then OSEI left", "OSEI", "capitals"),
        ("then osei left", "osei", "lower"),
        ("then Müller left", "Müller", "beyond_ascii"),
        ("then Osei left", "Osei", "prose"),
        ("on 3/14", "3/14", "prose"),
    ],
)
def test_how_an_identifier_stands(text: str, value: str, expected: str) -> None:
    at = text.index(value)
    assert layout(text, Span(at, at + len(value), "PATIENT")) == expected
