"""The two sides of a comparison: a Git revision, an experiment, the workspace or a plain folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from stages.compare.runs import SIGNATURE, STATISTICS, Run, parse

WORKSPACE = "workspace"
EVALUATED = "data/evaluate"


class Unreadable(RuntimeError):
    """What a side should hold and cannot be read; the message says what to do."""


class Side(Protocol):
    """Where runs are read from.

    Attributes:
        name: As it was given, with its commit where it is a revision.
    """

    @property
    def name(self) -> str: ...

    def tasks(self) -> list[str]:
        """Names of the tasks that were evaluated, sorted."""

    def fingerprints(self) -> Mapping[str, str]:
        """Task -> DVC's hash of all that `evaluate` wrote; nothing where DVC knows of none."""

    def run(self, task: str) -> Run | None:
        """A task's run; None where `evaluate` wrote no statistics of it. Raises `Unreadable` and `ValueError`."""


def side(name: str) -> Side:
    """The side of a name; raises `Unreadable` where it is nothing, or more than one thing."""
    if name == WORKSPACE:
        return Folder(name, Path(EVALUATED))
    folder = Path(name)
    commit = _commit(name)
    if folder.is_dir() and commit is None:
        within = folder / EVALUATED
        return Folder(name, within if within.is_dir() else folder)
    if folder.is_dir():
        raise Unreadable(f"{name}: both a folder and a revision; write ./{name} for the folder, refs/... for the other")
    if commit is None:
        raise Unreadable(
            f"{name}: no folder, Git revision or experiment of that name; `git log`, `dvc exp list --all-commits` and, "
            "in a shallow clone, `git fetch --unshallow` help"
        )
    return Revision(name, commit)


@dataclass(frozen=True)
class Folder:
    """A folder that holds a folder for each task; a checkout of Rounds counts as its data/evaluate."""

    name: str
    path: Path

    def tasks(self) -> list[str]:
        return sorted(found.parent.name for found in self.path.glob(f"*/{STATISTICS}"))

    def fingerprints(self) -> Mapping[str, str]:
        return {}

    def run(self, task: str) -> Run | None:
        folder = self.path / task
        if not (folder / STATISTICS).is_file():
            return None
        if not (folder / SIGNATURE).is_file():
            raise Unreadable(f"{folder}: {STATISTICS} without {SIGNATURE}; copy both files that evaluate wrote")
        return parse(f"{self.name}:{task}", (folder / STATISTICS).read_bytes(), (folder / SIGNATURE).read_bytes())


@dataclass(frozen=True)
class Revision:
    """A commit, whose data DVC finds in the cache or, where it is not there, in the remote that is configured now."""

    given: str
    commit: str

    @property
    def name(self) -> str:
        return self._label if self.commit.startswith(self.given) else f"{self.given} ({self.commit[:7]})"

    def tasks(self) -> list[str]:
        return sorted(self._hashes)

    def fingerprints(self) -> Mapping[str, str]:
        return self._hashes

    def run(self, task: str) -> Run | None:
        from dvc.exceptions import DvcException
        from dvc_data.index import DataIndexDirError

        if task not in self._hashes:
            return None
        folder = f"{EVALUATED}/{task}"
        try:
            there = {path.rpartition("/")[2] for path in self._files.ls(folder, detail=False)}
            if STATISTICS not in there or SIGNATURE not in there:
                return None
            texts = [self._files.read_bytes(f"{folder}/{name}") for name in (STATISTICS, SIGNATURE)]
        except (DataIndexDirError, DvcException, OSError) as error:
            raise Unreadable(
                f"{self.name}: {folder} is neither in the cache nor in the remote ({error}). Whoever ran it must "
                f"`dvc push` it; then `dvc fetch --all-commits {folder}` brings it here"
            ) from error
        return parse(f"{self._label}:{task}", *texts)

    @property
    def _label(self) -> str:
        """A short word for it; a commit as Git shortens it."""
        return self.commit[:7] if self.commit.startswith(self.given) else self.given

    @cached_property
    def _hashes(self) -> Mapping[str, str]:
        """From dvc.lock alone."""
        from dvc.exceptions import DvcException

        try:
            found = self._files.ls(EVALUATED, detail=True)
        except FileNotFoundError:
            return {}
        except DvcException as error:
            raise Unreadable(f"{self.name}: DVC cannot read this revision: {error}") from error
        hashes = {entry["name"].rpartition("/")[2]: entry.get("dvc_info", {}).get("md5") for entry in found}
        return {task: md5 for task, md5 in hashes.items() if md5}

    @cached_property
    def _files(self) -> Any:
        from dvc.api import DVCFileSystem
        from dvc.repo import Repo

        # The remotes of today, credentials and all: those of an old revision may be gone.
        with Repo() as repo:
            today = {section: repo.config[section] for section in ("core", "remote", "cache")}
        return DVCFileSystem(".", rev=self.commit, config=today)


def _commit(name: str) -> str | None:
    """The commit of a revision or experiment; None where there is none."""
    from dvc.exceptions import NotDvcRepoError
    from dvc.repo import Repo
    from dvc.scm import RevError, SCMError, resolve_rev

    try:
        with Repo() as repo:
            return str(resolve_rev(repo.scm, name))
    except (RevError, NotDvcRepoError, SCMError):
        return None
