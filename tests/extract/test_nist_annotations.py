"""Annotations in NIST's formats and SegLST beside recordings."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from stages.records import Turn
from tests.extract.conftest import extracted, public
from tests.extract.recorded import wav
from tests.extract.test_recordings import LIMITS, TURNS, read

RTTM = """SPEAKER a 1 0.2 1.6 <NA> <NA> Doctor <NA> <NA>
SPEAKER a 1 2.0 1.8 <NA> <NA> Patient <NA> <NA>
"""
CTM = """a 1 0.2 0.4 Any 1.0
a 1 0.7 0.4 pain 1.0
a 1 1.2 0.6 today? 1.0
a 1 2.0 0.5 None 1.0
a 1 2.6 0.5 at 1.0
a 1 3.2 0.6 all. 1.0
"""
STM = "a 1 Doctor 0.2 1.8 <o,f0> Any pain today?\na 1 Patient 2.0 3.8 None at all.\nother 1 Nurse 0 9 Well.\n"
SEGLST = json.dumps(
    [
        {"session_id": "a", "speaker": turn.speaker.capitalize(), "start_time": turn.start, "end_time": turn.end,
         "words": turn.text}
        for turn in TURNS
    ]
)  # fmt: skip


@pytest.mark.parametrize("texts", [{".rttm": RTTM, ".ctm": CTM}, {".stm": STM}, {".json": SEGLST}])
def test_annotations_beside_a_recording(tmp_path: Path, texts: dict[str, str]) -> None:
    wav(tmp_path / "a.wav")
    for ending, text in texts.items():
        (tmp_path / f"a{ending}").write_text(text)
    (record,), rejected = read(tmp_path)
    assert (record.turns, rejected) == (TURNS, [])


def test_a_word_goes_to_the_turn_that_began_last(tmp_path: Path) -> None:
    wav(tmp_path / "a.wav")
    (tmp_path / "a.rttm").write_text("SPEAKER a 1 0 3.5 <NA> <NA> Doctor <NA> <NA>\n" + RTTM.splitlines()[1] + "\n")
    (tmp_path / "a.ctm").write_text(CTM)
    ((record,), _) = read(tmp_path)
    assert record.turns == (Turn("doctor", "Any pain today?", 0.0, 3.5), TURNS[1])


@pytest.mark.parametrize(("rttm", "ctm", "expected"), [
    (RTTM, CTM + "a 1 3.9 0.05 lost 1.0\n", "annotations_disagree a word at 3.92 s is in no speaker's turn"),
    (RTTM, None, "empty_transcript"),
    (RTTM, "a 1 0.2 soon Any\n", "broken_annotation .ctm: line 1: expected the duration in seconds, found no number"),
    ("SPEAKER a 1 0.2\n", CTM, "broken_annotation .rttm: line 1: expected `SPEAKER recording"),
    (RTTM.replace(" a ", " b ") + RTTM, CTM, ""),
    (RTTM.replace(" a ", " b ") + RTTM.replace(" a ", " c "), CTM, "broken_annotation .rttm: several recordings"),
])  # fmt: skip
def test_what_does_not_fit(tmp_path: Path, rttm: str, ctm: str | None, expected: str) -> None:
    wav(tmp_path / "a.wav")
    (tmp_path / "a.rttm").write_text(rttm)
    if ctm is not None:
        (tmp_path / "a.ctm").write_text(ctm)
    _, rejected = read(tmp_path)
    assert ([found[: len(expected)] for found in rejected] or [""]) == [expected]


@pytest.mark.parametrize(("ending", "text"), [
    (".stm", STM.replace("0.2 1.8", "1.8 0.2")), (".json", SEGLST.replace("3.8", "0.8")),
])  # fmt: skip
def test_times_that_run_backwards(tmp_path: Path, ending: str, text: str) -> None:
    wav(tmp_path / "a.wav")
    (tmp_path / f"a{ending}").write_text(text)
    (found,) = read(tmp_path)[1]
    assert found.startswith(f"end_before_start {ending}: ")


def test_agreement_over_formats(tmp_path: Path) -> None:
    wav(tmp_path / "a.wav")
    for ending, text in ((".rttm", RTTM), (".stm", STM), (".json", SEGLST), (".ctm", CTM)):
        (tmp_path / f"a{ending}").write_text(text)
    (record,), rejected = read(tmp_path)
    assert (record.turns, rejected) == (TURNS, [])
    (tmp_path / "a.stm").write_text(STM.replace("None", "Some"))
    assert read(tmp_path)[1] == ["annotations_disagree 3 annotations"]


def test_who_spoke_when_without_words(tmp_path: Path) -> None:
    for ending in ("wav", "rttm"):
        shutil.copy(public(f"speech/pyannote/src/pyannote/audio/sample/sample.{ending}"), tmp_path)
    _, rejected = extracted(
        tmp_path, LIMITS, reader="recordings", speakers={"speaker90": "doctor", "speaker91": "nurse"}
    )
    assert [found.reason for found in rejected] == ["empty_transcript"]
