from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from stages.extract import reasons
from stages.extract.reader import Unreadable
from stages.extract.turns import parse
from stages.records import Turn

SPEAKERS = {"Doctor": "doctor", "Patient": "patient", "Guest_family": "family", "Doctor_2": "doctor"}

words = st.text(st.characters(codec="ascii", categories=("Ll", "Nd")), min_size=1, max_size=8)
said = st.lists(words, min_size=1, max_size=12).map(" ".join)
turns = st.lists(st.tuples(st.sampled_from(sorted(SPEAKERS)), said), min_size=1, max_size=20)


@given(turns, st.sampled_from(["\n", "\r\n", "\n\n"]), st.sampled_from([": ", ":", " : ", ":\n"]))
def test_what_is_written_is_read(spoken: list[tuple[str, str]], end: str, after: str) -> None:
    # A digit right after the colon makes it a time or a ratio.
    assume(after != ":" or not any(words[0].isdigit() for _, words in spoken))
    text = end.join(f"{label}{after}{words}" for label, words in spoken)
    assert parse(text, SPEAKERS) == tuple(Turn(SPEAKERS[label], words) for label, words in spoken)


@given(turns, st.integers(1, 5))
def test_continuation_lines_join_their_turn(spoken: list[tuple[str, str]], every: int) -> None:
    lines = []
    for label, text in spoken:
        tokens = text.split()
        parts = [" ".join(tokens[at : at + every]) for at in range(0, len(tokens), every)]
        lines += [f"{label}: {parts[0]}", *parts[1:]]
    assert parse("\n".join(lines), SPEAKERS) == tuple(Turn(SPEAKERS[label], text) for label, text in spoken)


@given(st.text(max_size=300))
def test_any_text_gives_turns_or_a_reason(text: str) -> None:
    try:
        found = parse(text, SPEAKERS)
    except Unreadable as fault:
        found, reason = (), fault.reason
    else:
        reason = ""
    assert bool(found) != (reason in (reasons.NO_TURNS, reasons.NO_SPEAKER, reasons.UNKNOWN_SPEAKER))
    assert all(turn.text and turn.text == " ".join(turn.text.split()) for turn in found)
    assert {turn.speaker for turn in found} <= set(SPEAKERS.values())


@given(turns)
def test_no_word_is_lost(spoken: list[tuple[str, str]]) -> None:
    found = parse("\n".join(f"{label}: {text}" for label, text in spoken), SPEAKERS)
    assert " ".join(turn.text for turn in found).split() == [word for _, text in spoken for word in text.split()]


@pytest.mark.parametrize("label", ["DOCTOR", "doctor", "  Doctor  "])
def test_capitals_and_blanks_of_a_label_do_not_matter(label: str) -> None:
    assert parse(f"{label}: Hello.", SPEAKERS) == (Turn("doctor", "Hello."),)


@pytest.mark.parametrize("label", ["Nurse", "Dr. Smith", "Guest_clinician", "Speaker 1", "Gest_family", "MOTHER"])
def test_an_unknown_speaker_is_told_by_line_and_never_by_name(label: str) -> None:
    with pytest.raises(Unreadable) as told:
        parse(f"Doctor: Hello.\n{label}: Hello.", SPEAKERS)
    assert (told.value.reason, told.value.detail) == (reasons.UNKNOWN_SPEAKER, "line 2")


@pytest.mark.parametrize(
    "line",
    [
        "I take two of them: one at night.",
        "It was 10:30 then.",
        "see https://example.org",
        "Yes: it hurts.",
        "ratio 3:1",
    ],
)
def test_a_colon_within_speech_is_no_label(line: str) -> None:
    assert parse(f"Patient: Well,\n{line}", SPEAKERS) == (Turn("patient", f"Well, {line}"),)


def test_words_before_the_first_speaker_are_not_guessed_at() -> None:
    with pytest.raises(Unreadable) as told:
        parse("Visit of May 3\nDoctor: Hello.", SPEAKERS)
    assert told.value.reason == reasons.NO_SPEAKER


def test_a_turn_without_words_is_none() -> None:
    assert parse("Doctor:\nPatient: Hello.\nDoctor:  ", SPEAKERS) == (Turn("patient", "Hello."),)
    with pytest.raises(Unreadable) as told:
        parse("Doctor:\n\n", SPEAKERS)
    assert told.value.reason == reasons.NO_TURNS
