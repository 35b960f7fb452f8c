"""A repository of Git and DVC whose history holds one change a branch."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from stages.compare.__main__ import main
from tests.compare.runs import SIGNED, lines, write
from tests.pipeline.conftest import Project

ROOT = Path(__file__).parents[2]
PIPELINE = """\
stages:
  evaluate:
    foreach: [hpi, mine]
    do:
      cmd: mkdir -p data/evaluate && cp -r made/${item} data/evaluate/${item}
      deps: ["made/${item}", code.py]
      outs: ["data/evaluate/${item}"]
"""
MINE = {"token_f1": "token_f1|version:1"}

Outcome = tuple[int, dict[str, Any]]


def made(project: Project, **changes: Any) -> None:
    """What this repository's evaluate will find for the task hpi, and for one that params.yaml does not declare."""
    rows, signatures = changes.pop("rows", None) or lines(), changes.pop("signatures", SIGNED)
    write(project.folder / "made/hpi", rows, signatures, **changes)
    mine = [{"id": f"m{n}", "group": f"m{n}", "tuned": {"token_f1": [n / 40, 1.0]}} for n in range(40)]
    write(project.folder / "made/mine", mine, MINE)


def branch(project: Project, name: str, change: Callable[[], object]) -> None:
    """A branch off main with a change, reproduced and committed."""
    project.run("git", "checkout", "-q", "-B", name, "main")
    change()
    project.run("dvc", "repro")
    project.commit(name)


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Tests must leave it as they found it."""
    found = Project(tmp_path_factory.mktemp("compared"))
    for name in ("data/lexicon", "data/review"):
        shutil.copytree(ROOT / name, found.folder / name)
    shutil.copy(ROOT / "params.yaml", found.folder)
    (found.folder / "dvc.yaml").write_text(PIPELINE)
    code = found.folder / "code.py"
    code.write_text("print(1)\n")
    found.run("git", "init", "-q", "-b", "main")
    found.run("dvc", "init", "-q")
    made(found)
    found.run("dvc", "repro")
    found.commit("main")

    worse = lines(loss=0.05, noise=0.02)
    fewer = lines(examples=50, loss=0.05)
    branch(found, "comment", lambda: code.write_text("# What it prints: 1\nprint(1)\n"))
    branch(found, "worse", lambda: made(found, rows=worse))
    branch(found, "better", lambda: made(found, rows=lines(loss=-0.05, noise=0.02)))
    branch(found, "noisy", lambda: made(found, rows=lines(noise=0.02)))
    branch(found, "other-test-set", lambda: made(found, rows=fewer, test_set="u" * 8))
    branch(
        found, "other-normaliser", lambda: made(found, rows=worse, signatures=SIGNED | {"wer": "wer|normaliser:none"})
    )
    found.run("git", "checkout", "-q", "main")
    made(found, rows=worse)
    found.run("dvc", "exp", "run", "--name", "tried")
    found.run("git", "checkout", "-q", ".")
    found.run("dvc", "checkout")
    return found


@pytest.fixture
def compare(
    project: Project, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> Callable[..., Outcome]:
    """Runs the command in the repository; gives its exit code and what it says as JSON."""

    def run(*arguments: str, folder: Path = project.folder) -> Outcome:
        monkeypatch.chdir(folder)
        monkeypatch.setattr("sys.argv", ["compare", *arguments, "--format", "json"])
        code = 0
        try:
            main()
        except SystemExit as exit:
            code = int(exit.code or 0)
        out, err = capfdbinary.readouterr()
        return code, orjson.loads(out) if out else {"error": err.decode()}

    return run
