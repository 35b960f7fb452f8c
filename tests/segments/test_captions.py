"""SubRip and WebVTT: read, written, and broken."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stages.segments import Segment, TimesError, srt, vtt

SRT = """1
00:00:01,000 --> 00:00:02,500
DOCTOR: Any <i>pain</i>?

2
00:00:02,500 --> 00:00:04,000 X1:10
- Patient: No,
none at 10:30.
- Nurse: {\\an8}Good.

00:01:00.5 --> 01:00:01.25
I take two: one now, one later.
"""
VTT = """WEBVTT - a visit
Kind: captions

NOTE
Not a cue --> at all

STYLE
::cue { color: red }

intro
01:02.000 --> 01:04.000 align:start
<v.loud Dr Ann Poe>Is it &lt;6 &amp; <c.x>rising</c>?</v>
<v Patient>Yes.

00:01:05.000 --> 00:01:06.000
Nurse: Right.
"""


def test_subrip() -> None:
    assert list(srt.parse(SRT, "v")) == [
        Segment("v", "DOCTOR", 1.0, 2.5, "Any pain?"),
        Segment("v", "Patient", 2.5, 4.0, "No, none at 10:30."),
        Segment("v", "Nurse", 2.5, 4.0, "Good."),
        Segment("v", "", 60.5, 3601.25, "I take two: one now, one later."),
    ]


def test_webvtt() -> None:
    assert list(vtt.parse(VTT, "v")) == [
        Segment("v", "Dr Ann Poe", 62.0, 64.0, "Is it <6 & rising?"),
        Segment("v", "Patient", 62.0, 64.0, "Yes."),
        Segment("v", "Nurse", 65.0, 66.0, "Right."),
    ]


def test_a_voice_says_what_looks_like_a_name() -> None:
    (found,) = vtt.parse("WEBVTT\n\n00:01.000 --> 00:02.000\n<v Doctor>Note: take two.", "v")
    assert (found.speaker, found.text) == ("Doctor", "Note: take two.")


def test_a_header_without_an_empty_line_hides_no_cue() -> None:
    (found,) = vtt.parse("WEBVTT\n00:01.000 --> 00:02.000\nHello.", "v")
    assert found == Segment("v", "", 1.0, 2.0, "Hello.")


@pytest.mark.parametrize(("line", "speaker", "words"), [
    ("Speaker 1: Hi.", "Speaker 1", "Hi."), ("SPEAKER_00: Hi.", "SPEAKER_00", "Hi."), ("spk_1: Hi.", "spk_1", "Hi."),
    ("Dr. O'Neil: Hi.", "Dr. O'Neil", "Hi."), ("Élodie: Hi.", "Élodie", "Hi."),
    ("at 10:30 it hurts", "", "at 10:30 it hurts"), ("https://a.b", "", "https://a.b"),
    ("so this is it: pain", "", "so this is it: pain"), ("Time 10:30", "", "Time 10:30"),
])  # fmt: skip
def test_what_is_a_name(line: str, speaker: str, words: str) -> None:
    (found,) = srt.parse(f"1\n00:00:01,000 --> 00:00:02,000\n{line}\n", "v")
    assert (found.speaker, found.text) == (speaker, words)


@pytest.mark.parametrize(("text", "expected"), [
    ("1\nno times\nwords\n", "line 1: expected times such as"),
    ("1\n00:00:01,000 --> soon\nwords\n", "line 2: expected a time such as"),
    ("1\n00:00:01,000 -->\nwords\n", "line 2: expected a time such as"),
    ("1\n00:61:01,000 --> 00:62:00,000\nwords\n", "line 2: expected a time such as"),
    (SRT + "\nwords after an empty line\n", "line 14: expected times such as"),
])  # fmt: skip
def test_what_is_broken_is_told_by_line(text: str, expected: str) -> None:
    with pytest.raises(ValueError, match=re.escape(expected)) as caught:
        list(srt.parse(text, "v"))
    assert "words" not in str(caught.value)


def test_a_vtt_begins_as_one() -> None:
    with pytest.raises(ValueError, match="line 1: expected WEBVTT"):
        list(vtt.parse(SRT, "v"))


def test_times_that_run_backwards_are_told_apart() -> None:
    with pytest.raises(TimesError, match="line 2: expected 0 <= start <= end"):
        list(srt.parse("1\n00:00:03,000 --> 00:00:02,000\nwords\n", "v"))


TIMES = st.integers(0, 360_000_000)
WORD = st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters="<>{}&:-–"), min_size=1)
TEXT = st.lists(WORD, min_size=1, max_size=5).map(" ".join)


@settings(deadline=None)
@given(st.lists(st.tuples(TIMES, TIMES, st.sampled_from(["Doctor", "Patient 2", "SPEAKER_00"]), TEXT), max_size=4))
def test_what_is_written_is_read(rows: list[tuple[int, int, str, str]]) -> None:
    said = [Segment("v", who, start / 1000, (start + length) / 1000, text) for start, length, who, text in rows]
    assert list(srt.parse(srt.write(said), "v")) == said
    assert list(vtt.parse(vtt.write(said), "v")) == said


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1).filter(str.strip))
def test_webvtt_keeps_any_word(word: str) -> None:
    said = [Segment("v", "Ann <1>", 1.0, 2.0, word)]
    assert list(vtt.parse(vtt.write(said), "v")) == said
