"""One `dvc repro`: whole, repeatable to the byte, and unharmed by a kill."""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.pipeline.conftest import SMALL, Project, copy_of_the_tree

TASKS = ("flashcards", "terminology", "hpi", "diagnosis")


def test_every_task_is_scored_and_reported(reproduced: Project) -> None:
    for task in TASKS:
        numbers = json.loads((reproduced.folder / f"metrics/{task}.json").read_text())
        assert numbers["examples"] > 0
        assert set(numbers["base"]) == set(numbers["tuned"])
    page = (reproduced.folder / "report/index.html").read_text()
    assert all(task in page for task in TASKS)


def test_metrics_are_finite_numbers(reproduced: Project) -> None:
    def check(value: object, where: str) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                check(inner, f"{where}.{key}")
        elif where.startswith("split-certificate.json.sha256."):
            assert isinstance(value, str), where
            assert re.fullmatch("[0-9a-f]{64}", value), where
        else:
            assert value is None or (isinstance(value, int | float) and math.isfinite(value)), where

    for path in (reproduced.folder / "metrics").rglob("*.json"):
        check(json.loads(path.read_text()), path.name)


def test_a_second_repro_does_nothing(reproduced: Project) -> None:
    done = reproduced.run("dvc", "repro")
    assert reproduced.executed(done.stdout) == []
    assert "up to date" in done.stdout + done.stderr


def test_a_comment_in_the_params_runs_nothing(copied: Callable[[], Project]) -> None:
    project = copied()
    path = project.folder / "params.yaml"
    path.write_text("# a remark\n" + path.read_text())
    assert project.executed(project.run("dvc", "repro").stdout) == []


def test_a_change_runs_only_what_it_touches(copied: Callable[[], Project]) -> None:
    project = copied()
    project.declare({"evaluate": {"replicates": 400}})
    assert set(project.executed(project.run("dvc", "repro").stdout)) == {
        *(f"evaluate@{task}" for task in (*TASKS, "scribe", "dictation")),
        "export@scribe",
        "report",
    }


@pytest.mark.timeout(1500)
def test_two_clean_runs_give_the_same_bytes(reproduced: Project, tmp_path: Path) -> None:
    again = copy_of_the_tree(tmp_path / "again")
    again.declare(SMALL)
    again.commit("A small clinic")
    again.run("dvc", "repro")
    assert _digests(again) == _digests(reproduced)


def test_a_killed_training_resumes_to_the_same_bytes(copied: Callable[[], Project]) -> None:
    project = copied()
    project.declare({"train": {"defaults": {"checkpoint_steps": 1}}})
    project.run("dvc", "repro", "train@hpi")
    whole = _digest(project.folder / "models/adapters/hpi/adapter_model.safetensors")

    project.run("dvc", "remove", "--outs", "train@hpi", check=False)
    project.run("git", "checkout", "-q", "--", "dvc.yaml", "dvc.lock")
    (project.folder / "models/adapters/hpi/adapter_model.safetensors").unlink(missing_ok=True)
    _kill_when(project, ["dvc", "repro", "--force", "--single-item", "train@hpi"], "checkpoint-1")
    project.run("dvc", "repro", "--force", "--single-item", "train@hpi")
    assert _digest(project.folder / "models/adapters/hpi/adapter_model.safetensors") == whole


def _kill_when(project: Project, command: list[str], name: str) -> None:
    """Start a command in a process group of its own and SIGKILL the group once a file of the name is there."""
    process = subprocess.Popen(
        command, cwd=project.folder, env=project.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    end = time.monotonic() + 120
    while not any((project.folder / ".dvc/tmp/rounds/train").rglob(name)):
        assert process.poll() is None, "training ended before its first checkpoint"
        assert time.monotonic() < end, "no checkpoint came"
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    (project.folder / ".dvc/tmp/rwlock").unlink(missing_ok=True)
    (project.folder / ".dvc/tmp/lock").unlink(missing_ok=True)


def _digests(project: Project) -> dict[str, str]:
    kept = ("metrics", "plots", "models/adapters", "models/base")
    files = (path for folder in kept for path in sorted((project.folder / folder).rglob("*")) if path.is_file())
    return {path.relative_to(project.folder).as_posix(): _digest(path) for path in files}


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
