"""The whole stage on real shards, and its command."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stages import guard, metrics, shards
from stages.clean.boilerplate import repeated_lines
from stages.clean.step import Clean, Cleaned
from stages.flow import run
from stages.keys import Key
from stages.params.clean import Clean as Declared
from stages.params.flow import Flow
from stages.records import Origin, Record, Turn

ROOT = Path(__file__).parents[2]
KEY = Key(b"k" * 32)
ORIGIN = Origin("a.txt", "0", "text")
STORY = "The patient was admitted in March with fever, cough and weight loss, and was treated with amoxicillin 500 mg."


# What stands for what in the texts below, so that the guard can tell "left pt" and "left patient" the same.
SAME = guard.Names.of(
    [
        ["patient", "pt", "paitent"],
        ["hypertension", "HTN", "hypertnsion"],
        ["shortness of breath", "SOB"],
        ["chest pain", "CP"],
        ["mitral stenosis", "MS"],
        ["metformin", "metfromin"],
        ["abdominal", "abdoinal"],
    ]
)


@pytest.fixture(autouse=True)
def no_memo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DVC_ROOT", raising=False)


def records() -> list[Record]:
    visits = [
        Record(f"r{n}{v}", "reports", f"g{n}", "document", ORIGIN, encounter=f"e{v}", text=f"{STORY}\n\n{own}")
        for n in range(4)
        for v, own in enumerate(["pt has HTN.", "takes metfromin 500 mg BID."])
    ]
    return [
        *visits,
        Record("d", "visits", "g1", "dialogue", ORIGIN, turns=(Turn("doctor", "Any HTN or hypertnsion?"),)),
        Record("f", "summaries", "g1", "row", ORIGIN, fields={"HPI": "pt with hypertnsion", "Plan": "HTN clinic"}),
        Record("c", "cards", "g2", "row", ORIGIN, fields={"instruction": "What is HTN, hypertnsion?"}),
        Record("twice", "reports", "g3", "document", ORIGIN, encounter="e9", text=STORY),
    ]


def cleaned(declared: Declared, folder: Path, workers: int = 1) -> tuple[dict[str, Record], dict[str, int]]:
    flow = Flow(workers=workers, shards=4)
    shards.write(folder / "in", records(), flow.shards)
    repeated = repeated_lines(records(), declared.repeated_in, guard.NO_NAMES)
    counts = run(Clean(declared, frozenset({"cards"}), repeated), [folder / "in"], folder / "out", flow, KEY, "mark")
    done = shards.read(folder / "out" / "records", Cleaned)
    return {cleaned.id: cleaned.record for cleaned in done}, counts


def test_every_kind_of_record_is_cleaned_as_it_should(lexicon: Declared, tmp_path: Path) -> None:
    found, counts = cleaned(lexicon, tmp_path)
    assert found["r00"].text == f"{STORY}\n\nPatient has hypertension."[: len(STORY) + 2] + "patient has hypertension."
    assert found["r01"].text == "\ntakes metformin 500 mg twice a day."
    assert found["d"].turns[0].text == "Any hypertension or hypertnsion?"  # what was said is not corrected
    assert found["f"].fields == {"HPI": "patient with hypertension", "Plan": "Hypertension clinic"}
    assert found["c"] == records()[-2]
    assert "twice" not in found
    assert counts["quarantined.nothing left after copy_forward"] == 1
    assert (counts["in"], counts["out"], counts["quarantined"]) == (12, 11, 1)
    assert counts["changes.copy_forward"] == 5
    assert counts["changes.typos"] == 5
    assert counts["changes.abbreviations"] == 4 + 4 + 4 + 1 + 2


def test_the_log_leads_from_what_was_read_to_what_flows_on(lexicon: Declared, tmp_path: Path) -> None:
    cleaned(lexicon, tmp_path)
    before = {record.id: record for record in records()}
    for done in shards.read(tmp_path / "out" / "records", Cleaned):
        told = _texts(before[done.id])
        # Operators follow each other; each counts in what the one before it gave, so its changes go in from the back.
        for _, changes in groupby(done.log, key=lambda change: change[:2]):
            for where, _, start, end, old, new in reversed(list(changes)):
                assert told[where][start:end] == old
                told[where] = told[where][:start] + new + told[where][end:]
        assert told == _texts(done.record)


def _texts(record: Record) -> dict[str, str]:
    turns = {f"turn {number}": turn.text for number, turn in enumerate(record.turns)}
    return {"text": record.text or "", **turns, **record.fields}


def test_what_is_heard_is_left_as_it_was_said(lexicon: Declared) -> None:
    step = Clean(lexicon, frozenset(), frozenset())
    step.setup()
    said = Record("d", "visits", "g1", "dialogue", ORIGIN, turns=(Turn("doctor", "Any HTN?", 0.0, 1.0),))
    heard = replace(said, audio="a.flac")
    assert list(step.process([heard])) == [Cleaned(heard)]
    assert heard.turns != next(f.record.turns for f in step.process([said]) if isinstance(f, Cleaned))


def test_an_operator_left_out_does_nothing(lexicon: Declared, tmp_path: Path) -> None:
    alone = lexicon.model_copy(update={"operators": ["abbreviations"]})
    found, counts = cleaned(alone, tmp_path)
    assert found["r01"].text == f"{STORY}\n\ntakes metfromin 500 mg twice a day."
    assert not any(name.startswith(("changes.typos", "changes.copy")) for name in counts)
    none = lexicon.model_copy(update={"operators": []})
    assert sorted(cleaned(none, tmp_path)[0].items()) == sorted((r.id, r) for r in records())


def test_workers_change_no_byte(lexicon: Declared, tmp_path: Path) -> None:
    cleaned(lexicon, tmp_path / "one", workers=1)
    cleaned(lexicon, tmp_path / "two", workers=2)
    for shard in sorted((tmp_path / "one" / "out").rglob("*.jsonl")):
        assert shard.read_bytes() == (tmp_path / "two" / shard.relative_to(tmp_path / "one")).read_bytes()


PIECES = (
    "pt HTN SOB CP denies no without hypertnsion metfromin paitent 5 2.5 mg mcg left right lfet RUQ NKDA BID . , \n "
    "wihtout abdoinal MS murmur house 10"
)


@settings(deadline=None, max_examples=200)
@given(st.lists(st.sampled_from(PIECES.split(" ")), max_size=30).map(" ".join))
def test_protected_content_never_changes(text: str) -> None:
    record = replace(records()[0], text=text)
    found, _ = _step().clean(record, ())
    assert guard.changed(text, found.text or "", SAME) == []


@pytest.mark.parametrize("text", ["left BID pt HTN", "wihtout denies wihtout pt"])
def test_what_stands_beside_a_change_does_not_hide_what_it_does(text: str) -> None:
    found, _ = _step().clean(replace(records()[0], text=text), ())
    assert found.text != text
    assert guard.changed(text, found.text or "", SAME) == []


_made: list[Clean] = []


def _step() -> Clean:
    if not _made:
        import tempfile

        from tests.clean.conftest import ABBREVIATIONS, TERMS

        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "a.csv").write_text(ABBREVIATIONS)
            (Path(folder) / "t.txt").write_text(TERMS)
            declared = Declared(
                operators=["boilerplate", "copy_forward", "typos", "abbreviations"],
                abbreviations=f"{folder}/a.csv",
                terms=f"{folder}/t.txt",
                most_edits=2,
            )
            step = Clean(declared, frozenset(), frozenset())
            step.setup()
        _made.append(step)
    return _made[0]


@pytest.mark.parametrize("flags", [[], ["--diff"]])
def test_the_command_cleans_files(lexicon: Declared, tmp_path: Path, flags: list[str]) -> None:
    from ruamel.yaml import YAML

    yaml = YAML(typ="safe", pure=True)
    params = yaml.load(ROOT / "params.yaml")
    params["clean"] = lexicon.model_dump()
    with (tmp_path / "params.yaml").open("w") as file:
        YAML().dump(params, file)
    (tmp_path / "one.txt").write_text(f"{STORY}\n")
    (tmp_path / "two.txt").write_text(f"{STORY}\n\nSpO2 90%, HTN, hypertnsion.\n")
    files = [str(tmp_path / "one.txt"), str(tmp_path / "two.txt")]
    command = [sys.executable, "-m", "stages.clean", "--params", str(tmp_path / "params.yaml"), *flags, *files]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    if flags:
        assert [line.split()[0] for line in done.stdout.splitlines()[2:]][-2:] == ["typos", "abbreviations"]
    else:
        assert done.stdout == f"{STORY}\n\nSpO2 90%, hypertension, hypertension.\n"


def test_the_stage_reads_and_writes_what_it_should(lexicon: Declared, tmp_path: Path) -> None:
    from ruamel.yaml import YAML

    params = YAML(typ="safe", pure=True).load(ROOT / "params.yaml")
    params["clean"] = lexicon.model_dump()
    params["key_file"], params["flow"]["shards"] = "key", 4
    params["sources"]["reports"]["deidentified"] = False
    with (tmp_path / "params.yaml").open("w") as file:
        YAML().dump(params, file)
    (tmp_path / "key").write_text("k" * 40)
    shutil.copytree(ROOT / "data/lexicon", tmp_path / "data/lexicon")
    notice = "This fax is confidential; if you are not the intended recipient, destroy it."
    notes = [replace(r, source="reports", text=f"{r.text}\n{notice}") for r in records() if r.text]
    shards.write(tmp_path / "data/deidentify/records", notes, 4)
    command = [sys.executable, "-m", "stages.clean"]
    env = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    numbers = metrics.read(tmp_path / "metrics/clean.json")
    assert (numbers["boilerplate_lines"], numbers["changes.boilerplate"]) == (1, 9)
    assert numbers["held_back.typos"] == 0
    logged = [json.loads(line) for path in (tmp_path / "data/clean/changes").iterdir() for line in path.open()]
    operators = [change[1] for line in logged for change in line["changes"]]
    assert operators.count("typos") == numbers["changes.typos"] > 0
    assert not list((tmp_path / "data/clean").glob(".work*"))
    assert numbers["in"] == numbers["out"] + numbers["quarantined"] == 9
    assert all(notice not in (r.text or "") for r in shards.read(tmp_path / "data/clean/records", Record))
