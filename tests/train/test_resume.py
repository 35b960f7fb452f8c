"""The same inputs give the same bytes, also when the training was killed half-way."""

from __future__ import annotations

import shutil
import signal
import time
from pathlib import Path

import pytest

from stages.train import checkpoints
from tests.train.project import finish, make_project, outputs, start


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project trained without interruption."""
    folder = make_project(tmp_path_factory.mktemp("whole") / "project")
    finish(folder)
    return folder


def test_outputs_are_those_of_the_contract_and_the_checkpoints_are_gone(trained: Path) -> None:
    found = set(outputs(trained))
    assert {name for name in found if name.startswith("models/")} == {
        "models/adapters/hpi/adapter_config.json",
        "models/adapters/hpi/adapter_model.safetensors",
    }
    assert {"metrics/train/hpi.json", "data/train/hpi/quarantine.jsonl", "plots/train/hpi/validation/loss.tsv"} <= found
    assert not list((trained / ".dvc" / "tmp").rglob("checkpoint-*"))
    assert str(trained).encode() not in b"".join(outputs(trained).values())


def test_a_training_killed_half_way_ends_with_the_same_bytes(trained: Path, tmp_path: Path) -> None:
    folder = make_project(tmp_path / "project")
    running = start(folder)
    try:
        _wait_for(folder, "checkpoint-*.sha256", running)
        running.send_signal(signal.SIGKILL)
    finally:
        running.wait()
    assert running.returncode == -signal.SIGKILL
    assert not (folder / "models" / "adapters").exists()
    finish(folder)
    assert outputs(folder) == outputs(trained)
    assert b'"resumed_from": null' not in (folder / "data/train/hpi/run.json").read_bytes()


def test_a_torn_checkpoint_is_not_resumed_from(tmp_path: Path) -> None:
    for step in (5, 10, 15):
        (tmp_path / f"checkpoint-{step}").mkdir()
        (tmp_path / f"checkpoint-{step}" / "optimizer.pt").write_bytes(b"whole" * step)
    checkpoints.seal(tmp_path, 5)
    checkpoints.seal(tmp_path, 10)
    (tmp_path / "checkpoint-10" / "optimizer.pt").write_bytes(b"who")
    assert checkpoints.newest(tmp_path) == tmp_path / "checkpoint-5"
    assert not (tmp_path / "checkpoint-10").exists()
    assert not (tmp_path / "checkpoint-15").exists()


def _wait_for(folder: Path, pattern: str, running: object, seconds: float = 240) -> None:
    until = time.monotonic() + seconds
    while not list((folder / ".dvc").rglob(pattern)):
        assert running.poll() is None, running.stderr.read()  # type: ignore[attr-defined]
        assert time.monotonic() < until, "no checkpoint came"
        time.sleep(0.02)


def test_another_learning_rate_does_not_take_up_old_checkpoints(tmp_path: Path) -> None:
    folder = make_project(tmp_path / "project")
    running = start(folder)
    try:
        _wait_for(folder, "checkpoint-*.sha256", running)
    finally:
        running.kill()
        running.wait()
    text = (folder / "params.yaml").read_text()
    (folder / "params.yaml").write_text(text.replace("learning_rate: 0.01", "learning_rate: 0.02"))
    finish(folder)
    assert b'"resumed_from": null' in (folder / "data/train/hpi/run.json").read_bytes()
    shutil.rmtree(folder)
