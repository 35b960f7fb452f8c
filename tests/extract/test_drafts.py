"""Drafts of recordings that nobody has transcribed: who speaks when, what is said, and what people make of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from stages import engines, shards, sound
from stages.extract import stage
from stages.extract.recordings import diarization, drafts, ledger
from stages.extract.recordings.command import review
from stages.extract.recordings.drafts import Drafter
from stages.extract.recordings.review import extend
from stages.flow import Rejected
from stages.models import voices
from stages.params import Params
from stages.params.extract import Extract
from stages.params.flow import Flow
from stages.params.source import Draft, Source
from stages.records import Record, Turn
from tests.extract.conftest import public
from tests.extract.recorded import annotated, wav

LEDGER = Path("raw/transcripts.csv")
needs_models = pytest.mark.skipif(bool(voices.missing()), reason=f"not installed: {', '.join(voices.missing())}")


class Counting:
    """A transcriber that writes how long a stretch is."""

    seconds = 5.0

    def __init__(self, declared: Draft) -> None:
        self.declared = declared

    def texts(self, stretches: Sequence[sound.Samples]) -> list[str]:
        assert len(stretches) <= self.declared.batch
        return [f"{len(samples) / sound.RATE:.1f} seconds <|doctor|>" for samples in stretches]


def spoken(folder: Path) -> tuple[Path, list[tuple[float, float, str]]]:
    """Two people by turns, from public recordings; and who speaks when."""
    ljspeech = "speech/lhotse-fixtures/test/fixtures/ljspeech/storage"
    parts = [
        ("she", f"{ljspeech}/LJ002-0020.wav"), ("he", "speech/pocketsphinx/test/data/cards/005.wav"),
        ("she", f"{ljspeech}/LJ002-0035.wav"), ("he", "speech/pocketsphinx/test/data/cards/002.wav"),
    ]  # fmt: skip
    import soxr

    pieces: list[sound.Samples] = [np.zeros(8000, np.float32)]
    truth = []
    for who, file in parts:
        samples, rate = soundfile.read(public(file), dtype="float32")
        heard = soxr.resample(samples, rate, sound.RATE)
        heard = 0.1 * heard / np.sqrt(np.mean(np.square(heard)))
        start = sum(map(len, pieces)) / sound.RATE
        pieces += [heard.astype(np.float32), np.zeros(12_000, np.float32)]
        truth.append((start, start + len(heard) / sound.RATE, who))
    path = wav(folder / "visit.wav", np.clip(np.concatenate(pieces), -1, 1))
    return path, truth


@needs_models
def test_who_speaks_when(tmp_path: Path) -> None:
    path, truth = spoken(tmp_path)
    found = diarization.diarized(path, Draft(transcriber="w"), 30.0)
    names = {"she": "Speaker 1", "he": "Speaker 2"}
    for start, end, who in truth:
        inside = [one for one in found if one.start < end and one.end > start]
        assert {one.speaker for one in inside} == {names[who]}
        assert sum(min(one.end, end) - max(one.start, start) for one in inside) > 0.7 * (end - start)
    assert {one.speaker for one in diarization.diarized(path, Draft(transcriber="w", people=1), 30.0)} == {"Speaker 1"}


@needs_models
def test_the_same_recording_always_gives_the_same(tmp_path: Path) -> None:
    path, _ = spoken(tmp_path)
    once = diarization.diarized(path, Draft(transcriber="w"), 30.0)
    assert diarization.diarized(path, Draft(transcriber="w"), 30.0) == once


@needs_models
def test_no_stretch_is_longer_than_what_is_heard_at_once(tmp_path: Path) -> None:
    found = diarization.diarized(
        public("speech/pyannote/src/pyannote/audio/sample/sample.wav"), Draft(transcriber="w"), 4.0
    )
    assert max(one.end - one.start for one in found) <= 4.1
    assert {one.speaker for one in found} == {"Speaker 1", "Speaker 2"}


@needs_models
def test_voices_of_one_person_point_the_same_way(tmp_path: Path) -> None:
    path, truth = spoken(tmp_path)
    vectors = voices.voices(path, [(start + end) / 2 for start, end, _ in truth])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    alike = vectors @ vectors.T
    for one, (*_, who) in enumerate(truth):
        same = [alike[one, other] for other, (*_, name) in enumerate(truth) if name == who and other != one]
        others = [alike[one, other] for other, (*_, name) in enumerate(truth) if name != who]
        assert min(same) > max(others)


TIMES = st.tuples(st.integers(0, 100), st.integers(1, 300)).map(lambda t: (t[0] / 10, (t[0] + t[1]) / 10))


@settings(deadline=None)
@given(TIMES, st.lists(st.sampled_from("ab"), min_size=80, max_size=80))
def test_runs_cover_a_stretch_and_part_it_where_the_voice_changes(
    stretch: tuple[float, float], groups: list[str]
) -> None:
    places = list(zip(diarization.middles(*stretch), groups))
    found = diarization.runs(*stretch, places)
    assert (found[0][0], found[-1][1]) == stretch
    assert all(one[1] == other[0] and one[2] != other[2] for one, other in pairwise(found))
    assert len(found) == 1 or all(end - start >= diarization.SHORTEST - 1e-9 for start, end, _ in found)
    assert all(stretch[0] <= middle <= stretch[1] for middle, _ in places)


def test_voices_are_grouped_as_they_lie() -> None:
    angles = np.radians([0, 2, 4, 80, 82, 84, 1, 170])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    found = diarization.grouped(vectors, 3)
    assert len({*found}) == 3
    assert found[0] == found[1] == found[2] == found[6]
    assert found[3] == found[4] == found[5]
    assert diarization.grouped(vectors, 1) == [0] * 8
    assert diarization.grouped(vectors[:2], 3) == [0, 0]


@needs_models
def test_a_whisper_writes_the_draft(tmp_path: Path) -> None:
    """Of some thousand weights, which have learned nothing: what counts is that every stretch is heard whole."""
    from stages.models.scratch_whisper import new_speech_processor, new_whisper, save
    from stages.params.base import Hearing

    tiny = Hearing(
        vocabulary=312, hidden=16, encoder_layers=1, decoder_layers=1, heads=2, window=2, hop=400, bins=20, context=48
    )
    processor = new_speech_processor(("Any pain in the chest?", "No, but I cough."), tiny)
    save(new_whisper(tiny, processor.tokenizer), processor, tmp_path / "whisper")
    declared = Draft(transcriber=(tmp_path / "whisper").as_posix(), most_new_tokens=5, batch=3)
    drafts.check("calls", declared)
    path, _ = spoken(tmp_path)
    found = Drafter().draft(path, declared)
    assert [(one.speaker, one.start) for one in found] == [
        (one.speaker, one.start) for one in diarization.diarized(path, declared, 2.0)
    ]
    assert Drafter().draft(path, declared) == found


def test_what_is_not_there_says_which_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match=r"sources\.calls\.draft\.transcriber: no Whisper at w"):
        drafts.check("calls", Draft(transcriber="w"))
    (tmp_path / "preprocessor_config.json").write_text("{}")
    declared = {"transcriber": tmp_path.as_posix(), "diarizer": "pyannote", "pipeline": "folder"}
    with pytest.raises(ValueError, match=r"sources\.calls\.draft\.diarizer: pyannote needs its package: pip install"):
        drafts.check("calls", Draft.model_validate(declared))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a recording that is transcribed, one that is not, and one in which nobody speaks."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DVC_ROOT", raising=False)
    # In this process, where the models are loaded already.
    here = lambda work, jobs, *_: ((job, work(job)) for job in jobs)  # noqa: E731
    monkeypatch.setitem(engines.ENGINES, "processes", here)
    (tmp_path / ".dvc").mkdir()
    (tmp_path / "key").write_bytes(b"k" * 40)
    (tmp_path / "whisper").mkdir()
    (tmp_path / "whisper/preprocessor_config.json").write_text("{}")
    spoken(tmp_path / "raw")
    annotated(wav(tmp_path / "raw/told.wav"))
    wav(tmp_path / "raw/hum.wav", 0.2 * np.sin(np.arange(64_000) / 40).astype(np.float32))
    return tmp_path


def _params(**draft: Any) -> Params:
    declared = {"transcriber": "whisper", "review": "raw/transcripts.csv", "batch": 2} | draft
    source = Source.model_validate(
        {"reader": "recordings", "path": "raw", "pattern": "*.wav", "draft": declared, "speakers": {"Doctor": "doctor",
         "Patient": "patient", "Speaker 1": "nurse"}}
    )  # fmt: skip
    return Params.model_construct(
        key_file="key", flow=Flow(shards=3, workers=1), sources={"calls": source}, extract=Extract()
    )


def _read() -> tuple[Record, dict[str, Any]]:
    """The drafted record, and the metrics."""
    (found,) = [r for r in shards.read("data/extract/records", Record) if r.origin.file == "visit.wav"]
    return found, orjson.loads(Path("metrics/extract.json").read_bytes())


@needs_models
def test_a_draft_is_made_corrected_and_then_none_any_more(project: Path) -> None:
    drafter = Drafter(Counting)
    stage.run(_params(), drafter)
    record, told = _read()
    assert [found.reason for found in shards.read("data/extract/quarantine", Rejected)] == ["no_speech"]
    assert record.meta["draft"] is True
    # A label that is declared has its role; who the others are a person tells.
    assert {turn.speaker for turn in record.turns} == {"nurse", "other"}
    assert all(turn.text == f"{turn.end - turn.start:.1f} seconds" for turn in record.turns)  # type: ignore[operator]
    count = len(record.turns)
    assert told["drafts"] == {"drafts": 1, "turns": count, "accepted": 0, "rejected": 0, "outdated": 0}
    assert _listed() == count
    assert _listed() == 0

    _decide(["accept", "reject"], speaker="patient", text="In eighteen thirteen.")
    stage.run(_params(), drafter)
    record, told = _read()
    assert record.turns[0] == Turn("patient", "In eighteen thirteen.", record.turns[0].start, record.turns[0].end)
    assert (len(record.turns), len(record.meta["unheard"]), record.meta["draft"]) == (count - 1, 1, True)
    assert told["drafts"] == {"drafts": 1, "turns": count, "accepted": 1, "rejected": 1, "outdated": 0}
    assert _listed() == 0

    _decide(["accept", "reject", *["accept"] * (count - 2)])
    stage.run(_params(), drafter)
    assert "draft" not in _read()[0].meta

    _decide(["reject"] * count)
    told = stage.run(_params(), drafter)
    rejected = {found.file: found.reason for found in shards.read("data/extract/quarantine", Rejected)}
    assert rejected == {"hum.wav": "no_speech", "visit.wav": "empty_transcript"}
    assert (told["out"], told["quarantined"], told["quarantined.empty_transcript"]) == (1, 2, 1)
    assert len(list(Path("data/extract/audio").iterdir())) == 1


@needs_models
def test_a_decision_on_another_draft_does_not_count(project: Path) -> None:
    drafter = Drafter(Counting)
    stage.run(_params(), drafter)
    count = _listed()
    _decide(["accept"], draft="what another model wrote", text="what a person heard")
    stage.run(_params(), drafter)
    record, told = _read()
    assert (told["drafts"]["accepted"], told["drafts"]["outdated"]) == (0, 1)
    assert (len(record.turns), record.turns[0].text[-7:]) == (count, "seconds")
    assert _listed() == 1


@needs_models
def test_models_draft_anew_once_they_are_others(project: Path) -> None:
    made: list[Draft] = []

    def transcriber(declared: Draft) -> Counting:
        made.append(declared)
        return Counting(declared)

    stage.run(_params(), Drafter(transcriber))
    stage.run(_params(), Drafter(transcriber))
    assert len(made) == 1
    (project / "whisper/model.safetensors").write_bytes(b"other weights")
    stage.run(_params(), Drafter(transcriber))
    assert len(made) == 2


def test_the_command_says_where_a_ledger_is_declared() -> None:
    with pytest.raises(SystemExit, match=r"no source declares a draft with a ledger: sources\.<name>\.draft\.review"):
        review([])


def _listed() -> int:
    """Put the drafts on the ledger; how many turns were new to it."""
    drafted = [record for record in shards.read("data/extract/records", Record) if record.meta.get("draft")]
    return extend(LEDGER, drafted)


def _decide(decisions: Sequence[str], **first: str) -> None:
    """Write decisions on the ledger's first rows, and other values into the very first."""
    rows = sorted(ledger.read(LEDGER).values(), key=lambda row: float(row.start))
    decided = [replace(row, decision=decision) for row, decision in zip(rows, decisions)]
    ledger.write(LEDGER, [replace(decided[0], **first), *decided[1:], *rows[len(decided) :]])


ROW = dict(zip(ledger.COLUMNS, ("r", "0.000", "1.000", "other", "a", "doctor", "b", "accept", "", ""), strict=True))


@pytest.mark.parametrize(("changed", "expected"), [
    ({"decision": "yes"}, "t.csv:2: decision: expected accept, reject or nothing"),
    ({"speaker": "Ann Poe"}, "t.csv:2: speaker: expected one of doctor, patient, nurse, family, other"),
    ({"text": ""}, "t.csv:2: text: nothing is accepted"),
])  # fmt: skip
def test_a_row_that_cannot_count_is_told(tmp_path: Path, changed: dict[str, str], expected: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(",".join(ledger.COLUMNS) + "\n" + ",".join((ROW | changed).values()) + "\n")
    with pytest.raises(ValueError, match=expected) as caught:
        ledger.read(path)
    assert "Ann Poe" not in str(caught.value)


def test_a_ledger_is_what_was_written(tmp_path: Path) -> None:
    assert ledger.read(tmp_path / "t.csv") == {}
    rows = [ledger.row_of("r", Turn("other", 'He said "no", twice.', 0.5, 2.25)), ledger.Row(**ROW)]
    ledger.write(tmp_path / "t.csv", rows)
    assert list(ledger.read(tmp_path / "t.csv").values()) == rows
    (tmp_path / "t.csv").write_text(",".join(ledger.COLUMNS) + "\n" + (",".join(ROW.values()) + "\n") * 2)
    with pytest.raises(ValueError, match="this turn of r is on the ledger twice"):
        ledger.read(tmp_path / "t.csv")
    (tmp_path / "t.csv").write_text("record,start\n")
    with pytest.raises(ValueError, match="column 'end' is missing"):
        ledger.read(tmp_path / "t.csv")
