"""Real files, against the readers of meeteval and pyannote.database."""

from __future__ import annotations

from pathlib import Path

import pytest

from stages.segments import Segment, ctm, read, rttm, seglst, stm
from tests.segments.public import DSCORE, MEETEVAL, PYANNOTE, SPEECHBRAIN, public

RTTM = [
    f"{MEETEVAL}/ref.rttm",
    f"{MEETEVAL}/hyp.rttm",
    f"{DSCORE}/ref.rttm",
    f"{DSCORE}/sys.rttm",
    f"{PYANNOTE}/tests/data/derived_trn00-04.rttm",
    f"{PYANNOTE}/src/pyannote/audio/sample/sample.rttm",
    f"{SPEECHBRAIN}/ref_rttm/ES2014c.rttm",
    f"{SPEECHBRAIN}/sys_rttm/ES2014c.rttm",
]
STM = [f"{MEETEVAL}/{name}.stm" for name in ("ref", "hyp", "refA", "refB", "hypA", "hypB", "ref_siso", "hyp_siso")]
CTM = [f"{MEETEVAL}/hyp1.ctm", f"{MEETEVAL}/hyp2.ctm"]
SEGLST = [f"{MEETEVAL}/ref.seglst.json", f"{MEETEVAL}/hyp.seglst.json"]


def flat(path: Path) -> list[tuple[str, str, float, float, str]]:
    """All segments of a file as our reader gives them, in one order."""
    return sorted((s.recording, s.speaker, s.start, s.end, s.text) for of in read(path).values() for s in of)


def theirs(found) -> list[tuple[str, str, float, float, str]]:  # type: ignore[no-untyped-def]
    """The same of what meeteval read."""
    return sorted(
        (one["session_id"], one.get("speaker", ""), float(one["start_time"]), float(one["end_time"]),
         one.get("words", ""))
        for one in found.to_seglst()
    )  # fmt: skip


@pytest.mark.parametrize("path", RTTM)
def test_rttm_equals_pyannotes(path: str) -> None:
    from pyannote.database.util import load_rttm

    file = public(path)
    expected = sorted(
        (recording, label, segment.start, segment.end)
        for recording, annotation in load_rttm(file).items()
        for segment, _, label in annotation.itertracks(yield_label=True)
    )
    # pyannote keeps no segment without length.
    found = [(s.recording, s.speaker, s.start, s.end) for of in read(file).values() for s in of if s.end > s.start]
    assert len(found) > 1
    assert [one[:2] for one in sorted(found)] == [one[:2] for one in expected]
    for ours, other in zip(sorted(found), expected, strict=True):
        assert ours[2:] == pytest.approx(other[2:], abs=1e-9)


@pytest.mark.parametrize("path", [path for path in RTTM if SPEECHBRAIN not in path])
def test_rttm_equals_meetevals(path: str) -> None:
    from meeteval.io import RTTM as Theirs

    assert flat(public(path)) == theirs(Theirs.load(public(path)))


@pytest.mark.parametrize("path", STM)
def test_stm_equals_meetevals(path: str) -> None:
    from meeteval.io import STM as Theirs

    assert flat(public(path)) == theirs(Theirs.load(public(path)))


@pytest.mark.parametrize("path", CTM)
def test_ctm_equals_meetevals(path: str) -> None:
    from meeteval.io import CTM as Theirs

    assert flat(public(path)) == theirs(Theirs.load(public(path)))


@pytest.mark.parametrize("path", SEGLST)
def test_seglst_equals_meetevals(path: str) -> None:
    from meeteval.io import SegLST as Theirs

    assert flat(public(path)) == theirs(Theirs.load(public(path)))


@pytest.mark.parametrize(
    ("form", "paths"), [(rttm, RTTM), (stm, STM), (ctm, CTM), (seglst, SEGLST)], ids=["rttm", "stm", "ctm", "seglst"]
)
def test_what_is_written_of_real_files_is_read_again(form, paths: list[str]) -> None:  # type: ignore[no-untyped-def]
    for path in paths:
        segments = [segment for of in read(public(path)).values() for segment in of]
        assert list(form.parse(form.write(segments), "")) == segments


def test_meeteval_reads_what_we_write(tmp_path: Path) -> None:
    from meeteval.io import RTTM as RTTMFile
    from meeteval.io import STM as STMFile
    from meeteval.io import SegLST as SegLSTFile

    segments = [Segment("visit", "doctor", 0.0, 1.25, "any pain"), Segment("visit", "patient", 1.5, 2.0, "no")]
    for form, other, suffix in ((stm, STMFile, "stm"), (rttm, RTTMFile, "rttm"), (seglst, SegLSTFile, "json")):
        path = tmp_path / f"visit.{suffix}"
        path.write_text(form.write(segments))
        assert flat(path) == theirs(other.load(path))


def test_an_evaluation_map_is_read() -> None:
    found = read(public(f"{MEETEVAL}/uem.uem"))
    assert {name: [(s.start, s.end) for s in of] for name, of in found.items()} == {
        "recordingA": [(1, 4.5)],
        "recordingB": [(0, 10)],
    }
    assert {name: len(of) for name, of in read(public(f"{DSCORE}/test_load.uem")).items()} == {"FILE1": 2, "FILE2": 1}
