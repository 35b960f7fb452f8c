from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.deidentify.spoken.words import within, without, words_of
from stages.records import Span

TEXTS = st.text(st.sampled_from("abK9 .,?-'’\"(\n"), max_size=40)


@pytest.mark.parametrize(
    ("text", "gone", "left"),
    [
        ("My name is Kwame Osei.", {3, 4}, "My name is."),
        ("Hello, Kwame, how are you?", {1}, "Hello, how are you?"),
        ("Kwame Osei?", {0, 1}, ""),
        ("Note of Dr. Rubio about Lily Ito.", {2, 3}, "Note of about Lily Ito."),
        ("See Dr. Ito. Then rest.", {1, 2}, "See. Then rest."),
        ("Call (617) 555-0123, please.", {1, 2}, "Call please."),
        ("Osei's wife - she came.", {0}, "wife - she came."),
        ("It is Ama - my wife.", {2}, "It is my wife."),
        ("No words go.", set(), "No words go."),
    ],
)
def test_words_go_and_the_sentence_stays(text: str, gone: set[int], left: str) -> None:
    assert without(text, gone) == left


@given(TEXTS)
def test_words_are_what_holds_letters_or_digits(text: str) -> None:
    found = [text[start:end] for start, end in words_of(text)]
    assert found == [word for word in text.split() if any(map(str.isalnum, word))]


@given(TEXTS, st.data())
def test_exactly_the_others_stay_in_their_order(text: str, data: st.DataObject) -> None:
    words = [text[start:end] for start, end in words_of(text)]
    gone = data.draw(st.sets(st.integers(0, max(0, len(words) - 1)), max_size=len(words)))
    left = without(text, gone)
    kept = [word for number, word in enumerate(words) if number not in gone]
    plain = [word.rstrip(".?!,;:") for word in left.split() if any(map(str.isalnum, word))]
    assert plain == [word.rstrip(".?!,;:") for word in kept]


@given(TEXTS, st.integers(0, 40), st.integers(0, 40))
def test_a_word_is_touched_by_any_part_of_it(text: str, start: int, length: int) -> None:
    end = min(len(text), start + length)
    touched = within(text, [Span(start, end, "PATIENT")])
    for number, (first, last) in enumerate(words_of(text)):
        assert (number in touched) == any(start <= at < end for at in range(first, last))
