"""What goes of a recording: policies, paddings, the words that go with the seconds, and what nobody wrote down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.deidentify.spoken import redaction as module
from stages.deidentify.spoken.aligner import Place
from stages.deidentify.spoken.redaction import Redaction, Unlocated, redaction
from stages.params.deidentify import Speech
from stages.records import Turn
from stages.sound import Samples

SECONDS = 20.0


@pytest.fixture(autouse=True)
def one_word_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """An aligner that knows: every word lasts a second; a word with a question mark is doubtful, "?" alone unknown."""

    def told(samples: Samples, words: Sequence[str]) -> tuple[Place, ...] | None:
        if "unsaid" in words:
            return None
        return tuple(Place(n, n + 1.0, 0.9 if "?" in word else 0.0) for n, word in enumerate(words))

    monkeypatch.setattr(module, "places", told)


def turn(text: str, start: float) -> Turn:
    return Turn("patient", text, start, start + len(text.split()))


def cut(turns: Sequence[Turn], gone: Sequence[set[int]], unheard: Any = (), **declared: Any) -> Redaction:
    params = Speech(**{"padding": 0.25, "beside": 100.0, **declared})
    silence = np.zeros(16_000, np.float32)
    return redaction(turns, [frozenset(one) for one in gone], unheard, SECONDS, lambda start, end: silence, params)


def times(found: Redaction) -> list[tuple[float, float]]:
    return [(stretch.start, stretch.end) for stretch in found.stretches]


def test_the_words_of_an_identifier_go_with_its_seconds() -> None:
    found = cut([turn("I am Kwame Osei and well", 2.0)], [{2, 3}])
    assert times(found) == [(3.75, 6.25)]
    assert [one.text for one in found.turns] == ["I am and well"]


def test_each_run_of_words_is_a_stretch_of_its_own() -> None:
    found = cut([turn("Kwame is my friend Yaw is not", 2.0)], [{0, 4}])
    assert times(found) == [(1.75, 3.25), (5.75, 7.25)]


def test_first_and_last_word_go_to_the_edge_of_their_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        module, "places", lambda _, words: tuple(Place(n + 0.4, n + 0.5, 0.0) for n in range(len(words)))
    )
    found = cut([turn("Kwame is my friend Yaw", 2.0)], [{0, 4}], padding=0.0)
    assert times(found) == [(2.0, 2.5), (6.4, 7.0)]


def test_a_turn_of_nothing_but_identifiers_goes_whole_and_asks_no_aligner() -> None:
    found = cut([turn("Kwame unsaid", 2.0), turn("Yes", 8.0)], [{0, 1}, set()])
    assert times(found) == [(1.75, 4.25)]
    assert [one.text for one in found.turns] == ["Yes"]


@pytest.mark.parametrize("text", ["I am unsaid Kwame", "I am Kwame? here"])
def test_what_cannot_be_located_drops_the_recording_or_its_turn(text: str) -> None:
    with pytest.raises(Unlocated):
        cut([turn(text, 2.0)], [{2}])
    found = cut([turn(text, 2.0), turn("Yes", 9.0)], [{2}, set()], unlocated="turn")
    assert times(found) == [(1.75, 6.25)]
    assert [one.text for one in found.turns] == ["Yes"]


def test_a_doubtful_word_that_identifies_nobody_is_no_reason_to_drop() -> None:
    assert times(cut([turn("Is it? you Kwame then", 2.0)], [{3}])) == [(4.75, 6.25)]


def test_without_an_aligner_the_whole_turn_goes() -> None:
    found = cut([turn("I am Kwame", 2.0), turn("Yes", 9.0)], [{2}, set()], aligner="turn")
    assert times(found) == [(1.75, 5.25)]
    assert [one.text for one in found.turns] == ["Yes"]


def test_words_that_are_hardly_heard_any_more_go_too() -> None:
    assert [one.text for one in cut([turn("I am Kwame and well", 2.0)], [{2}], padding=0.6).turns] == ["I well"]
    assert [one.text for one in cut([turn("I am Kwame and well", 2.0)], [{2}], padding=0.4).turns] == ["I am and well"]


def test_what_another_says_meanwhile_goes_too() -> None:
    over = Turn("doctor", "Do you see", 4.0, 7.0)
    found = cut([turn("I am Kwame and well", 2.0), over], [{2}, set()])
    assert [one.text for one in found.turns] == ["I am and well", "you see"]


def test_what_nobody_understood_goes_with_its_words() -> None:
    found = cut([turn("I am well", 2.0), turn("Yes", 9.0)], [set(), set()], unheard=[(1.5, 5.5)])
    assert times(found) == [(1.5, 5.5)]
    assert [one.text for one in found.turns] == ["Yes"]


def test_what_lies_far_from_every_turn_is_silent() -> None:
    found = cut([turn("I am well", 3.0), turn("Yes", 10.0)], [set(), set()], beside=0.5)
    assert times(found) == [(0.0, 2.5), (6.5, 9.5), (11.5, SECONDS)]
    assert {stretch.replacement for stretch in found.stretches} == {"silence"}


def test_a_bleep_is_heard_for_identifiers_alone() -> None:
    found = cut([turn("I am Kwame", 3.0)], [{2}], beside=0.5, replacement="bleep")
    assert [(one.start, one.replacement) for one in found.stretches] == [
        (0.0, "silence"), (4.75, "bleep"), (6.5, "silence"),
    ]  # fmt: skip


@given(
    st.lists(st.tuples(st.integers(1, 6), st.sets(st.integers(0, 5))), min_size=1, max_size=3),
    st.floats(0, 1),
    st.floats(0, 2),
)
def test_no_identifier_is_left(plan: list[tuple[int, set[int]]], padding: float, beside: float) -> None:
    turns, gone, at = [], [], 0.0
    for number, numbers in plan:
        turns.append(turn(" ".join(f"w{n}" for n in range(number)), at))
        gone.append({n for n in numbers if n < number})
        at += number
    found = cut(turns, gone, padding=padding, beside=beside)
    for one, numbers in zip(turns, gone, strict=True):
        for number in numbers:
            assert one.start is not None
            said = one.start + number
            assert any(s.start <= said + 0.001 and said + 0.999 <= s.end for s in found.stretches)
        left = [other.text.split() for other in found.turns if other.start == one.start]
        assert not any(f"w{number}" in words for words in left for number in numbers)
    assert all(0 <= s.start < s.end <= SECONDS for s in found.stretches)
    assert list(found.stretches) == sorted(found.stretches)
