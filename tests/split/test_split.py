"""The stage on files: what it writes, its exports, and real public dialogues."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from stages import metrics, shards
from stages.flow import Rejected
from stages.params import Params, load
from stages.records import Example, Record
from stages.split import certificate, files
from stages.split.__main__ import split
from stages.split.similarity import shingles
from tests.split.examples import document, example, text

PUBLIC = Path(os.environ.get("ROUNDS_PUBLIC_DATA", Path(__file__).parents[3] / "shared" / "data"))


@pytest.fixture
def params(tmp_path: Path) -> Params:
    key = tmp_path / "key"
    key.write_bytes(b"k" * 40)
    declared = load().model_copy(update={"key_file": str(key)})
    return declared.model_copy(update={"split": declared.split.model_copy(update={"exports": ["csv", "parquet"]})})


def made(patients: int = 60) -> tuple[list[Example], list[Record]]:
    examples = [example(f"e{n:03d}", f"p{n % patients}", ("hpi", "diagnosis")[n % 2]) for n in range(3 * patients)]
    children = [
        replace(one, id=f"c-{one.id}", parent=one.id, operator="typo", input=one.input + " x") for one in examples
    ]
    records = [document(f"d{n}", f"p{n}") for n in range(patients)]
    return [*examples, *children], [*records, document("lib", "lib"), document("copy", "copy", text=examples[0].input)]


def test_two_runs_write_the_same_bytes(params: Params, tmp_path: Path) -> None:
    examples, records = made()
    first = split(params, examples, records, tmp_path / "a")
    again = split(params, examples[::-1], records[::-1], tmp_path / "b")
    assert first == again
    assert _bytes(tmp_path / "a") == _bytes(tmp_path / "b")


def heard(id: str, group: str, sha256: str = "", response: str = "<|patient|> okay") -> Example:
    meta = {"start": 0.0, "end": 2.5, "audio_sha256": sha256 or f"{id:0>64}"}
    return Example(
        id, "scribe", group, "Transcribe this recording.", response, audio=f"data/{id}.flac", records=(id,), meta=meta
    )


def test_windows_are_kept_apart_by_patient_and_not_by_what_many_say(params: Params, tmp_path: Path) -> None:
    examples = [heard(f"w{n:03d}", f"p{n}") for n in range(60)]
    numbers = split(params, examples, [], tmp_path / "out")
    assert (numbers["components"], numbers["largest_component"]) == (60, 1)
    assert numbers["tasks"]["scribe"]["highest_similarity.test"] == 0
    with (tmp_path / "out/scribe/test.csv").open(newline="") as lines:
        row = next(csv.DictReader(lines))
    assert (row["audio"], row["start"], row["end"]) == (f"data/{row['id']}.flac", "0.0", "2.5")


def test_copies_of_a_recording_are_never_parted(params: Params, tmp_path: Path) -> None:
    examples = [heard(f"w{n:03d}", f"p{n}", f"{n % 30:064d}", text(n)) for n in range(60)]
    numbers = split(params, examples, [], tmp_path / "out")
    assert (numbers["components"], numbers["largest_component"]) == (30, 2)


def test_a_transcript_of_a_recording_is_no_text_for_text_models(params: Params, tmp_path: Path) -> None:
    examples, records = made()
    before = split(params, examples, records, tmp_path / "a")
    transcript = replace(document("t", "t"), audio="data/t.flac")
    after = split(params, examples, [*records, transcript], tmp_path / "b")
    assert after["corpus"]["left_out.transcript of a recording"] == 1
    assert after["corpus"]["records"] == before["corpus"]["records"]
    assert _bytes(tmp_path / "a/corpus") == _bytes(tmp_path / "b/corpus")


def test_what_a_former_run_left_is_gone(params: Params, tmp_path: Path) -> None:
    stale = tmp_path / "out" / "old" / "train.jsonl"
    stale.parent.mkdir(parents=True)
    stale.write_text("{}\n")
    split(params, *made(), tmp_path / "out")
    assert not stale.exists()


def test_children_stand_only_beside_their_parents_in_train(params: Params, tmp_path: Path) -> None:
    examples, records = made()
    numbers = split(params, examples, records, tmp_path / "out")
    written = {
        name: {s: files.read(tmp_path / "out" / name, s) for s in ("train", "validation", "test")}
        for name in ("hpi", "diagnosis")
    }
    for sets in written.values():
        parents = {one.id for one in sets["train"] if not one.parent}
        assert {one.parent for one in sets["train"] if one.parent} == parents
        assert not [one for split_ in ("validation", "test") for one in sets[split_] if one.parent]
    outside = sum(len(sets[s]) for sets in written.values() for s in ("validation", "test"))
    assert numbers["quarantined"] == numbers["quarantined.child of an example outside train"] == outside
    assert numbers["in"] == numbers["out"] + numbers["quarantined"]
    assert len(list(shards.read(tmp_path / "out" / "quarantine", Rejected))) == outside


def test_a_child_that_comes_near_a_test_example_is_left_out(params: Params, tmp_path: Path) -> None:
    examples, records = made()
    split(params, examples, records, tmp_path / "a")
    target, parent = (files.read(tmp_path / "a" / "hpi", s)[0] for s in ("test", "train"))
    near = replace(parent, id="near", parent=parent.id, operator="x", input=target.input + " today", split=None)
    numbers = split(params, [*examples, near], records, tmp_path / "b")
    assert numbers["quarantined.child near a validation or test example"] == 1
    assert _bytes(tmp_path / "a" / "hpi") == _bytes(tmp_path / "b" / "hpi")


def test_the_corpus_holds_nothing_of_held_out_patients_and_texts(params: Params, tmp_path: Path) -> None:
    examples, records = made()
    records.append(document("declared", "elsewhere", split="test"))
    records.append(document("twin", "twin", text=text("declared") + " then"))
    numbers = split(params, examples, records, tmp_path / "out")
    held = {
        e.group
        for name in ("hpi", "diagnosis")
        for s in ("validation", "test")
        for e in files.read(tmp_path / "out" / name, s)
    }
    found = {record.id for record in shards.read(tmp_path / "out" / "corpus", Record)}
    expected = {f"d{n}" for n in range(60) if f"p{n}" not in held} | {"lib"} | ({"copy"} if "p0" not in held else set())
    assert found == expected
    assert numbers["corpus"]["records"] == len(found)


def test_exports_hold_the_same_examples(params: Params, tmp_path: Path) -> None:
    import pandas as pd

    split(params, *made(), tmp_path / "out")
    expected = [e.id for e in files.read(tmp_path / "out" / "hpi", "train")]
    with (tmp_path / "out" / "hpi" / "train.csv").open(newline="") as lines:
        assert [row["id"] for row in csv.DictReader(lines)] == expected
    assert pd.read_parquet(tmp_path / "out" / "hpi" / "train.parquet")["id"].tolist() == expected


def test_a_task_without_a_test_example_stops_the_stage(params: Params, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="task hpi: no example for test"):
        split(params, [example("e", split="train")], [], tmp_path / "out")


def test_the_hashes_follow_the_files(params: Params, tmp_path: Path) -> None:
    split(params, *made(), tmp_path / "out")
    before = certificate.hashes(tmp_path / "out", ["hpi"])
    (tmp_path / "out" / "hpi" / "test.jsonl").write_bytes(b"")
    assert certificate.hashes(tmp_path / "out", ["hpi"]) != before


def test_the_dialogues_that_two_published_sets_share_are_left_out(params: Params, tmp_path: Path) -> None:
    folder = PUBLIC / "mts-dialog" / "Main-Dataset"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there")
    examples = []
    for name, declared in (("TrainingSet", "train"), ("ValidationSet", "test")):
        with (folder / f"MTS-Dialog-{name}.csv").open(newline="", encoding="utf-8") as lines:
            for row in csv.DictReader(lines):
                id = f"{declared}{row['ID']}"
                examples.append(example(id, input=row["dialogue"], response=row["section_text"], split=declared))
    numbers = split(params, examples, [], tmp_path / "out")
    assert numbers["tasks"]["hpi"]["test"] == 100
    left_out = {one.id for one in shards.read(tmp_path / "out" / "quarantine", Rejected)}
    sets = {name: {shingles(e.input): e.id for e in examples if e.split == name} for name in ("train", "test")}
    shared = sets["train"].keys() & sets["test"].keys()
    assert len(shared) == 2
    assert {sets["train"][one] for one in shared} <= left_out
    assert numbers["tasks"]["hpi"]["highest_similarity.test"] < 0.8


def _bytes(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_files_on_the_command_line(tmp_path: Path) -> None:
    shards.write(tmp_path / "in", made()[0], 1)
    key = tmp_path / "key"
    key.write_bytes(b"k" * 40)
    declared = tmp_path / "params.yaml"
    text = Path("params.yaml").read_text(encoding="utf-8")
    declared.write_text(text.replace("key_file: data/synthesize/key", f"key_file: {key}"), encoding="utf-8")
    command = ["-m", "stages.split", tmp_path / "in" / "0000.jsonl", "--to", tmp_path / "out", "--params", declared]
    done = subprocess.run([sys.executable, *map(str, command)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    numbers = metrics.read(tmp_path / "out" / "split.json")
    assert numbers["tasks"]["hpi"]["train"] == len(files.read(tmp_path / "out" / "hpi", "train")) > 0
