from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stages.extract import files
from stages.extract.reader import Identity
from stages.extract.recordings import Recordings
from stages.extract.recordings.store import Store
from stages.extract.step import Read
from stages.flow import Rejected
from stages.keys import Key
from stages.params.extract import Extract
from stages.params.source import Source
from stages.records import Record

IDENTITY = Identity(Key(b"a key that only the tests of extract use"))
LIMITS = Extract(most_pages=4, most_megapixels=6.0, most_megabytes=0.5, seconds_per_page=30.0)
PUBLIC = Path(os.environ.get("ROUNDS_PUBLIC_DATA") or Path(__file__).parents[3] / "shared" / "data")

Outcome = tuple[list[Record], list[Rejected]]

needs_tesseract = pytest.mark.skipif(shutil.which("tesseract") is None, reason="Tesseract is not installed")


def public(path: str) -> Path:
    """A file of the public data, or a skip that says which is missing."""
    if not (PUBLIC / path).exists():
        pytest.skip(f"{path} is not below ROUNDS_PUBLIC_DATA or ../shared/data")
    return PUBLIC / path


def extracted(folder: Path, limits: Extract = LIMITS, **declared: Any) -> Outcome:
    """What a source gives, read in this process."""
    source = Source.model_validate({"reader": "documents", "path": folder.as_posix()} | declared)
    items, _ = files.items("s", source, limits, IDENTITY)
    with tempfile.TemporaryDirectory() as audio:
        step = Read(limits, IDENTITY, Recordings(Store(Path(audio))))
        found = [value for item in items for value in step.process([item])]
    return [v for v in found if isinstance(v, Record)], [v for v in found if isinstance(v, Rejected)]


@pytest.fixture
def read_one(tmp_path: Path) -> Callable[..., Outcome]:
    """Reads one file of given name and bytes."""

    def read(name: str, data: bytes, **declared: Any) -> Outcome:
        (tmp_path / name).write_bytes(data)
        return extracted(tmp_path / name, **declared)

    return read
