from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.records import Example, Origin, Record, Turn, to_json

words = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)
turns = st.builds(Turn, words, words, st.none() | st.floats(0, 1e4), st.none())
records = st.builds(
    Record, words, words, words, st.sampled_from(["document", "dialogue", "row"]),
    st.builds(Origin, words, words, words, st.none() | st.integers(1, 99)),
    text=st.none() | words, turns=st.lists(turns, max_size=3).map(tuple),
    fields=st.dictionaries(words, words, max_size=3), surrogates=st.lists(words, max_size=3).map(tuple),
)  # fmt: skip
examples = st.builds(Example, words, words, words, words, words, input=st.text(), records=st.lists(words).map(tuple))


@given(records)
def test_a_record_survives_its_json(record: Record) -> None:
    assert Record.from_json(to_json(record)) == record


@given(examples)
def test_an_example_survives_its_json(example: Example) -> None:
    assert Example.from_json(to_json(example)) == example


def test_an_unknown_key_is_named() -> None:
    with pytest.raises(ValueError, match="unknown key 'colour'"):
        Record.from_json(b'{"id": "a", "colour": "red"}')


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_nan_has_no_json(number: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        to_json({"a": [1, {"b": number}]})
