"""What a reviewer is told of three pull requests against the pipeline itself: a comment, less data, other questions."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

from tests.pipeline.conftest import Project

EVALUATED = "evaluate@flashcards"


def compared(project: Project) -> tuple[int, dict[str, Any]]:
    """The gate's exit code, and the headline row of the flashcards: HEAD against the workspace."""
    command = [sys.executable, "-m", "stages.compare", "HEAD", "--task", "flashcards", "--gate", "--format", "json"]
    done = project.run(*command, check=False)
    rows = json.loads(done.stdout)["rows"]
    return done.returncode, next(row for row in rows if row["headline"] and not row["slice"])


def test_a_comment_is_no_change(copied: Callable[[], Project]) -> None:
    project = copied()
    with (project.folder / "params.yaml").open("a") as file:
        file.write("# A remark.\n")
    project.run("dvc", "repro", EVALUATED)
    code, row = compared(project)
    assert (code, row["verdict"], row["p"]) == (0, "no change", None)


def test_half_the_training_data_is_worse_with_p(copied: Callable[[], Project]) -> None:
    project = copied()
    before = _sizes(project)
    # Validation grows at the expense of training; the test set lies before both on the line of patients.
    project.declare({"split": {"validation": 0.45}})
    project.run("dvc", "repro", EVALUATED)
    after = _sizes(project)
    assert after["test"] == before["test"]
    assert after["train"] < 0.65 * before["train"]
    code, row = compared(project)
    assert (code, row["metric"], row["verdict"]) == (1, "perplexity", "worse")
    assert row["p"] <= row["corrected"] < 0.05
    assert 0 < row["low"] < row["difference"] < row["high"]


def test_another_test_set_is_refused(copied: Callable[[], Project]) -> None:
    project = copied()
    project.declare({"synthesize": {"flashcards": 110}})
    project.run("dvc", "repro", EVALUATED)
    code, row = compared(project)
    assert (code, row["verdict"], row["p"]) == (2, "refused", None)
    assert row["reasons"][0].startswith("the test sets differ")


def _sizes(project: Project) -> dict[str, int]:
    told = json.loads((project.folder / "metrics/split.json").read_bytes())["tasks"]["flashcards"]
    return {name: told[name] for name in ("train", "test")}
