"""Recordings cut into windows, and the templates that learn from them."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stages.params.task import Task
from stages.records import Example, Origin, Record, Turn
from stages.sound import RATE
from stages.structure import windows
from stages.structure.windows import Window
from tests.structure.records import dialogue, structured, task

SPEAKERS = ["doctor", "patient"]
SHA = "0" * 64


def recording(*turns: tuple[float, float, str, str], id: str = "r1", seconds: float = 60.0, **rest: Any) -> Record:
    """Turns are (start, end, role, text)."""
    said = tuple(Turn(role, text, start, end) for start, end, role, text in turns)
    meta = {"seconds": seconds, "audio_sha256": SHA} | rest.pop("meta", {})
    declared = {"audio": f"data/deidentify/audio/{id}.flac", "meta": meta} | rest
    return Record(id, "visits", "p1", "dialogue", Origin("v.wav", "0", "recordings"), turns=said, **declared)


def scribe(window: float = 10.0, **rest: Any) -> Task:
    return task("scribe", "visits", window=window, **({"speakers": SPEAKERS} | rest))


def cut(record: Record, declared: Task) -> tuple[list[tuple[float, float, int]], list[str]]:
    """Start, end and number of turns of each window; and the faults."""
    found = list(windows.windows(record, declared, SPEAKERS))
    made = [(one.start, one.end, len(one.turns)) for one in found if isinstance(one, Window)]
    return made, [one for one in found if isinstance(one, str)]


def made(record: Record, declared: Task) -> tuple[list[Example], list[str]]:
    return structured([record], visits=declared)[:2]


def test_windows_hold_whole_turns_and_half_of_the_silence_beside_them() -> None:
    record = recording(
        (1.0, 4.0, "doctor", "a"), (4.1, 9.0, "patient", "b"), (9.1, 12.0, "doctor", "c"), (15.0, 19.0, "patient", "d")
    )
    assert cut(record, scribe()) == ([(0.8, 9.05, 2), (9.05, 19.05, 2)], [])
    assert cut(record, scribe(8.0)) == ([(1.0, 9.0, 2), (9.05, 12.2, 1), (14.8, 19.2, 1)], [])


@settings(deadline=None)
@given(st.integers(1000, 80_000), st.integers(11_000, 12_000))
def test_no_window_has_more_samples_than_the_model_hears(start: int, length: int) -> None:
    # Half milliseconds are rounded up in one place and down in another.
    turn = (start / 2000, (start + length) / 2000, "doctor", "a")
    for one in windows.windows(recording(turn), scribe(6.0), SPEAKERS):
        if isinstance(one, Window):
            assert round(one.end * RATE) - round(one.start * RATE) <= 6 * RATE


def test_a_window_reaches_over_neither_end() -> None:
    record = recording((0.1, 1.0, "doctor", "a"), (1.0, 2.95, "patient", "b"), seconds=3.0)
    assert cut(record, scribe()) == ([(0.05, 2.975, 2)], [])


def test_turns_that_overlap_stay_together() -> None:
    record = recording((0.0, 5.0, "doctor", "a"), (4.0, 4.5, "patient", "b"), (4.8, 9.0, "patient", "c"))
    assert cut(record, scribe(6.0)) == ([(0.0, 5.0, 2), (4.8, 9.2, 1)], [])
    overlapping = recording((0.0, 5.0, "doctor", "a"), (4.0, 9.0, "patient", "b"), (9.5, 11.0, "doctor", "c"))
    assert cut(overlapping, scribe(6.0)) == ([(9.3, 11.2, 1)], [windows.OVERLAPPING])


@pytest.mark.parametrize(("turn", "meta", "expected"), [
    ((4.0, 15.0, "patient", "b"), {}, windows.TOO_LONG),
    ((4.0, 6.0, "nurse", "b"), {}, windows.NO_TOKEN),
    ((4.0, 6.0, "patient", "b"), {"unheard": [[5.0, 5.5]]}, windows.UNHEARD),
])  # fmt: skip
def test_what_is_left_out_parts_windows(turn: Any, meta: dict[str, Any], expected: str) -> None:
    record = recording((1.0, 3.0, "doctor", "a"), turn, (15.5, 16.5, "doctor", "c"), meta=meta)
    made, faults = cut(record, scribe())
    assert faults == [expected]
    assert [count for *_, count in made] == [1, 1]
    assert all(end <= turn[0] or start >= turn[1] for start, end, _ in made)


def test_some_may_be_unheard_where_that_is_declared() -> None:
    record = recording((1.0, 3.0, "doctor", "a"), (4.0, 6.0, "patient", "b"), meta={"unheard": [[5.0, 5.5]]})
    assert cut(record, scribe(most_unheard=0.25)) == ([(0.8, 6.2, 2)], [])
    assert cut(record, scribe(most_unheard=0.24))[1] == [windows.UNHEARD]


TIME = st.integers(0, 600).map(lambda tenths: tenths / 10)
TURNS = st.lists(st.tuples(TIME, st.integers(1, 120), st.sampled_from(["doctor", "patient", "nurse"])), min_size=1)


@settings(deadline=None)
@given(TURNS, st.sampled_from([2.0, 5.0, 10.0]), st.lists(st.tuples(TIME, st.integers(1, 20)), max_size=3))
def test_no_turn_is_cut_lost_or_told_twice(rows: Any, most: float, unheard: Any) -> None:
    turns = [(start, start + length / 10, who, str(n)) for n, (start, length, who) in enumerate(rows)]
    whole = recording(*turns, seconds=80.0, meta={"unheard": [[s, s + n / 10] for s, n in unheard]})
    found = list(windows.windows(whole, scribe(most), SPEAKERS))
    made = [one for one in found if isinstance(one, Window)]
    told = [turn.text for one in made for turn in one.turns]
    assert len(told) == len(set(told))
    assert set(told) <= {text for *_, text in turns}
    for one in made:
        assert 0 <= one.start <= min(turn.start for turn in one.turns)
        assert max(turn.end for turn in one.turns) <= one.end + 1e-9 <= 80.0 + 1e-9
        assert one.end - one.start <= most + 0.002
        assert all(turn.speaker in SPEAKERS for turn in one.turns)
        inside = [text for start, end, _, text in turns if start > one.start - 1e-9 and end < one.end + 1e-9]
        assert set(inside) == {turn.text for turn in one.turns}
        # No speech of other turns but what is cut apart all the same.
        others = [turn for turn in turns if turn[3] not in inside]
        assert all(
            min(one.end, end) - max(one.start, start) <= windows.LEAST_OVERLAP + 0.002 for start, end, *_ in others
        )
    assert all(one.end - other.start <= windows.LEAST_OVERLAP + 0.002 for one, other in pairwise(made))
    if len(told) < len(turns):
        assert any(isinstance(one, str) for one in found)


def test_a_visit_becomes_examples() -> None:
    record = recording(
        (1.0, 2.0, "doctor", "Any  pain?"), (2.0, 3.0, "doctor", "Or fever?"), (3.5, 4.0, "patient", "No."),
        (30.0, 31.0, "patient", "Thanks."), split="test", surrogates=("Ann",),
    )  # fmt: skip
    (one, two), reasons = made(record, scribe())
    assert not reasons
    assert (one.instruction, one.input) == ("Transcribe this recording.", "")
    assert one.response == "<|doctor|> Any pain? Or fever? <|patient|> No."
    assert (one.audio, one.group, one.split, one.records) == (record.audio, "p1", "test", ("r1",))
    assert (one.category, two.category) == ("doctor and patient", "patient")
    assert one.meta == {
        "source": "visits", "start": 0.8, "end": 4.2, "audio_sha256": SHA,
        "segments": [[0.2, 1.2, "doctor"], [1.2, 2.2, "doctor"], [2.7, 3.2, "patient"]],
    }  # fmt: skip
    assert one.id != two.id


def test_an_example_keeps_its_id_when_the_recording_changes_further_on() -> None:
    first = ((1.0, 2.0, "doctor", "a"), (30.0, 31.0, "patient", "b"))
    before, _ = made(recording(*first), scribe())
    after, _ = made(recording(*first, (50.0, 51.0, "patient", "c")), scribe())
    assert [one.id for one in before] == [one.id for one in after][:2]


def test_a_dictation_has_no_tokens_and_its_terms() -> None:
    record = recording(
        (0.0, 3.0, "doctor", "Barrett's esophagus, no dysplasia."), (20.0, 22.0, "doctor", "Plan: repeat in 3 years."),
        meta={"medical_terms": ["Barrett's Esophagus", "plan", "rep"]},
    )  # fmt: skip
    (one, two), _ = made(record, task("dictation", "visits", window=10.0))
    assert (one.response, one.category) == ("Barrett's esophagus, no dysplasia.", "")
    assert one.meta["medical_terms"] == ["Barrett's Esophagus"]
    assert two.meta["medical_terms"] == ["plan"]


@pytest.mark.parametrize(("record", "template", "expected"), [
    (dialogue("d"), "scribe", "no recording"),
    (recording((0, 1, "doctor", "a"), (1, 2, "patient", "b")), "dictation", "more than one speaker"),
    (Record("x", "visits", "p", "dialogue", Origin("v", "0", "r"), turns=(Turn("doctor", "a"),), audio="a.flac"),
     "scribe", "turn without times"),
    (recording((0, 1, "doctor", "a"), meta={"draft": True}), "scribe", "draft that nobody corrected"),
    (recording((0, 1, "doctor", "a"), meta={"draft": True}, split="test"), "scribe", "draft that nobody corrected"),
])  # fmt: skip
def test_what_is_no_example_says_why(record: Record, template: str, expected: str) -> None:
    declared = scribe() if template == "scribe" else task("dictation", "visits", window=10.0)
    assert made(record, declared) == ([], [expected])


def test_a_draft_may_be_learned_from() -> None:
    (one,), _ = made(recording((0, 1, "doctor", "a"), meta={"draft": True}, split="train"), scribe())
    assert one.meta["draft"] is True


def test_the_preview_tells_where_it_is_heard() -> None:
    from stages.structure.preview import shown

    (one,), _ = made(recording((0, 1, "doctor", "a")), scribe())
    assert shown(one, None).plain == "data/deidentify/audio/r1.flac 0.00 - 1.20 s\n<|doctor|> a"
