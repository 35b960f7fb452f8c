"""The stage on a small clinic with a recording: numbers, the gate, and recordings that outlive a run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from stages import espeak, shards
from stages.deidentify import stage
from stages.params.audit import Audit
from stages.params.deidentify import Deidentify
from stages.params.flow import Flow
from stages.records import Record
from tests.deidentify.conftest import record
from tests.deidentify.spoken.conftest import Heard

AUDIO = Path("data/deidentify/audio")
IDENTIFYING = {"Lindqvist": "STAFF", "Kwame": "PATIENT", "Osei": "PATIENT", "617-555-0123": "PHONE"}

Declared = Callable[..., Any]


@pytest.fixture
def clinic(recorded: Callable[..., Record], visit: Heard, params: Callable[..., Deidentify]) -> Declared:
    Path("key").write_bytes(b"a secret of the tests, 32 bytes and more")
    extracted([recorded(visit, split="test"), recorded(visit, "d1", meta={"draft": True}, group="g2")])
    gold(visit, IDENTIFYING)

    def declared(**speech: Any) -> Any:
        return SimpleNamespace(
            key_file="key",
            seed=7,
            audit=Audit(patients=0.0),
            flow=Flow(shards=2, workers=1),
            sources={"recordings": SimpleNamespace(deidentified=False)},
            deidentify=params(gold="gold", max_document_leak_rate=1.0, speech=speech),
        )

    return declared


def extracted(records: list[Record]) -> None:
    note = record("Seen by Dr. Ines Lindqvist.", id="n1", group="g1")
    shards.write("data/extract/records", [*records, note], 2)


def gold(visit: Heard, words: dict[str, str]) -> None:
    Path("gold").mkdir()
    Path("gold/spans.jsonl").touch()
    spans = [
        {"start": start, "end": end, "label": label}
        for word, label in words.items()
        for start, end in visit.times_of(word)
    ]
    turns = [{"start": turn.start, "end": turn.end, "speaker": turn.speaker, "text": turn.text} for turn in visit.turns]
    rows = [
        {"source": "recordings", "file": f"train/p1/{id}.flac", "split": "test", "spans": spans, "turns": turns}
        for id in ("v1", "d1")
    ]
    Path("gold/speech.jsonl").write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))


def numbers() -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(Path("metrics/deidentify.json").read_bytes())
    return found


def test_numbers_of_recordings(clinic: Declared) -> None:
    assert stage.run(clinic()) == 0
    told = numbers()["speech"]
    assert (told["in"], told["out"], told["dropped.draft_transcript"], told["gold_not_out"]) == (2, 1, 1, 1)
    assert told["phi_seconds"] > 2
    assert told["audible_share"] == told["held_out"]["audible_share"] == 0.0
    assert 0.05 < told["silenced_share"] < 0.6
    assert told["redacted_seconds"] > told["phi_seconds"]
    assert [path.name for path in AUDIO.iterdir()] == ["v1.flac"]


def test_where_words_are_cut_is_in_no_output(clinic: Declared) -> None:
    assert stage.run(clinic()) == 0
    assert {path.name for path in Path("data/deidentify").iterdir()} == {
        "audio",
        "canaries.jsonl",
        "originals",
        "quarantine",
        "records",
    }
    written = b"".join(path.read_bytes() for path in Path("data/deidentify").rglob("*.jsonl"))
    for value in (*IDENTIFYING, "stretches", "data/extract", "train/p1"):
        assert value.encode() not in written


def test_above_the_declared_share_nothing_is_left(
    clinic: Declared, visit: Heard, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("gold/speech.jsonl").unlink()
    Path("gold/spans.jsonl").unlink()
    Path("gold").rmdir()
    gold(visit, {**IDENTIFYING, "chest": "LOCATION"})
    assert stage.run(clinic()) == 1
    assert 0.005 < numbers()["speech"]["audible_share"] < 0.3
    assert numbers()["speech"]["entities"]["LOCATION"]["audible_share"] > 0.9
    assert not [path for path in Path("data/deidentify").rglob("*") if path.is_file()]
    assert capsys.readouterr().err.splitlines()[-1] == "v1"
    assert stage.run(clinic(max_audible_phi=0.9)) == 0


def test_recordings_of_records_that_are_gone_go(clinic: Declared, recorded: Callable[..., Record]) -> None:
    assert stage.run(clinic()) == 0
    (AUDIO / ".half.1234").write_bytes(b"of a run that was killed")
    (AUDIO.parent / ".work1234").mkdir()
    extracted([])
    assert stage.run(clinic()) == 0
    assert list(AUDIO.iterdir()) == []
    assert {path.name for path in AUDIO.parent.iterdir()} == {
        "audio", "canaries.jsonl", "originals", "quarantine", "records",
    }  # fmt: skip
    assert "speech" not in numbers()


def test_what_the_memo_remembers_is_heard_again(clinic: Declared, monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".dvc").mkdir()
    monkeypatch.delenv("DVC_ROOT", raising=False)
    assert stage.run(clinic()) == 0
    first = {path: path.read_bytes() for path in Path("data/deidentify").rglob("*") if path.is_file()}
    (AUDIO / "v1.flac").unlink()
    monkeypatch.setattr("stages.deidentify.spoken.redaction.places", None)  # what is remembered is not located anew
    assert stage.run(clinic()) == 0
    assert {path: path.read_bytes() for path in Path("data/deidentify").rglob("*") if path.is_file()} == first


def test_a_missing_synthesizer_is_told_before_any_work(clinic: Declared, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(espeak, "version", lambda: None)
    with pytest.raises(ValueError, match=r"deidentify\.speech\.aligner: rendering needs espeak-ng"):
        stage.run(clinic())
    assert stage.run(clinic(aligner="turn")) == 0
