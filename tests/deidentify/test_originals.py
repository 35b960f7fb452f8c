from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from stages import shards
from stages.deidentify import standalone
from stages.deidentify.originals import NotGivenBack, given_back
from stages.deidentify.step import Deidentified, Step
from stages.keys import VARIABLE, Key
from stages.records import Record, to_json
from tests.deidentify.conftest import dialogue, record

REPOSITORY = Path(__file__).parents[2]
TEXT = "Patient: Kwame Osei\nDOB: 07/28/1969, MRN: 1234567\nSeen 2023-03-14 by Dr. Ines Lindqvist, on from K.O.\n"
OTHER = Key(b"another secret of the tests, of 40 bytes")
IDENTIFIERS = ("Kwame", "Osei", "1234567", "1969", "Lindqvist")


def made(step: Step, *records: Record) -> list[Deidentified]:
    return [one for one in step.process(records) if isinstance(one, Deidentified)]


@pytest.mark.parametrize("changed", [{}, {"replacement": "tags"}, {"dates": "year"}, {"consistency": "markov"}])
def test_the_holder_of_the_key_gets_back_what_was_read(step: Callable[..., Step], key: Key, changed: dict) -> None:  # type: ignore[type-arg]
    read = [
        record(TEXT),
        dialogue(("Dr. Lindqvist", "Hello, Mr. Osei."), ("Patient", "Kwame, please.")),
        record(kind="row", id="w1", text=None, fields={"patient": "osei, kwame", "hpi": "Kwame came on 3/14/2023."}),
    ]
    done = made(step(**changed), *read)
    assert [to_json(given_back(key, one.original, one.record)) for one in done if one.original] == list(
        map(to_json, read)
    )


def test_what_is_sealed_tells_nothing_and_is_the_same_every_time(step: Callable[..., Step]) -> None:
    (first,), (second,) = made(step(), record(TEXT)), made(step(), record(TEXT))
    assert first.original == second.original
    assert first.original is not None
    assert not any(value.encode() in to_json(first.original) for value in IDENTIFIERS)


def test_another_key_or_record_or_a_changed_one_is_refused(step: Callable[..., Step], key: Key) -> None:
    (done,) = made(step(), record(TEXT))
    assert done.original is not None
    for holder, seen in (
        (OTHER, done.record),
        (key, replace(done.record, id="r2")),
        (key, replace(done.record, text=f"{done.record.text} ")),
    ):
        with pytest.raises(NotGivenBack) as fault:
            given_back(holder, done.original, seen)
        assert not any(value in str(fault.value) for value in IDENTIFIERS)


@pytest.fixture
def folder(step: Callable[..., Step], key: Key, tmp_path: Path) -> Path:
    (done,) = made(step(), record(TEXT))
    assert done.original is not None
    (tmp_path / "out.jsonl").write_bytes(to_json(done.record) + b"\n")
    shards.write_shard(shards.shard_path(tmp_path / standalone.ORIGINALS, 0), [done.original])
    (tmp_path / "key").write_bytes(key.secret)
    (tmp_path / "other").write_bytes(OTHER.secret)
    (tmp_path / "params.yaml").write_bytes((REPOSITORY / "params.yaml").read_bytes())
    (tmp_path / "data/lexicon").symlink_to(REPOSITORY / "data/lexicon")
    return tmp_path


def reidentified(folder: Path, *options: str, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "stages.deidentify", "reidentify", "out.jsonl", *options]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), **variables}
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_one_command_prints_the_originals_and_writes_nothing(folder: Path, key: Key) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    done = reidentified(folder, "--key", "key")
    assert done.returncode == 0, done.stderr
    assert Record.from_json(done.stdout).text == TEXT
    assert done.stderr == ""
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    by_environment = reidentified(folder, **{VARIABLE: key.secret.decode()})
    assert (by_environment.stdout, by_environment.stderr) == (done.stdout, "")


def test_the_command_refuses_another_key_without_a_value(folder: Path) -> None:
    done = reidentified(folder, "--key", "other")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("r1: not given back: ")
    assert not any(value in done.stderr for value in IDENTIFIERS)


def test_exempt_records_and_recordings_are_no_fault(
    folder: Path, key: Key, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    exempt = record("Gout is a disease.", id="e1", group="e1", source="library")
    heard = dialogue(("patient", "I am well."), id="s1", group="s1", audio="s1.flac")
    with Path("out.jsonl").open("ab") as out:
        out.writelines(to_json(one) + b"\n" for one in (exempt, heard))
    assert standalone.reidentify([Path("out.jsonl")], key, ["library"]) == 0
    told = capsys.readouterr()
    assert [Record.from_json(line).text for line in told.out.splitlines()] == [TEXT, exempt.text]
    assert [line.split(":")[0] for line in told.err.splitlines()] == [
        "1 given back",
        "1 not printed",
        "1 printed as they are",
    ]


def test_a_record_that_should_have_originals_and_has_none_is_a_fault(
    folder: Path, key: Key, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    with Path("out.jsonl").open("ab") as out:
        out.write(to_json(record(TEXT, id="lost")) + b"\n")
    assert standalone.reidentify([Path("out.jsonl")], key, ["library"]) == 1
    told = capsys.readouterr()
    assert [Record.from_json(line).id for line in told.out.splitlines()] == ["r1"]
    first, *counts = told.err.splitlines()
    assert first.startswith("lost: not given back: no originals are kept of it")
    assert counts == ["1 given back", "1 refused"]


def test_a_source_is_exempt_as_params_declare_it_and_none_without_them(folder: Path) -> None:
    exempt = record("Gout is a disease.", id="e1", group="e1", source="library")
    (folder / "out.jsonl").write_bytes(to_json(exempt) + b"\n")
    assert reidentified(folder, "--key", "key").returncode == 0
    undeclared = reidentified(folder, "--key", "key", "--params", "none.yaml")
    assert (undeclared.returncode, undeclared.stdout) == (1, "")
