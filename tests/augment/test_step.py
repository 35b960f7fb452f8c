"""From examples to children: what they inherit, what is rejected, what review decides, and the same bytes twice."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from stages import metrics, shards
from stages.augment import ledger, preview
from stages.augment.operator import RefusedError
from stages.augment.step import Augment, child_id
from stages.flow import Count, Rejected
from stages.params.augment import Operator
from stages.records import Example, to_json
from tests.augment.conftest import DIALOGUE, TABLE, TERMS

ROOT = Path(__file__).parents[2]


def step(**declared: Operator) -> Augment:
    tables = {name: TABLE for name, operator in declared.items() if operator.kind == "synonyms"}
    made = Augment(declared, tables, TABLE, TERMS, seed=7)
    made.setup()
    return made


def operator(kind: Any, **more: Any) -> Operator:
    return Operator(kind=kind, tasks=["hpi"], **({"table": "t.csv"} if kind == "synonyms" else {}), **more)


def test_children_inherit_all_but_the_input(parent: Example) -> None:
    made = step(names=operator("synonyms", rate=0.5, children=2), less=operator("deletion", rate=0.3))
    found = list(made.process([parent]))
    children = [child for child in found if isinstance(child, Example)]
    assert [child.operator for child in children] == ["names", "names", "less"]
    for child in children:
        same = replace(child, id=parent.id, parent=None, operator=None, input=parent.input, meta={})
        assert same == parent
        assert (child.parent, child.meta) == (parent.id, {"seed": 7})
    assert len({child.id for child in children}) == 3
    assert children[0].id == child_id("parent", "names", 0)
    assert [count for count in found if isinstance(count, Count)].count(Count("children.names")) == 2
    assert list(made.process([parent])) == found


def test_the_instruction_changes_where_there_is_no_input(parent: Example) -> None:
    card = replace(parent, input="", instruction="What is a cough?")
    (child, _) = step(names=operator("synonyms")).process([card])
    assert isinstance(child, Example)
    assert (child.instruction, child.input, child.response) == ("What is a tussis?", "", parent.response)


@pytest.mark.parametrize("fixed", ["validation", "test"])
def test_no_children_of_what_is_fixed_for_validation_or_test(parent: Example, fixed: str) -> None:
    made = step(names=operator("synonyms"))
    assert not list(made.process([replace(parent, split=fixed)]))
    assert list(made.process([replace(parent, split="train")]))


def test_no_children_of_what_has_sound(parent: Example) -> None:
    heard = replace(parent, audio="a.flac", meta={"audio_sha256": "0"})
    assert not list(step(names=operator("synonyms")).process([heard]))


def test_no_children_of_other_tasks(parent: Example) -> None:
    assert not list(step(names=operator("synonyms")).process([replace(parent, task="flashcards")]))


@pytest.mark.parametrize(
    ("after", "reason"),
    [
        (DIALOGUE.replace("500", "50"), "changed numbers, doses"),
        (DIALOGUE.replace("left", "right"), "changed laterality"),
        (DIALOGUE.replace("no fever", "fever"), "changed negation"),
        (DIALOGUE.replace("metformin", "glipizide"), "changed names, drugs"),
        (DIALOGUE.replace("Patient:", "Nurse:"), "changed sections"),
        (DIALOGUE.replace("cough", "rash"), "changed names"),
        (DIALOGUE.replace(" a ", "  a "), "duplicate"),
        (" ", "nothing left"),
    ],
)
def test_a_child_that_changes_what_is_protected_is_rejected(parent: Example, after: str, reason: str) -> None:
    made = step(bad=operator("insertion"))

    class Bad:
        def __call__(self, text: str, rng: Random, rank: int) -> str:
            return after

    made._operators = {"bad": Bad()}
    (rejected,) = made.process([parent])
    assert rejected == Rejected(child_id("parent", "bad", 0), "g1", "hpi", f"bad: {reason}")


def test_a_child_twice_and_a_refusal_are_rejected(parent: Example) -> None:
    made = step(again=operator("insertion", children=2), no=operator("deletion"))

    class Again:
        def __call__(self, text: str, rng: Random, rank: int) -> str:
            return text.replace("shoes", "um shoes")

    class Refuses:
        def __call__(self, text: str, rng: Random, rank: int) -> str:
            raise RefusedError("longer than the model reads")

    made._operators = {"again": Again(), "no": Refuses()}
    found = list(made.process([parent]))
    assert [r.reason for r in found if isinstance(r, Rejected)] == [
        "again: duplicate",
        "no: longer than the model reads",
    ]


@pytest.fixture
def project(tmp_path: Path, lexicon: tuple[Path, Path], parent: Example) -> Path:
    """A folder with params, key, lexicon, structured examples and an empty ledger."""
    from ruamel.yaml import YAML

    params = YAML(typ="safe", pure=True).load(ROOT / "params.yaml")
    params["key_file"] = "key"
    params["flow"] |= {"shards": 2, "workers": 2}
    params["augment"] = {
        "operators": {
            "names": {"kind": "synonyms", "tasks": ["hpi"], "children": 2, "rate": 0.5, "table": "synonyms.csv"},
            "keys": {"kind": "keyboard", "tasks": ["hpi"]},
        },
        "terms": "terms.txt",
        "names": "synonyms.csv",
        "review": "review.csv",
        "sample": 5,
    }
    with (tmp_path / "params.yaml").open("w") as file:
        YAML().dump(params, file)
    shutil.copytree(ROOT / "data/lexicon", tmp_path / "data/lexicon")
    (tmp_path / "key").write_text("k" * 40)
    ledger.write(tmp_path / "review.csv", [])
    examples = [replace(parent, id=f"p{n}", group=f"g{n}", input=f"{DIALOGUE} Room {n}.") for n in range(6)]
    shards.write(tmp_path / "data/structure/records", examples, 2)
    return tmp_path


def augment(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "stages.augment", *words]
    env = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    return subprocess.run(command, cwd=project, env=env, capture_output=True, text=True, check=False)


def outputs(project: Path) -> dict[str, bytes]:
    found = {str(p.relative_to(project)): p.read_bytes() for p in (project / "data/augment").rglob("*.jsonl")}
    return found | {"metrics": (project / "metrics/augment.json").read_bytes()}


def test_the_whole_round_of_review(project: Path) -> None:
    done = augment(project)
    assert done.returncode == 0, done.stderr
    first = outputs(project)
    numbers = metrics.read(project / "metrics/augment.json")
    assert (numbers["in"], numbers["children.keys"], numbers["review.reviewed"]) == (6, 6, 0)
    assert numbers["out"] + numbers["quarantined"] == 18
    assert numbers["review.acceptance_rate"] is None

    assert "5 children added" in augment(project, "review").stdout
    assert "5 children added" in augment(project, "review").stdout
    rows = ledger.read(project / "review.csv")
    assert len({row.id for row in rows}) == 10
    assert all(row.before != row.after and row.parent.startswith("p") for row in rows)

    decided = [replace(row, decision=d) for row, d in zip(rows, ["accept", "reject", "Accept", "reject"], strict=False)]
    ledger.write(project / "review.csv", [*decided, *rows[4:]])
    assert augment(project).returncode == 0
    after = metrics.read(project / "metrics/augment.json")
    assert after["quarantined.rejected by review"] == 2
    assert after["out"] == numbers["out"] - 2
    assert after["review.acceptance_rate"] == 0.5
    assert after["review.reviewed"] == round(4 / numbers["out"], 6)
    left = {child.id for child in shards.read(project / "data/augment/records", Example)}
    assert {rows[0].id, rows[2].id} <= left
    assert left.isdisjoint({rows[1].id, rows[3].id})
    rejected = {r.id for r in shards.read(project / "data/augment/quarantine", Rejected)}
    assert {rows[1].id, rows[3].id} <= rejected

    stale = [replace(decided[1], after="another text"), *decided[2:]]
    ledger.write(project / "review.csv", stale)
    assert augment(project).returncode == 0
    assert metrics.read(project / "metrics/augment.json")["review.outdated"] == 1
    assert rows[1].id in {child.id for child in shards.read(project / "data/augment/records", Example)}

    ledger.write(project / "review.csv", [])
    assert augment(project).returncode == 0
    assert outputs(project) == first


def test_a_memo_serves_and_a_decision_costs_nothing(project: Path) -> None:
    (project / ".dvc").mkdir()
    assert augment(project).returncode == 0
    first = outputs(project)
    memo = {p: p.stat().st_mtime_ns for p in (project / ".dvc/tmp").rglob("*") if p.is_file()}
    assert memo
    assert augment(project, "review").returncode == 0
    assert augment(project).returncode == 0
    again = {p: p.stat().st_mtime_ns for p in (project / ".dvc/tmp").rglob("*") if p.is_file()}
    assert again == memo
    assert {k: v for k, v in outputs(project).items() if k != "metrics"} == {
        k: v for k, v in first.items() if k != "metrics"
    }


def test_preview_and_try(project: Path, parent: Example) -> None:
    assert augment(project).returncode == 0
    shown = augment(project, "preview", "--task", "hpi", "-n", "2").stdout
    assert shown.count("-> HPI: cough.") == 2
    line = to_json(parent)
    (project / "mine.jsonl").write_bytes(line + b"\n")
    done = augment(project, "try", "mine.jsonl")
    assert [Example.from_json(found).parent for found in done.stdout.splitlines()] == ["parent"] * 3


def test_word_diff() -> None:
    assert preview.word_diff("has a cough.", "has a bad cough.") == [
        ("has a ", ""),
        ("bad ", "green"),
        ("cough.", ""),
    ]


@pytest.mark.parametrize(
    ("columns", "rows", "message"),
    [
        (ledger.COLUMNS, [["a", "p", "t", "o", "b", "c", "maybe", "", ""]], "review.csv:2: decision 'maybe'"),
        (
            ledger.COLUMNS,
            [["a", "p", "t", "o", "b", "c", "", "", ""]] * 2,
            "review.csv:3: child a is on the ledger twice",
        ),
        (ledger.COLUMNS[1:], [], "review.csv: column 'id' is missing"),
    ],
)
def test_a_broken_ledger_is_answered(project: Path, columns: tuple[str, ...], rows: list[Any], message: str) -> None:
    with (project / "review.csv").open("w", newline="") as file:
        csv.writer(file).writerows([columns, *rows])
    done = augment(project)
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_the_ledger_keeps_texts_as_they_are(tmp_path: Path) -> None:
    row = ledger.Row("a", "p", "t", "o", 'two\nlines, "quoted"', "=1+1; é", "accept", "Dr. X", "fine\r\n")
    ledger.write(tmp_path / "l.csv", [row])
    assert [asdict(found) for found in ledger.read(tmp_path / "l.csv")] == [asdict(row)]


@pytest.mark.parametrize(
    ("declared", "fault"),
    [
        ({"kind": "synonyms"}, "`table` belongs to kind synonyms"),
        ({"kind": "deletion", "table": "x.csv"}, "`table` belongs to kind synonyms"),
        ({"kind": "back_translation", "models": ["a"]}, "kind back_translation takes 2 models, found 1"),
        ({"kind": "insertion", "models": ["a"]}, "kind insertion takes 0 models, found 1"),
    ],
)
def test_an_operator_is_declared_with_what_it_needs(declared: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        Operator(tasks=["hpi"], **declared)
