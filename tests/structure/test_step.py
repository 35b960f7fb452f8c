"""What holds for examples of every template, and the stage on real shards."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from stages import shards
from stages.evaluate.results import slices
from stages.flow import Rejected, run
from stages.params.flow import Flow
from stages.records import Example
from stages.structure.step import TEMPLATES, Structure
from tests.structure.records import KEY, dialogue, row, structured, task

CARDS = [row(f"r{n:03d}", input=f"What is item {n}?", output="It is.") for n in range(200)]


def test_ids_are_stable_unique_and_of_the_task() -> None:
    once = structured(CARDS, a=task("flashcards", "table"), b=task("flashcards", "table"))[0]
    again = structured(CARDS[::-1], seed=8, a=task("flashcards", "table"))[0]
    assert len({example.id for example in once}) == len(once) == 400
    assert {example.id for example in again} == {example.id for example in once if example.task == "a"}


def test_the_wording_follows_the_seed_and_the_example_alone() -> None:
    def worded(records: list, seed: int) -> dict[str, str]:
        return {e.id: e.instruction for e in structured(records, seed, a=task("flashcards", "table"))[0]}

    whole = worded(CARDS, 7)
    assert len(set(whole.values())) > 2
    assert worded(CARDS[50:60], 7).items() <= whole.items()
    assert worded(CARDS, 8) != whole


def test_an_example_says_the_sources_of_its_records() -> None:
    """By which `compare` and `report` slice."""
    assert {e.meta["source"] for e in structured(CARDS[:3], a=task("flashcards", "table"))[0]} == {"table"}
    visit = [dialogue("d", encounter="e"), row("s", "summaries", "p1", encounter="e", HPI="Cough.")]
    (example,) = structured(visit, a=task("hpi", "summaries", "visits"))[0]
    assert example.meta["source"] == "visits+summaries"
    assert slices(example)["source"] == "visits+summaries"
    parts = [row(f"s{n}", "visits", "p1", encounter="e", section_header="GENHX", section_text="Cough.") for n in (1, 2)]
    (example,) = structured([*parts, dialogue("d", encounter="e")], a=task("hpi", "visits"))[0]
    assert example.meta["source"] == "visits"


def test_records_of_no_task_are_counted() -> None:
    assert structured([row("r", "library", text="x")], a=task("flashcards", "table"))[2] == {"unused": 1}


def test_every_template_that_params_allow_is_there() -> None:
    from typing import get_args

    from stages.params.task import Task

    assert set(get_args(Task.model_fields["template"].annotation)) == set(TEMPLATES)


@pytest.mark.parametrize("workers", [1, 2])
def test_shards_are_the_same_bytes_for_any_number_of_workers(tmp_path: Path, workers: int) -> None:
    tasks = {"hpi": task("hpi", "visits", "summaries"), "cards": task("flashcards", "table")}
    visit = [dialogue("d", encounter="e"), row("s", "summaries", "p1", encounter="e", HPI="Cough.")]
    shards.write(tmp_path / "in", [*CARDS[:20], *visit, dialogue("x", group="p2")], 3)
    counts = run(
        Structure(tasks, 7, KEY), [tmp_path / "in"], tmp_path / "out", Flow(workers=workers, shards=3), KEY, "m"
    )
    assert counts == {
        "in": 23, "out": 21, "quarantined": 1, "quarantined.no summary of this encounter": 1,
        "examples.cards": 20, "examples.hpi": 1,
    }  # fmt: skip
    written = list(shards.read(tmp_path / "out" / "records", Example))
    assert {example.id for example in written} == {example.id for example in structured(CARDS[:20], **tasks)[0]} | {
        example.id for example in structured(visit, **tasks)[0]
    }
    (rejected,) = shards.read(tmp_path / "out" / "quarantine", Rejected)
    assert (rejected.id, rejected.source, rejected.detail) == ("x", "visits", "task hpi")


def test_files_on_the_command_line(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_bytes(b"k" * 40)
    shards.write(tmp_path / "in", CARDS[:5], 1)
    declared = _params(tmp_path, key)
    done = _python(
        "-m", "stages.structure", tmp_path / "in" / "0000.jsonl", "--to", tmp_path / "out", "--params", declared
    )
    assert done.stdout.startswith("examples.flashcards 5, in 5, out 5, quarantined 0")
    shown = _python("-m", "stages.structure", "preview", "--task", "flashcards", "-n", "1", "--source",
                    tmp_path / "out" / "records", "--params", declared).stdout  # fmt: skip
    assert "### Instruction:" in shown
    assert "It is." in shown
    assert shown.count("What is item") == 1


def _params(folder: Path, key: Path) -> Path:
    from ruamel.yaml import YAML

    yaml = YAML()
    declared = yaml.load(Path("params.yaml"))
    declared["key_file"] = str(key)
    declared["flow"]["shards"] = 2
    declared["tasks"]["flashcards"]["sources"] = ["table"]
    declared["sources"]["table"] = declared["sources"]["terminology"]
    for name in ("scribe", "dictation"):
        del declared["tasks"][name]
        del declared["train"][name]
    del declared["export"]
    for task_ in declared["tasks"].values():
        task_["base"], task_["base_path"] = "absent", "models/base/absent"
    declared["base"]["absent"] = declared["base"]["clinic"]
    yaml.dump(declared, folder / "params.yaml")
    return folder / "params.yaml"


def _python(*words: object) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"COLUMNS": "160"},
    )
    assert done.returncode == 0, done.stderr
    return done


def test_the_example_survives_its_json() -> None:
    (example,) = structured([CARDS[0]], a=task("flashcards", "table"))[0]
    from stages.records import to_json

    assert Example.from_json(orjson.dumps(orjson.loads(to_json(example)))) == example
