"""The stage as DVC runs it: files in, shards and metrics out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import orjson
import pytest

from stages import engines, shards
from stages.extract import stage
from stages.extract.reader import Item
from stages.extract.step import Read
from stages.flow import Rejected
from stages.params import Params
from stages.params.extract import Extract
from stages.params.flow import Flow
from stages.params.source import Source
from stages.records import Record
from tests.extract import made
from tests.extract.conftest import needs_tesseract

pytestmark = needs_tesseract


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with two sources, a good and a bad file in each, and a DVC folder for the memo."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DVC_ROOT", raising=False)
    (tmp_path / ".dvc").mkdir()
    (tmp_path / "key").write_bytes(b"k" * 40)
    for split, patient in (("train", "p1"), ("train", "p2"), ("test", "p3")):
        (tmp_path / "raw" / split / patient).mkdir(parents=True)
        (tmp_path / "raw" / split / patient / "v1.pdf").write_bytes(made.pdf([[f"Seen today, {patient}."]]))
    page = made.saved(made.image(["Hemoglobin was normal"]), "PNG", dpi=(150, 150))
    (tmp_path / "raw" / "train" / "p2" / "v2.png").write_bytes(page)
    (tmp_path / "raw" / "train" / "p2" / "v3.pdf").write_bytes(b"")
    (tmp_path / "rows.jsonl").write_bytes(b'{"p":"p1","v":"v1","t":"Well."}\nbroken\n{"p":"p3","v":"v1","t":"Ill."}\n')
    return tmp_path


def _params(shards: int = 4, workers: int = 2, **limits: float) -> Params:
    sources = {
        "reports": Source(reader="documents", path="raw", pattern="{split}/{group}/{encounter}.*"),
        "rows": Source(reader="table", path="rows.jsonl", columns={"group": "p", "encounter": "v", "HPI": "t"}),
    }
    return Params.model_construct(
        key_file="key", flow=Flow(shards=shards, workers=workers), sources=sources, extract=Extract(**limits)
    )


def _bytes(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_records_quarantine_and_metrics(project: Path) -> None:
    stage.run(_params())
    records = list(shards.read("data/extract/records", Record))
    rejected = list(shards.read("data/extract/quarantine", Rejected))
    assert len(records) == 6
    assert sorted((found.source, found.reason, found.file) for found in rejected) == [
        ("reports", "empty", "train/p2/v3.pdf"),
        ("rows", "broken_json", "rows.jsonl"),
    ]
    # One patient's records of all sources stand in one shard, and join by visit.
    for path in sorted(Path("data/extract/records").iterdir()):
        assert all(shards.shard_of(r.group, 4) == int(path.stem) for r in shards.read_shard(path, Record))
    visits = {(record.source, record.encounter) for record in records}
    assert len({encounter for _, encounter in visits}) == 4
    told = orjson.loads((project / "metrics/extract.json").read_bytes())
    assert (told["in"], told["out"], told["quarantined"]) == (6, 6, 2)
    assert (told["quarantined.empty"], told["quarantined.broken_json"]) == (1, 1)
    assert (told["pages"], told["ocr_pages"], told["rows"]) == (4, 1, 3)
    assert told["ocr_confidence"] > 80
    assert told["sources"]["reports"] == {"files": 5, "passed_over": 0, "records": 4, "quarantined": 1}
    assert told["sources"]["rows"] == {"files": 1, "passed_over": 0, "records": 2, "quarantined": 1}
    assert told["readers"] == {"documents.pdf": 3, "documents.png": 1, "table.jsonl": 2}


def test_same_bytes_for_any_workers_and_with_or_without_memo(project: Path) -> None:
    stage.run(_params(workers=1))
    first = _bytes(project / "data/extract") | _bytes(project / "metrics")
    stage.run(_params(workers=2))
    assert _bytes(project / "data/extract") | _bytes(project / "metrics") == first


def test_outputs_are_rewritten_whole(project: Path) -> None:
    stage.run(_params(shards=6))
    (project / "data/extract/records/0009.jsonl").write_bytes(b"stale")
    stage.run(_params(shards=3))
    assert [path.name for path in sorted(Path("data/extract").iterdir())] == ["quarantine", "records"]
    assert [path.name for path in sorted(Path("data/extract/records").iterdir())] == [
        "0000.jsonl", "0001.jsonl", "0002.jsonl",
    ]  # fmt: skip


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Files in the order in which they are read."""
    told: list[str] = []
    process = Read.process

    def telling(step: Read, unit: Sequence[Item]) -> Iterable[object]:
        told.append(unit[0].file)
        return process(step, unit)

    monkeypatch.setattr(Read, "process", telling)
    here = lambda work, jobs, *_: ((job, work(job)) for job in jobs)  # noqa: E731
    monkeypatch.setitem(engines.ENGINES, "processes", here)
    return told


def test_only_what_changed_is_read_again(project: Path, read: list[str]) -> None:
    stage.run(_params())
    assert len(read) == 6
    read.clear()
    stage.run(_params())
    assert read == []
    params = _params()
    columns = {"group": "p", "encounter": "v", "Plan": "t"}
    params.sources["rows"] = Source(reader="table", path="rows.jsonl", columns=columns)
    stage.run(params)
    assert read == ["rows.jsonl"]
    read.clear()
    (project / "raw/test/p3/v1.pdf").write_bytes(made.pdf([["Seen again."]]))
    stage.run(params)
    assert read == ["test/p3/v1.pdf"]


def test_what_may_pass_is_tried_again_and_nothing_else(project: Path, read: list[str]) -> None:
    stage.run(_params(seconds_per_page=0.001))
    late = {r.file for r in shards.read("data/extract/quarantine", Rejected) if r.reason == "ocr_timeout"}
    assert late
    assert len(read) == 6
    read.clear()
    stage.run(_params(seconds_per_page=0.001))
    assert set(read) == late


def test_a_missing_source_says_which_key(project: Path) -> None:
    params = _params()
    params.sources["gone"] = Source(reader="documents", path="nowhere")
    with pytest.raises(ValueError, match=r"sources\.gone\.path"):
        stage.run(params)
