"""What commands say of the file that is shipped and of one with faults, and what reading one loads."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


def test_the_shipped_file_has_no_fault() -> None:
    done = _python("-m", "stages.params")
    assert (done.returncode, done.stdout, done.stderr) == (0, "params.yaml: no faults\n", "")


@pytest.mark.parametrize(
    "command", [["stages.params", "{}"], ["stages.structure", "--params", "{}"], ["stages.split", "--params", "{}"]]
)
def test_every_command_answers_with_code_2_and_writes_nothing(tmp_path: Path, command: list[str]) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text("seed: 1\n")
    done = _python("-m", *(word.format(file) for word in command))
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{file}:1: flow: missing; expected a mapping with the keys engine, workers, shards, address" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["wrong.yaml"]


def test_importing_params_loads_nothing_heavy() -> None:
    done = _python("-X", "importtime", "-c", "import stages.params; stages.params.load()")
    loaded = {line.rsplit("|", 1)[1].strip() for line in done.stderr.splitlines() if "|" in line}
    assert not {"rapidfuzz", "numpy", "pandas", "torch", "stages.params.docs"} & loaded


def _python(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, check=False, env=os.environ | {"DVC_STAGE": ""}
    )
