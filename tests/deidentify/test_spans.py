from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.deidentify.labels import LABELS, NUMBERS
from stages.deidentify.spans import resolved, trimmed
from stages.records import Span

TEXT = "Kwame Osei, MRN 1234567 (617) 555-0100 seen on 3/14 by Dr. Lindqvist"
SPANS = st.lists(
    st.builds(
        lambda start, length, label, score, by: Span(start, min(start + length, len(TEXT)), label, score, by),
        st.integers(0, len(TEXT) - 1),
        st.integers(1, 20),
        st.sampled_from(LABELS),
        st.sampled_from((0.5, 0.8, 0.9)),
        st.sampled_from(("ner", "pattern", "known")),
    ),
    max_size=12,
)


@given(SPANS)
def test_resolved_spans_cover_the_same_names_and_digits_once(spans: list[Span]) -> None:
    whole = resolved(TEXT, spans)
    assert all(a.end <= b.start for a, b in pairwise(whole))
    covered = {i for span in whole for i in range(span.start, span.end) if TEXT[i].isalnum()}
    all_of = {i for span in spans for i in range(span.start, span.end) if TEXT[i].isalnum()}
    # Words beside a number may fall away where another span took the number.
    wanted = {
        i for span in spans for i in range(span.start, span.end) if TEXT[i].isdigit() or span.label not in NUMBERS
    }
    assert {i for i in wanted if TEXT[i].isalnum()} <= covered <= all_of


@given(SPANS, st.randoms())
def test_the_order_of_spans_does_not_matter(spans: list[Span], random: object) -> None:
    shuffled = list(spans)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert resolved(TEXT, spans) == resolved(TEXT, shuffled)


@pytest.mark.parametrize(
    ("text", "value"),
    [(" Osei, ", "Osei"), ("(617) 555-0100", "(617) 555-0100"), ("K.O.", "K.O."), ("(Ama)", "Ama"), ("Osei.", "Osei")],
)
def test_edges_are_trimmed_but_what_belongs_to_the_value(text: str, value: str) -> None:
    piece = trimmed(text, Span(0, len(text), "PATIENT"))
    assert piece is not None
    assert text[piece.start : piece.end] == value


def test_nothing_but_marks_is_no_span() -> None:
    assert trimmed("..., ", Span(0, 5, "PATIENT")) is None
