"""Every preset lays itself over params.yaml, keeps its comments and gives valid params."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from stages.params import load
from stages.params.presets import PRESETS, UNPINNED, applied, names

ROOT = Path(__file__).parents[2]
COMMIT = "0123456789abcdef0123456789abcdef01234567"
ON_HUBS = [name for name in names() if name not in ("longer-speech", "mts-dialog", "text-only")]


def command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`python -m stages.params.presets` in a folder."""
    line = [sys.executable, "-m", "stages.params.presets", *arguments]
    return subprocess.run(line, cwd=folder, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with the params that Rounds ships, and what they name."""
    (tmp_path / "params.yaml").write_bytes((ROOT / "params.yaml").read_bytes())
    (tmp_path / "constraints.txt").touch()
    (tmp_path / "data" / "raw" / "mts-dialog").mkdir(parents=True)
    (tmp_path / "data" / "raw" / "key").touch()
    (tmp_path / "data" / "lexicon").symlink_to(ROOT / "data" / "lexicon")
    return tmp_path


def test_there_are_the_published_set_ups() -> None:
    assert names() == [
        "clinical-whisper",
        "healthcare-assistant",
        "longer-speech",
        "medical-education",
        "medical-terminology",
        "mts-dialog",
        "physician-diagnosis",
        "text-only",
        "visit-scribe",
    ]


@pytest.mark.parametrize("name", names())
def test_applied_it_gives_valid_params_and_keeps_comments(
    name: str, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (project / "params.yaml").read_text()
    shown = command(project, name, "--revision", COMMIT)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert (project / "params.yaml").read_text() == before
    done = command(project, name, "--revision", COMMIT, "--apply")
    assert (done.returncode, done.stdout) == (0, shown.stdout)
    monkeypatch.chdir(project)
    params = load()
    assert params.tasks
    after = (project / "params.yaml").read_text()
    assert "# or ray" in after
    kept = sum(line in after for line in before.splitlines() if line.strip())
    assert kept > len(before.splitlines()) / 2
    # A second time there is nothing left to change.
    assert applied(after, name, COMMIT) == after


@pytest.mark.parametrize("name", ON_HUBS)
def test_without_a_pinned_commit_it_is_refused_and_nothing_is_written(name: str, project: Path) -> None:
    before = (project / "params.yaml").read_bytes()
    refused = command(project, name, "--apply")
    assert refused.returncode == 2
    assert UNPINNED in refused.stderr
    assert "--revision" in refused.stderr
    assert (project / "params.yaml").read_bytes() == before


@pytest.mark.parametrize("name", names())
def test_it_opens_with_the_commands_that_run_it(name: str) -> None:
    opening = (PRESETS / f"{name}.yaml").read_text().split("\n\n")[0]
    assert f"python -m stages.params.presets {name}" in opening
    assert "dvc repro" in (PRESETS / f"{name}.yaml").read_text()


def test_an_unknown_name_gets_the_nearest(project: Path) -> None:
    refused = command(project, "visit-scrib")
    assert refused.returncode == 2
    assert "did you mean visit-scribe" in refused.stderr
    assert command(project).stdout.split() == names()


def test_published_hyperparameters_are_what_is_trained_with(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    assert command(project, "visit-scribe", "--revision", COMMIT, "--apply").returncode == 0
    train = load().training("hpi")
    assert (train.lora.r, train.lora.alpha, train.lora.dropout, len(train.lora.targets)) == (32, 16, 0.05, 7)
    assert (train.quantization.bits, train.quantization.double, train.quantization.compute) == (4, True, "float16")
    assert (train.batch, train.accumulation, train.learning_rate, train.epochs) == (1, 8, 2e-4, 3.0)
    assert (train.warmup_steps, train.max_length, train.gradient_checkpointing) == (100, 2048, True)


def test_without_speech_nothing_of_it_is_left(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    assert command(project, "text-only", "--apply").returncode == 0
    params = load()
    assert not [name for name, base in params.base.items() if base.kind == "whisper"]
    assert not [name for name, source in params.sources.items() if source.reader == "recordings"]
    assert not params.export.tasks
