"""Experiments of DVC, each run in a folder of its own, so that the workspace stays as it is."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import orjson

from stages.ablate.variants import Variant


class Failed(RuntimeError):
    """A command of DVC or Git that failed; the message says which and what to do."""


def refuse_stale(task: str) -> None:
    """Raise `Failed` where `dvc repro` has something to do for the task: each variant would do all of it again."""
    said = _output("dvc", "status", "--json", "--with-deps", f"evaluate@{task}")
    stale = orjson.loads(said or b"{}")
    if stale:
        raise Failed(
            f"not up to date: {', '.join(sorted(stale))}; run `dvc repro evaluate@{task}` first, so that the variants "
            "share what augmentation does not touch"
        )


def prefix(task: str) -> str:
    """`ablate-<task>-<number>-`, with the first number that no experiment of this repository has."""
    names = _output("dvc", "exp", "list", "--all-commits", "--name-only").decode().split()
    number = 1
    while any(name.startswith(f"ablate-{task}-{number}-") for name in names):
        number += 1
    return f"ablate-{task}-{number}-"


def run(task: str, variant: Variant, name: str, overrides: Sequence[str]) -> None:
    """Run `evaluate@<task>` and all that it needs as the experiment `name`; raises `Failed`.

    What DVC prints goes to stderr.
    """
    settings = [part for one in (*variant.overrides, *overrides) for part in ("--set-param", one)]
    command = ["dvc", "exp", "run", "--temp", "--name", name, *settings, f"evaluate@{task}"]
    code = subprocess.run(_ours(command), stdout=sys.stderr, check=False).returncode
    if code:
        raise Failed(
            f"{' '.join(command)} exited {code}; what it printed says why. Once that is mended, run it again: "
            "DVC takes the variants that were trained from its cache"
        )


def commit(name: str) -> str:
    """The commit of an experiment; raises `Failed` where there is none."""
    listed = _output("git", "for-each-ref", "--format=%(objectname) %(refname)", "refs/exps").decode().splitlines()
    found = [line.split()[0] for line in listed if line.rpartition("/")[2] == name]
    if len(found) != 1:
        raise Failed(f"{name}: {len(found)} experiments of that name; `dvc exp list --all-commits` shows them")
    return found[0]


def numbers(commit: str, path: str) -> dict[str, Any]:
    """A metrics file of a commit; raises `Failed` where it has none."""
    return dict(orjson.loads(_output("git", "show", f"{commit}:{path}")))


def _output(*command: str) -> bytes:
    done = subprocess.run(_ours(list(command)), capture_output=True, check=False)
    if done.returncode:
        raise Failed(f"{' '.join(command)} exited {done.returncode}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def _ours(command: list[str]) -> list[str]:
    """DVC of this interpreter, whatever PATH says."""
    return [sys.executable, "-m", *command] if command[0] == "dvc" else command
