"""Manifests: JSON lines of recordings."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stages.segments import Segment, TimesError, manifest, read

ROW = (
    '{"audio": "a/v.flac", "text": "Any pain? No.", "speakers": ["Doctor", "Patient"], "seconds": 4, "voice": "x",'
    ' "medical_terms": ["pain"], "segments": [{"start": 0, "end": 1.5, "speaker": "Doctor", "text": "Any  pain?"},'
    ' {"start": 1.5, "end": 2, "speaker": "Patient", "text": "No."}]}'
)
SAID = (Segment("a/v.flac", "Doctor", 0.0, 1.5, "Any pain?"), Segment("a/v.flac", "Patient", 1.5, 2.0, "No."))


def test_a_row_tells_all() -> None:
    expected = manifest.Row("a/v.flac", SAID, "Any pain? No.", ("Doctor", "Patient"), 4.0, ("pain",))
    assert manifest.row(ROW) == expected


def test_only_the_recording_is_needed() -> None:
    assert manifest.row('{"audio": "v.flac"}') == manifest.Row("v.flac")


def test_lines_may_name_who_speaks() -> None:
    row = manifest.Row(
        "v", text="Doctor: Any pain: sharp?\nDr. A: No.\n Patient : Yes.", speakers=("Doctor", "Patient")
    )
    assert row.words() == " Any pain: sharp?\nDr. A: No.\n Yes."
    assert manifest.Row("v", text="Doctor: Well.").words() == "Doctor: Well."


def test_a_file_holds_many_recordings(tmp_path: Path) -> None:
    file = tmp_path / "segments.jsonl"
    file.write_text(f"{ROW}\n\n{ROW.replace('a/v', 'b/v')}\n")
    assert {recording: len(of) for recording, of in read(file).items()} == {"a/v.flac": 2, "b/v.flac": 2}


@pytest.mark.parametrize(("row", "expected"), [
    ("{broken", "expected a JSON object"),
    ("[1]", "expected a JSON object"),
    ('{"text": "secret"}', "audio: expected the path of a recording"),
    ('{"audio": 3}', "audio: expected text"),
    ('{"audio": "v", "text": ["secret"]}', "text: expected text"),
    ('{"audio": "v", "speakers": "secret"}', "speakers: expected a list"),
    ('{"audio": "v", "speakers": [3]}', "speakers: expected a list of texts"),
    ('{"audio": "v", "seconds": "secret"}', "seconds: expected seconds, a number"),
    ('{"audio": "v", "segments": {"a": 1}}', "segments: expected a list"),
    ('{"audio": "v", "segments": ["secret"]}', "segments[0]: expected an object"),
    ('{"audio": "v", "segments": [{"end": 1}]}', "segments[0]: start: expected seconds, a number"),
    ('{"audio": "v", "segments": [{"start": true, "end": 1}]}', "segments[0]: start: expected seconds, a number"),
    ('{"audio": "v", "speakers": ["A"], "segments": [{"start": 0, "end": 1, "speaker": "secret"}]}',
     "segments[0].speaker: expected one of `speakers`"),
])  # fmt: skip
def test_what_is_broken_is_told_by_line_and_key(row: str, expected: str) -> None:
    with pytest.raises(ValueError, match=re.escape(f"line 3: {expected}")) as caught:
        list(manifest.parse(f"{ROW}\n\n{row}\n", "segments"))
    assert "secret" not in str(caught.value)


def test_times_that_run_backwards_are_told_apart() -> None:
    with pytest.raises(TimesError, match=re.escape("segments[0]: expected 0 <= start <= end in seconds")):
        manifest.row('{"audio": "v", "segments": [{"start": 2, "end": 1}]}')


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 10**7), st.integers(0, 10**5), st.text()), max_size=6))
def test_what_is_written_is_read(rows: list[tuple[str, int, int, str]]) -> None:
    said = [
        Segment(name, "Doctor", start / 1000, (start + length) / 1000, " ".join(text.split()))
        for name, start, length, text in rows
    ]
    again = list(manifest.parse(manifest.write(said), "m"))
    assert sorted(again, key=str) == sorted(said, key=str)
    assert [s.recording for s in again] == sorted((s.recording for s in said), key=[s.recording for s in said].index)
