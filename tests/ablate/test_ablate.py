"""The command on a repository of real Git and DVC, whose training is a script that adds what each operator is worth."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from stages.ablate.effects import Effect, effects
from stages.ablate.table import Ablation, Trained, lines
from stages.ablate.variants import Variant, variants
from stages.compare.paired import Settings
from stages.compare.rows import Row
from stages.compare.runs import parse
from stages.params.augment import Operator
from tests.pipeline.conftest import Project

ROOT = Path(__file__).parents[2]
PIPELINE = """\
stages:
  evaluate:
    foreach: [hpi]
    do:
      cmd: python code.py ${item}
      deps: [code.py]
      params: [augment]
      outs: ["data/evaluate/${item}"]
      metrics:
        - metrics/split.json: {cache: false}
        - metrics/train/${item}.json: {cache: false}
"""
CODE = """\
import json, pathlib, random, sys
from ruamel.yaml import YAML

task = sys.argv[1]
operators = YAML(typ="safe").load(pathlib.Path("params.yaml"))["augment"].get("operators") or {}
own = [name for name, operator in operators.items() if task in operator["tasks"]]
worth = sum({"helps": 0.05, "hurts": -0.06}.get(name, 0.0) for name in own)
out = pathlib.Path("data/evaluate", task)
out.mkdir(parents=True, exist_ok=True)
lines = []
for n in range(60):
    noise = sum(random.Random(f"{n}{name}").gauss(0, 0.02) for name in own if name != "idle")
    value = 0.5 + random.Random(n).random() / 4 + worth + noise
    lines.append({"id": f"e{n:02}", "group": f"g{n % 30}", "slices": {}, "base": {}, "tuned": {
        "hpi_f1": [value, 1.0], "wer": [3.0, 0.0, 0.0, 17.0]}})
(out / "statistics.jsonl").write_text("".join(json.dumps(line) + "\\n" for line in lines))
(out / "signature.json").write_text(json.dumps({"test_set": "t", "prompt": "p", "generation": "g",
                                                "metrics": {"hpi_f1": "hpi_f1|1", "wer": "wer|1"}}))
pathlib.Path("metrics/train").mkdir(parents=True, exist_ok=True)
counts = {"train": 100 + 10 * len(own), "children": 10 * len(own)}
pathlib.Path("metrics/split.json").write_text(json.dumps({"tasks": {task: counts}}))
pathlib.Path("metrics/train", task + ".json").write_text(json.dumps({"steps": 20 + len(own)}))
"""
OPERATORS = {
    "helps": {"kind": "deletion", "tasks": ["hpi"]},
    "hurts": {"kind": "insertion", "tasks": ["hpi", "diagnosis"]},
    "idle": {"kind": "keyboard", "tasks": ["hpi"]},
    "elsewhere": {"kind": "ocr", "tasks": ["diagnosis"]},
}
Ablated = tuple[Project, dict[str, Any], str]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    found = Project(tmp_path_factory.mktemp("ablated"))
    for name in ("data/lexicon", "data/review"):
        shutil.copytree(ROOT / name, found.folder / name)
    shutil.copy(ROOT / "params.yaml", found.folder)
    found.declare({"evaluate": {"replicates": 2000}})
    found.declare({"augment": {"operators": OPERATORS}})
    (found.folder / "dvc.yaml").write_text(PIPELINE)
    (found.folder / "code.py").write_text(CODE)
    found.run("git", "init", "-q", "-b", "main")
    found.run("dvc", "init", "-q")
    return found


def ablate(project: Project, *arguments: str, check: bool = True) -> tuple[int, str, str]:
    command = (sys.executable, "-m", "stages.ablate", *arguments)
    done = project.run(*command, check=check, PYTHONPATH=str(ROOT))
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def ablated(project: Project) -> Ablated:
    code, _, error = ablate(project, "hpi", check=False)
    assert code == 1
    assert "not up to date" in error
    assert "run `dvc repro evaluate@hpi` first" in error
    project.run("dvc", "repro")
    project.commit("Reproduced")
    _, out, _ = ablate(project, "hpi", "-S", "++train.hpi.max_steps=5")
    return project, json.loads((project.folder / "ablations/hpi.json").read_text()), out


def test_each_operator_is_judged_by_what_it_is_worth(ablated: Ablated) -> None:
    _, told, out = ablated
    verdicts = {"+".join(effect["left_out"]): effect["verdict"] for effect in told["effects"]}
    assert verdicts["helps"] == "helped"
    assert verdicts["hurts"] == "hurt"
    assert verdicts["idle"] == "no change"
    assert "helps+hurts+idle" in verdicts
    for effect in told["effects"]:
        row = effect["headline"]
        assert row["metric"] == "hpi_f1"
        if effect["verdict"] in ("helped", "hurt"):
            assert row["low"] <= row["difference"] <= row["high"]
            assert [row["low"], row["high"]] == row["bca"]
            assert 0 < row["p"] < row["corrected"] < 0.05
    assert "helped" in out
    assert "helps + hurts + idle" in out
    # The script gives a variant more steps for each operator, whatever it is told.
    assert "The variants differ in steps" in out
    assert "-S ++train.hpi.max_steps=23" in out


def test_equal_steps_are_not_remarked_upon() -> None:
    row = Row("hpi", "hpi_f1", "", True, "higher", 60, 30, 0.5, 0.6, 0.1, p=0.01, corrected=0.01, verdict="better")
    effect = Effect(("helps",), "helped", row, ())
    trained = [
        Trained(Variant(name), name, "c", 100, 0, steps) for name, steps in (("full", 40), ("without-helps", 40))
    ]
    for steps, remarks in ((40, 0), (39, 1)):
        trained[1] = replace(trained[1], steps=steps)
        found = lines(Ablation("hpi", tuple(trained), (effect,), 0.05, 0.95, 100, 7))
        assert len([line for line, _ in found if "++train.hpi.max_steps=40" in line]) == remarks


def test_every_variant_is_an_experiment_and_the_workspace_stays(ablated: Ablated) -> None:
    project, told, _ = ablated
    names = [one["experiment"] for one in told["trained"]]
    variants = ("full", "without-helps", "without-hurts", "without-idle", "without-any")
    assert names == [f"ablate-hpi-1-{variant}" for variant in variants]
    assert set(project.run("dvc", "exp", "list", "--name-only").stdout.split()) == set(names)
    assert [(one["children"], one["steps"]) for one in told["trained"]] == [(30, 23)] + 3 * [(20, 22)] + [(0, 20)]
    assert project.run("git", "status", "--porcelain").stdout.split() == ["??", "ablations/"]
    params = project.run("git", "show", f"{told['trained'][2]['commit']}:params.yaml").stdout
    declared = YAML(typ="safe").load(params)
    assert declared["train"]["hpi"]["max_steps"] == 5
    assert "hpi" not in declared["augment"]["operators"]["hurts"]["tasks"]
    compared = project.run(
        sys.executable, "-m", "stages.compare", names[2], names[0], "--format", "json", PYTHONPATH=str(ROOT)
    )
    row = next(row for row in json.loads(compared.stdout)["rows"] if row["headline"] and row["task"] == "hpi")
    assert row["p"] == told["effects"][1]["headline"]["p"]


def test_a_task_without_operators_is_named(project: Project) -> None:
    code, _, error = ablate(project, "terminology", check=False)
    assert (code, error) == (1, "ablate: augment.operators: none has terminology among its tasks, so there is nothing "
                                "to leave out\n")  # fmt: skip


def operators(**declared: dict[str, Any]) -> dict[str, Operator]:
    return {name: Operator.model_validate(one) for name, one in declared.items()}


def test_one_operator_is_left_out_once() -> None:
    found = variants("hpi", operators(helps=OPERATORS["helps"]))
    assert [(one.name, one.overrides) for one in found] == [
        ("full", ()), ("without-helps", ("~augment.operators.helps",))
    ]  # fmt: skip


def test_an_operator_keeps_its_other_tasks() -> None:
    (_, without) = variants("hpi", operators(hurts=OPERATORS["hurts"]))
    assert without.overrides == ("augment.operators.hurts.tasks=[diagnosis]",)


def test_a_name_that_dvc_cannot_address_is_refused() -> None:
    with pytest.raises(ValueError, match=r"augment\.operators\.a\.b: .* rename it"):
        variants("hpi", operators(**{"a.b": OPERATORS["helps"]}))


def test_another_test_set_is_refused_and_not_judged() -> None:
    def run(test_set: str) -> Any:
        line = {"id": "e", "group": "g", "tuned": {"wer": [1.0, 0.0, 0.0, 2.0]}}
        told = {"test_set": test_set, "prompt": "p", "generation": "g", "metrics": {"wer": "wer|1"}}
        return parse("run", json.dumps(line).encode(), json.dumps(told).encode())

    (found,) = effects("hpi", ["wer"], run("a"), [(("helps",), run("b"))], 0.05, Settings(100, 0.95, 10, 7))
    assert (found.verdict, found.headline.reasons) == ("refused", ("the test sets differ (b / a)",))
