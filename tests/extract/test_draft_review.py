"""Drafts of recordings as people correct them: the ledger, and what it makes of the next run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest

from stages import engines, shards, sound
from stages.extract import stage
from stages.extract.recordings import ledger
from stages.extract.recordings.command import review
from stages.extract.recordings.drafts import Drafter
from stages.extract.recordings.review import extend
from stages.flow import Rejected
from stages.params import Params
from stages.params.extract import Extract
from stages.params.flow import Flow
from stages.params.source import Draft, Source
from stages.records import Record, Turn
from tests.extract.recorded import annotated, needs_models, spoken, wav

LEDGER = Path("raw/transcripts.csv")


class Counting:
    """A transcriber that writes how long a stretch is."""

    seconds = 5.0

    def __init__(self, declared: Draft) -> None:
        self.declared = declared

    def texts(self, stretches: Sequence[sound.Samples]) -> list[str]:
        assert len(stretches) <= self.declared.batch
        return [f"{len(samples) / sound.RATE:.1f} seconds <|doctor|>" for samples in stretches]


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
