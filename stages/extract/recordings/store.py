"""The folder of converted recordings: what is there is whole, and nothing is there that no record names."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Store:
    """Files `<record id>.flac` of one folder."""

    folder: Path

    def path(self, id: str) -> Path:
        """Where the recording of a record lies."""
        return self.folder / f"{id}.flac"

    @contextmanager
    def making(self, id: str) -> Iterator[Path]:
        """A file to be written, which takes its place when all went well and is gone when not."""
        self.folder.mkdir(parents=True, exist_ok=True)
        temporary = self.folder / f".{id}.{os.getpid()}"
        try:
            yield temporary
            # Never written in place: what lies there may be a link into DVC's cache.
            temporary.replace(self.path(id))
        finally:
            temporary.unlink(missing_ok=True)

    def digest(self, id: str) -> str:
        """SHA-256 of a recording's file; empty where there is none."""
        try:
            with self.path(id).open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError:
            return ""

    def sweep(self, ids: Collection[str]) -> None:
        """Remove every file that is of none of these records, and what a killed run left half made."""
        named = {self.path(id).name for id in ids}
        for path in self.folder.iterdir() if self.folder.is_dir() else ():
            if path.name not in named:
                path.unlink()
        if self.folder.is_dir() and not named:
            self.folder.rmdir()
