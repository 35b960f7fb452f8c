"""Pull requests on a real repository of Git and DVC: what they are told, and whether they may pass."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.compare.conftest import Outcome
from tests.compare.runs import lines, write
from tests.pipeline.conftest import Project

Compare = Callable[..., Outcome]


def headline(told: dict[str, Any]) -> dict[str, Any]:
    found = [row for row in told["rows"] if row["headline"] and not row["slice"]]
    assert [row["metric"] for row in found] == ["hpi_f1"]
    return found[0]


def whole(told: dict[str, Any], metric: str) -> dict[str, Any]:
    return next(row for row in told["rows"] if row["metric"] == metric and not row["slice"])


def test_a_change_of_a_comment_changes_nothing(compare: Compare) -> None:
    code, told = compare("main", "comment", "--gate")
    assert code == 0
    verdicts = {row["verdict"] for row in told["rows"] if row["a"] is not None}
    assert verdicts == {"no change"}
    assert headline(told)["p"] is None


def test_worse_scores_are_worse_with_p_and_held(compare: Compare) -> None:
    code, told = compare("main", "worse", "--gate")
    row = headline(told)
    assert (code, row["verdict"]) == (1, "worse")
    assert row["p"] < 0.001
    assert row["p"] <= row["corrected"] < 0.05
    assert row["low"] < row["difference"] < row["high"] < 0
    assert (row["examples"], row["groups"]) == (60, 30)
    assert whole(told, "wer")["verdict"] == "no change"


def test_better_and_noisy_scores_pass(compare: Compare) -> None:
    for name, verdict in (("better", "better"), ("noisy", "noise")):
        code, told = compare("main", name, "--gate")
        assert (code, headline(told)["verdict"]) == (0, verdict)


def test_another_test_set_is_refused_with_its_reason(compare: Compare) -> None:
    code, told = compare("main", "other-test-set", "--gate")
    row = headline(told)
    assert (code, row["verdict"], row["a"]) == (2, "refused", None)
    assert row["reasons"] == ["the test sets differ (tttttttt / uuuuuuuu)"]


def test_anyway_compares_what_is_in_common_and_marks_it(compare: Compare) -> None:
    code, told = compare("main", "other-test-set", "--gate", "--anyway")
    row = headline(told)
    assert (code, row["verdict"], row["examples"]) == (1, "worse", 50)
    assert row["reasons"] == ["the test sets differ (tttttttt / uuuuuuuu)"]


def test_only_the_metric_whose_normaliser_differs_is_refused(compare: Compare) -> None:
    code, told = compare("main", "other-normaliser", "--gate")
    assert code == 1
    assert headline(told)["verdict"] == "worse"
    assert whole(told, "wer")["reasons"] == ["the metric differs (normaliser clinical-1 / none, version 4 / none)"]


def test_an_experiment_is_a_side_by_its_name(compare: Compare) -> None:
    _, told = compare("main", "tried")
    assert headline(told)["verdict"] == "worse"
    assert told["b"].startswith("tried (")


def test_a_commit_is_shown_short(compare: Compare, project: Project) -> None:
    commit = project.run("git", "rev-parse", "worse").stdout.strip()
    _, told = compare("main", commit)
    assert told["b"] == commit[:7]
    assert headline(told)["verdict"] == "worse"


def test_the_workspace_is_the_second_side_where_none_is_named(compare: Compare) -> None:
    _, told = compare("worse")
    assert told["b"] == "workspace"
    assert headline(told)["verdict"] == "better"


def test_the_same_revisions_give_the_same_numbers_again(compare: Compare) -> None:
    assert compare("main", "noisy") == compare("main", "noisy")


def test_a_folder_and_another_checkout_are_sides(compare: Compare, project: Project, tmp_path: Path) -> None:
    shutil.copytree(project.folder / "data/evaluate", tmp_path / "checkout/data/evaluate")
    write(tmp_path / "plain/hpi", lines(loss=0.05, noise=0.02))
    _, told = compare(str(tmp_path / "checkout"), str(tmp_path / "plain"), "--task", "hpi")
    assert headline(told)["verdict"] == "worse"
    _, told = compare("worse", str(tmp_path / "plain"), "--task", "hpi")
    assert headline(told)["verdict"] == "no change"


def test_a_task_is_chosen_and_one_that_is_not_there_named(compare: Compare) -> None:
    _, told = compare("main", "worse", "--task", "mine")
    assert {row["task"] for row in told["rows"]} == {"mine"}
    code, told = compare("main", "worse", "--task", "hpl")
    assert (code, told["error"]) == (3, "compare: hpl: neither side evaluated this task; there are hpi, mine\n")


def test_slices_have_rows_and_a_family_of_their_own(compare: Compare) -> None:
    _, without = compare("main", "worse", "--slice", "source")
    _, told = compare("main", "worse", "--slice", "category")
    assert {row["slice"] for row in told["rows"]} == {"", "category=long", "category=short"}
    assert headline(told)["corrected"] == headline(without)["corrected"]


def test_what_is_no_side_is_named(compare: Compare) -> None:
    code, told = compare("mian")
    assert code == 3
    assert "mian: no folder, Git revision or experiment of that name" in told["error"]


def test_a_folder_with_the_name_of_a_branch_must_be_told_apart(compare: Compare, project: Project) -> None:
    folder = project.folder / "worse"
    folder.mkdir()
    try:
        code, told = compare("main", "worse")
    finally:
        folder.rmdir()
    assert code == 3
    assert "write ./worse for the folder" in told["error"]


@pytest.fixture
def cloned(project: Project, tmp_path: Path) -> Project:
    """A clone without data, and a remote that the data was pushed to."""
    found = Project(tmp_path / "clone")
    project.run("git", "clone", "-q", ".", str(found.folder))
    remote = tmp_path / "remote"
    remote.mkdir()
    project.run("dvc", "remote", "add", "-q", "--local", "-d", "-f", "shared", str(remote))
    found.run("dvc", "remote", "add", "-q", "--local", "-d", "shared", str(remote))
    return found


def test_a_clone_reads_from_the_remote(compare: Compare, project: Project, cloned: Project) -> None:
    project.run("dvc", "push", "--all-branches")
    code, told = compare("origin/main", "origin/worse", "--gate", folder=cloned.folder)
    assert (code, headline(told)["verdict"]) == (1, "worse")


def test_data_that_is_nowhere_is_named_with_what_to_fetch(compare: Compare, cloned: Project) -> None:
    code, told = compare("origin/main", "origin/worse", folder=cloned.folder)
    assert code == 3
    assert "data/evaluate/hpi is neither in the cache nor in the remote" in told["error"]
    assert "dvc fetch --all-commits data/evaluate/hpi" in told["error"]


def test_no_change_is_known_without_data(compare: Compare, cloned: Project) -> None:
    code, told = compare("origin/main", "origin/comment", "--gate", folder=cloned.folder)
    assert (code, headline(told)["verdict"], headline(told)["a"]) == (0, "no change", None)


def test_a_workspace_without_data_is_refused(compare: Compare, project: Project, cloned: Project) -> None:
    project.run("dvc", "push", "--all-branches")
    code, told = compare("origin/main", "--gate", folder=cloned.folder)
    assert code == 2
    assert "`dvc pull` or `dvc repro evaluate@hpi`" in headline(told)["reasons"][0]
