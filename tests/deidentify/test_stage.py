"""The stage on a small clinic of the test's own: outputs, metrics, the gate, the files on the command line."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from stages import shards
from stages.deidentify import stage, standalone
from stages.params.audit import Audit
from stages.params.deidentify import Deidentify
from stages.params.flow import Flow
from stages.records import Origin, Record
from tests.deidentify.conftest import dialogue, record

REPOSITORY = Path(__file__).parents[2]
FOUND = "Patient: Kwame Osei\nMRN: 1234567\nSeen on 03/14/2023 by Dr. Ines Lindqvist for chest pain."
MISSED = "the visitor adwoa came by with chest pain."


@pytest.fixture
def clinic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, params: Callable[..., Deidentify]) -> Callable[..., Any]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "key").write_bytes(b"a secret of the tests, 32 bytes and more")
    records = [
        record(FOUND, id="a1", group="p1", origin=Origin("test/p1/1.txt", "0" * 64, "text")),
        dialogue(
            ("doctor", "Hello, Kwame."), id="a2", group="p1", origin=Origin("p1/1.txt", "1" * 64, "t"), source="visits"
        ),
        record(MISSED, id="b1", group="p2", origin=Origin("train/p2/1.txt", "2" * 64, "text")),
        record("Gout is a disease.", id="c1", group="c1", source="library"),
    ]
    shards.write(tmp_path / "data/extract/records", records, 2)
    _gold(tmp_path / "gold/spans.jsonl")

    def declared(planted: float = 0.0, **changed: Any) -> Any:
        return SimpleNamespace(
            key_file="key",
            flow=Flow(shards=2, workers=1),
            sources={"library": SimpleNamespace(deidentified=True), "reports": SimpleNamespace(deidentified=False)},
            seed=7,
            audit=Audit(patients=planted),
            deidentify=params(gold="gold", **{"max_document_leak_rate": 1.0, **changed}),
        )

    return declared


def _gold(path: Path) -> None:
    path.parent.mkdir()
    lines = [
        _line(
            "reports",
            "test/p1/1.txt",
            "test",
            FOUND,
            PATIENT="Kwame Osei",
            MRN="1234567",
            DATE="03/14/2023",
            STAFF="Ines Lindqvist",
        ),
        _line("reports", "train/p2/1.txt", "train", MISSED, RELATIVE="adwoa"),
        _line("reports", "train/p3/1.txt", "train", "never read", PATIENT="never"),
    ]
    path.write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in lines))


def _line(source: str, file: str, split: str, text: str, **values: str) -> dict[str, Any]:
    spans = [{"label": k, "start": text.index(v), "end": text.index(v) + len(v)} for k, v in values.items()]
    return {"source": source, "file": file, "row": None, "split": split, "text": text, "spans": spans}


def test_outputs_and_metrics(clinic: Callable[..., Any]) -> None:
    assert stage.run(clinic()) == 0
    done = {one.id: one for one in shards.read("data/deidentify/records", Record)}
    assert set(done) == {"a1", "a2", "b1", "c1"}
    assert done["c1"].text == "Gout is a disease."
    metrics = orjson.loads(Path("metrics/deidentify.json").read_bytes())
    assert (metrics["in"], metrics["out"], metrics["documents"], metrics["gold_not_out"]) == (4, 4, 2, 1)
    assert metrics["document_leak_rate"] == metrics["patient_leak_rate"] == 0.5
    assert metrics["span_recall"] == 0.8
    assert metrics["held_out"]["document_leak_rate"] == 0.0
    assert metrics["held_out"]["span_recall"] == 1.0
    assert metrics["entities"]["RELATIVE"] == {"spans": 1, "span_recall": 0.0}


def test_above_the_declared_leak_rate_nothing_is_written(
    clinic: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert stage.run(clinic(max_document_leak_rate=0.1)) == 1
    assert not list(Path("data/deidentify").rglob("*.jsonl"))
    told = capsys.readouterr().err
    assert "b1" in told.splitlines()
    assert "adwoa" not in told
    assert Path("metrics/deidentify.json").is_file()


def test_where_phi_was_found_is_in_no_output(clinic: Callable[..., Any]) -> None:
    assert stage.run(clinic()) == 0
    kept = sorted(path for path in Path("data/deidentify").rglob("*") if path.is_file())
    assert {path.parent.name for path in kept} == {"records", "originals", "quarantine", "deidentify"}
    written = b"".join(path.read_bytes() for path in kept)
    for value in (b"Osei", b"1234567", b"Lindqvist", b'"found"', b"test/p1"):
        assert value not in written


def test_two_runs_write_the_same_bytes(clinic: Callable[..., Any]) -> None:
    def written() -> list[tuple[str, bytes]]:
        assert stage.run(clinic()) == 0
        return [(str(path), path.read_bytes()) for path in sorted(Path("data/deidentify").rglob("*.jsonl"))]

    assert written() == written()


def test_a_missing_model_is_told_before_any_work(clinic: Callable[..., Any]) -> None:
    with pytest.raises(ValueError, match=r"deidentify\.engine\.model: models/none"):
        stage.run(clinic(engine={"model": "models/none"}))


def test_missing_gold_is_told(clinic: Callable[..., Any]) -> None:
    Path("gold/spans.jsonl").unlink()
    with pytest.raises(FileNotFoundError, match=r"deidentify\.gold"):
        stage.run(clinic())


def test_files_are_printed_without_identifiers(clinic: Callable[..., Any], capsys: pytest.CaptureFixture[str]) -> None:
    Path("note.txt").write_text(FOUND)
    Path("notes.jsonl").write_bytes(orjson.dumps({"text": FOUND, "group": "p"}) + b"\n")
    assert standalone.show([Path("note.txt"), Path("notes.jsonl")], clinic(), spans=False) == 0
    told = capsys.readouterr().out
    assert told.count("chest pain") == 2
    assert "Osei" not in told


def test_spans_are_printed_without_values(clinic: Callable[..., Any], capsys: pytest.CaptureFixture[str]) -> None:
    Path("note.txt").write_text(FOUND)
    assert standalone.show([Path("note.txt")], clinic(), spans=True) == 0
    told = capsys.readouterr().out.splitlines()
    assert "PATIENT\t9\t19" in told
    assert all(len(line.split("\t")) == 3 for line in told)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b""])
def test_a_file_that_is_no_text_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(content or b'{"txt": "Osei"}\n')
    with pytest.raises(ValueError, match=r"x\.jsonl") as caught:
        list(standalone.read(path))
    assert "Osei" not in str(caught.value)


def test_help_is_there_at_once() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "stages.deidentify", "--help"], cwd=REPOSITORY, capture_output=True, text=True
    )
    assert told.returncode == 0
    assert "--spans" in told.stdout
