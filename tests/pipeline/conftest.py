"""A small clinic run through the real pipeline by real DVC, in a repository of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
SMALL = {
    "synthesize": {
        "patients": 10,
        "flashcards": 120,
        "passages": 120,
        "notes": 150,
        "recorded": 0.6,
        "dictations": 24,
        "speech_hours": 0.02,
    },
    "flow": {"shards": 4},
    "deidentify": {"max_document_leak_rate": 1.0, "speech": {"max_audible_phi": 1.0}},
    "base": {
        "clinic": {
            "architecture": {"vocabulary": 512, "hidden": 32, "layers": 2, "heads": 2},
            "schooling": {"steps": 20, "batch": 8, "warmup": 2},
        },
        "phi": {"schooling": {"steps": 100}},  # less finds nothing, and such a model is refused
        "whisper": {
            "hearing": {"vocabulary": 320, "hidden": 32, "encoder_layers": 1, "decoder_layers": 1, "heads": 2},
            "schooling": {"steps": 10, "batch": 4, "warmup": 2},
        },
    },
    "train": {
        name: {"epochs": 1.0} for name in ("flashcards", "terminology", "hpi", "diagnosis", "scribe", "dictation")
    },
    "export": {"examples": 4, "most_wer_loss": 1.0},
    "evaluate": {"most_new_tokens": 24, "replicates": 500},
}


@dataclass(frozen=True)
class Project:
    """A Git and DVC repository of Rounds."""

    folder: Path

    def run(self, *command: str, check: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command in it; fails the test with the command's own words."""
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment() | environment, capture_output=True, text=True, check=False
        )
        if check and done.returncode:
            pytest.fail(f"{' '.join(command)} exited {done.returncode}:\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}")
        return done

    @staticmethod
    def environment() -> dict[str, str]:
        """Ours, with this interpreter's commands first, an identity for Git, and no outer DVC repository."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("DVC_", "GIT_"))}
        who = {
            f"GIT_{role}_{what}": value
            for role in ("AUTHOR", "COMMITTER")
            for what, value in (("NAME", "T"), ("EMAIL", "t@example.org"))
        }
        return (
            inherited
            | who
            | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "DVC_NO_ANALYTICS": "1", "CI": "1"}
        )

    def declare(self, changes: dict) -> None:
        """Lay changes over params.yaml."""
        yaml = YAML()
        path = self.folder / "params.yaml"
        params = yaml.load(path)
        _lay(params, changes)
        yaml.dump(params, path)

    def commit(self, message: str) -> None:
        """Commit everything that is not ignored."""
        self.run("git", "add", "-A")
        self.run("git", "commit", "-qm", message, "--allow-empty")

    def executed(self, output: str) -> list[str]:
        """The stages that a `dvc repro` ran, by what it printed."""
        return [line.split("'")[1] for line in output.splitlines() if line.startswith("Running stage ")]


def copy_of_the_tree(folder: Path) -> Project:
    """What Git tracks and does not ignore, as it stands, in a new repository."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout
    for name in filter(None, listed.decode().split("\0")):
        source, target = ROOT / name, folder / name
        if source.is_file() and not name.startswith(("metrics/", "plots/")) and name != "dvc.lock":
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    project = Project(folder)
    project.run("git", "init", "-q", "-b", "main")
    return project


@pytest.fixture(scope="session")
def reproduced(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A small clinic after its first `dvc repro`, committed. Tests must leave it as they found it."""
    project = copy_of_the_tree(tmp_path_factory.mktemp("project"))
    project.declare(SMALL)
    project.commit("A small clinic")
    project.run("dvc", "repro")
    project.commit("Reproduced")
    return project


@pytest.fixture
def copied(reproduced: Project, tmp_path: Path) -> Callable[[], Project]:
    """Makes copies of the reproduced project, workspace and cache and all, to be changed at will."""

    def copy() -> Project:
        folder = tmp_path / "copy"
        shutil.copytree(reproduced.folder, folder, symlinks=True)
        return Project(folder)

    return copy


def _lay(under: dict, over: dict) -> None:
    for name, value in over.items():
        if isinstance(value, dict) and isinstance(under.get(name), dict):
            _lay(under[name], value)
        else:
            under[name] = value
