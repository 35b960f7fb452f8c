"""The whole clinic: the same bytes twice, gold that fits the files, a test side that training never saw."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from stages.keys import Key, seeded
from stages.params.synthesize import Synthesize
from stages.synthesize import names
from stages.synthesize.clinic import _encounters, build
from stages.synthesize.wording import is_kept

ROOT = Path(__file__).resolve().parents[2]

SEED = 11
SETTINGS = Synthesize(
    patients=6,
    held_out=0.34,
    scanned=0.25,
    flashcards=20,
    passages=50,
    notes=20,
    recorded=0.2,
    dictations=4,
    speech_hours=0.005,
)


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> tuple[Path, dict[str, int]]:
    folder = tmp_path_factory.mktemp("clinic")
    return folder, build(SETTINGS, SEED, folder)


@pytest.fixture(scope="module")
def clinic(made) -> Path:
    return made[0]


@pytest.fixture(scope="module")
def labels(clinic) -> list[dict]:
    return [json.loads(line) for line in (clinic / "gold/spans.jsonl").read_text().splitlines()]


def sums(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_command_gives_the_same_bytes_over_what_an_earlier_run_left(clinic, tmp_path):
    declared = YAML(typ="safe", pure=True).load((ROOT / "params.yaml").read_text())
    params = tmp_path / "params.yaml"
    YAML().dump(declared | {"seed": SEED, "synthesize": SETTINGS.model_dump()}, params)
    out = tmp_path / "out"
    stale = out / "raw/reports/train/0000000/1.txt"
    stale.parent.mkdir(parents=True)
    stale.write_text("left behind")
    command = [sys.executable, "-m", "stages.synthesize", "--params", str(params), "--out", str(out)]
    # Another hash seed: an order that comes from a set would show.
    subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": "123"}, check=True)
    (out / "metrics.json").unlink()
    assert sums(out) == sums(clinic)


def test_what_was_mistyped_stands_in_its_document(clinic, labels):
    texts = {(label["source"], label["file"], label["row"]): label["text"] for label in labels}
    told = [json.loads(line) for line in (clinic / "gold/typed.jsonl").read_text().splitlines()]
    assert {(each["source"], each["file"], each["row"]) for each in told} == texts.keys()
    planted = [(each, *one) for each in told for one in each["typed"]]
    assert {kind for _, kind, _, _ in planted} == {"typos", "abbreviations"}
    for each, _, typed, meant in planted:
        assert typed != meant
        assert typed in texts[each["source"], each["file"], each["row"]]


def test_a_larger_clinic_leaves_patients_as_they_were(clinic, tmp_path):
    build(SETTINGS.model_copy(update={"patients": 7}), SEED, tmp_path)
    before, after = sums(clinic / "raw/reports"), sums(tmp_path / "raw/reports")
    assert before.items() < after.items()


def test_another_seed_gives_other_patients():
    cases = [next(_encounters(seeded(seed, "synthesize", "patient", "0"), False, "1234567")) for seed in (1, 2)]
    assert cases[0] != cases[1]


@pytest.mark.parametrize("number", range(30))
def test_a_patients_visits_agree(number):
    visits = list(_encounters(seeded(5, "synthesize", "patient", str(number)), False, "1234567"))
    assert 1 <= len(visits) <= 4
    days = [cast.dates["visit"] for _, cast in visits]
    assert days == sorted(set(days))
    for case, cast in visits:
        assert (case.age, case.sex) == (cast.age, visits[0][0].sex)
        assert cast.people["patient"] == visits[0][1].people["patient"]
        assert "1234567" in cast.facts["mrn"]


def test_too_few_patients_are_refused(tmp_path, capsys, monkeypatch):
    from stages.synthesize.__main__ import main

    monkeypatch.setattr("sys.argv", ["synthesize", "--out", str(tmp_path), "--patients", "3"])
    monkeypatch.chdir(ROOT)
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 2
    assert "--patients: at least 4" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_every_document_has_gold_and_every_gold_its_document(clinic, labels):
    raw = clinic / "raw"
    for source in ("reports", "visits"):
        files = {str(path.relative_to(raw / source)) for path in (raw / source).rglob("*") if path.is_file()}
        assert files == {row["file"] for row in labels if row["source"] == source}
    table = [json.loads(line) for line in (raw / "summaries.jsonl").read_text().splitlines()]
    rows = [row for row in labels if row["source"] == "summaries"]
    assert [row["row"] for row in rows] == list(range(len(table)))
    for row, told in zip(rows, table, strict=True):
        assert row["text"] == "\n".join((told["hpi"], told["assessment"], told["plan"]))
        assert (row["patient"], row["split"], row["diagnosis"]) == (told["patient"], told["split"], told["diagnosis"])
        assert "; ".join(row["differential"]) == told["differential"]


def test_spans_fit_their_text(labels):
    for row in labels:
        end = 0
        for span in row["spans"]:
            assert end <= span["start"] < span["end"] <= len(row["text"])
            end = span["end"]


def test_gold_of_visits_is_the_file(clinic, labels):
    for row in labels:
        if row["source"] == "visits":
            assert (clinic / "raw/visits" / row["file"]).read_text() == row["text"]
            assert all(line.startswith(("Doctor: ", "Patient: ", "Nurse: ")) for line in row["text"].splitlines())


def test_paths_tell_split_patient_and_encounter_alike(clinic, labels):
    table = [json.loads(line) for line in (clinic / "raw/summaries.jsonl").read_text().splitlines()]
    encounters = {f"{row['split']}/{row['patient']}/{row['encounter']}" for row in table}
    for source in ("reports", "visits"):
        found = {str(Path(row["file"]).with_suffix("")) for row in labels if row["source"] == source}
        assert found == encounters


def test_held_out_patients_share_no_name_with_training(labels):
    by_split: dict[str, set[str]] = {"train": set(), "test": set()}
    for row in labels:
        for span in row["spans"]:
            value = row["text"][span["start"] : span["end"]]
            if span["label"] == "STAFF" and value.isalpha() and value.istitle():
                by_split[row["split"]].add(value)
    assert by_split["train"]
    assert by_split["test"]
    assert not by_split["train"] & by_split["test"]
    assert {names.pool_of(value) for value in by_split["test"]} == {True}


def test_counts_say_what_was_written(made, labels):
    counts = made[1]
    assert counts["patients"] == 6
    assert counts["patients.test"] == 2
    assert counts["encounters"] == sum(row["source"] == "reports" for row in labels)
    assert counts["spans"] == sum(len(row["spans"]) for row in labels)
    for kind in {row["format"] for row in labels if row["source"] == "reports"}:
        expected = sum(row["format"] == kind for row in labels if row["source"] == "reports")
        assert counts[f"reports.{kind}"] == expected


def test_the_data_set_loads(clinic):
    from datasets import load_from_disk

    cards = load_from_disk(str(clinic / "raw/flashcards"))
    assert cards.column_names == ["instruction", "input", "output", "split"]
    assert len(cards) == SETTINGS.flashcards
    assert set(cards["split"]) == {"train", "test"}


def test_tables_and_key(clinic):
    terms = [json.loads(line) for line in (clinic / "raw/terminology.jsonl").read_text().splitlines()]
    assert [term["split"] for term in terms].count("train") == 150
    assert [term["split"] for term in terms].count("test") == 50
    passages = [json.loads(line) for line in (clinic / "raw/passages.jsonl").read_text().splitlines()]
    assert len(passages) == SETTINGS.passages
    assert all(set(passage) == {"text"} for passage in passages)
    assert len(Key.read(clinic / "key").secret) >= 32


@pytest.mark.parametrize(
    ("number", "share", "expected"), [(120, 0.25, 30), (4, 0.25, 1), (10, 0.34, 3), (1000, 0.1, 100)]
)
def test_the_declared_share_is_held_out(number, share, expected):
    assert sum(is_kept(at, share) for at in range(number)) == expected
