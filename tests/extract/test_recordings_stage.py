"""Converted recordings beside the records: the same bytes with and without the memo, none missing and none stale."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

import orjson
import pytest

from stages import shards, sound
from stages.extract import stage
from stages.flow import Rejected
from stages.params import Params
from stages.params.extract import Extract
from stages.params.flow import Flow
from stages.params.source import Source
from stages.records import Record
from tests.extract.recorded import annotated, voice, wav

AUDIO = Path("data/extract/audio")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with three recordings, one of them bad, and a DVC folder for the memo."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DVC_ROOT", raising=False)
    (tmp_path / ".dvc").mkdir()
    (tmp_path / "key").write_bytes(b"k" * 40)
    annotated(wav(tmp_path / "raw/train/p1/v1.wav"))
    annotated(wav(tmp_path / "raw/test/p2/v1.flac", voice(5.0, 44_100), 44_100))
    annotated(wav(tmp_path / "raw/test/p3/v1.wav", voice(level=0.0001)))
    return tmp_path


def _params(workers: int = 1) -> Params:
    sources = {"visits": Source(reader="recordings", path="raw", pattern="{split}/{group}/{encounter}.*")}
    return Params.model_construct(
        key_file="key", flow=Flow(shards=3, workers=workers), sources=sources, extract=Extract()
    )


def _bytes(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _whole(project: Path) -> dict[str, str]:
    return _bytes(project / "data/extract") | _bytes(project / "metrics")


def _inodes() -> dict[str, int]:
    return {path.name: path.stat().st_ino for path in AUDIO.iterdir()}


def test_records_name_their_sound(project: Path) -> None:
    stage.run(_params())
    records = list(shards.read("data/extract/records", Record))
    assert len(records) == 2
    for record in records:
        assert record.audio == f"data/extract/audio/{record.id}.flac"
        assert len(sound.read(Path(record.audio))) == record.meta["seconds"] * sound.RATE
        assert hashlib.sha256(Path(record.audio).read_bytes()).hexdigest() == record.meta["audio_sha256"]
    assert {path.stem for path in AUDIO.iterdir()} == {record.id for record in records}
    assert [found.reason for found in shards.read("data/extract/quarantine", Rejected)] == ["silent"]
    told = orjson.loads((project / "metrics/extract.json").read_bytes())
    assert (told["recorded_seconds"], told["turns"], told["readers"]) == (
        9, 4, {"recordings.flac": 1, "recordings.wav": 1},
    )  # fmt: skip
    assert told["sources"]["visits"] == {"files": 3, "passed_over": 0, "records": 2, "quarantined": 1}


def test_same_bytes_from_scratch_and_from_the_memo(project: Path) -> None:
    stage.run(_params(workers=2))
    first, inodes = _whole(project), _inodes()
    stage.run(_params())
    # Remembered, and kept as it is.
    assert (_whole(project), _inodes()) == (first, inodes)
    shutil.rmtree("data/extract")
    stage.run(_params(workers=2))
    # Remembered, and made again.
    assert _whole(project) == first
    shutil.rmtree("data/extract")
    shutil.rmtree(".dvc/tmp")
    stage.run(_params())
    assert _whole(project) == first


def test_what_is_stale_or_spoilt_goes(project: Path) -> None:
    stage.run(_params())
    first = _whole(project)
    one, other = sorted(AUDIO.iterdir())
    one.write_bytes(b"spoilt")
    other.unlink()
    (AUDIO / "stale.flac").write_bytes(b"of a recording that is gone")
    (AUDIO / f".{other.stem}.4711").write_bytes(b"of a run that was killed")
    stage.run(_params())
    assert _whole(project) == first


def test_a_changed_recording_changes_its_sound_alone(project: Path) -> None:
    stage.run(_params())
    before, inodes = _bytes(AUDIO), _inodes()
    wav(project / "raw/train/p1/v1.wav", voice(pitch=250.0))
    stage.run(_params())
    changed = [name for name, digest in _bytes(AUDIO).items() if before[name] != digest]
    assert len(changed) == 1
    assert [name for name, inode in _inodes().items() if inodes[name] != inode] == changed
    (project / "raw/train/p1/v1.wav").unlink()
    (project / "raw/train/p1/v1.jsonl").unlink()
    stage.run(_params())
    assert changed[0] not in _bytes(AUDIO)


def test_links_into_a_cache_are_never_written_through(project: Path) -> None:
    stage.run(_params())
    (one, _) = sorted(AUDIO.iterdir())
    cached = project / "cached"
    one.rename(cached)
    cached.chmod(0o444)
    os.link(cached, one)
    before = cached.read_bytes()
    source = next(r for r in shards.read("data/extract/records", Record) if r.id == one.stem).origin.file
    wav(project / "raw" / source, voice(pitch=250.0))
    stage.run(_params())
    assert cached.read_bytes() == before
    assert one.read_bytes() != before


def test_a_worker_that_gives_something_else_stops_the_stage(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.run(_params())
    shutil.rmtree(AUDIO)
    # The sound changes between listing and converting; in this process, so that it can.
    listed = stage.restore

    def changed(*arguments: object) -> None:
        wav(project / "raw/train/p1/v1.wav", voice(pitch=250.0))
        listed(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(stage, "restore", changed)
    with pytest.raises(ValueError, match=r"train/p1/v1\.wav of sources\.visits: changed_while_reading"):
        stage.run(_params())


def test_without_recordings_there_is_no_folder(project: Path) -> None:
    stage.run(_params())
    (project / "rows.jsonl").write_text('{"a": "b"}\n')
    params = _params()
    params.sources.clear()
    params.sources["rows"] = Source(reader="table", path="rows.jsonl")
    stage.run(params)
    assert sorted(path.name for path in Path("data/extract").iterdir()) == ["quarantine", "records"]
