"""The commands that DVC's users live in work on Rounds and read well."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable

import pytest

from tests.pipeline.conftest import Project


@pytest.mark.timeout(1500)
def test_an_experiment_trains_what_it_changed(copied: Callable[[], Project]) -> None:
    project = copied()
    done = project.run("dvc", "exp", "run", "-S", "train.hpi.lora.r=4", "--name", "rank-four")
    assert set(project.executed(done.stdout)) == {"train@hpi", "evaluate@hpi", "audit", "report"}

    params = json.loads(project.run("dvc", "params", "diff", "--json").stdout)
    assert params["params.yaml"] == {"train.hpi.lora.r": {"old": 32, "new": 4, "diff": -28}}
    metrics = json.loads(project.run("dvc", "metrics", "diff", "--json").stdout)
    assert "trainable" in json.dumps(metrics["metrics/train/hpi.json"])
    assert "rank-four" in project.run("dvc", "exp", "show", "--csv").stdout
    assert "| metrics/train/hpi.json" in project.run("dvc", "metrics", "diff", "--md").stdout
    project.run("dvc", "plots", "diff", "--out", "plots-page")
    assert (project.folder / "plots-page" / "index.html").stat().st_size > 1000


@pytest.mark.timeout(1200)
def test_a_queue_tries_several_values(copied: Callable[[], Project]) -> None:
    project = copied()
    project.run("dvc", "exp", "run", "--queue", "-S", "train.hpi.learning_rate=1e-3,3e-3")
    project.run("dvc", "queue", "start")
    project.run("dvc", "queue", "logs", check=False)
    _until_done(project)
    rows = list(csv.DictReader(io.StringIO(project.run("dvc", "exp", "show", "--csv").stdout)))
    tried = {row["train.hpi.learning_rate"] for row in rows if row["Experiment"]}
    assert {"0.001", "0.003"} <= tried


def _until_done(project: Project) -> None:
    import time

    end = time.monotonic() + 900
    while time.monotonic() < end:
        status = project.run("dvc", "queue", "status").stdout
        assert "Failed" not in status, (
            status + project.run("dvc", "queue", "logs", status.split()[5], check=False).stdout
        )
        if status.count("Success") == 2:
            return
        time.sleep(3)
    pytest.fail(f"the queue did not finish:\n{status}")
