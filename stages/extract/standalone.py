"""The readers on files named on the command line, outside the pipeline."""

from __future__ import annotations

import hashlib
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from stages.extract import files, ocr
from stages.extract.reader import Identity, Item
from stages.extract.recordings import Recordings
from stages.extract.recordings.containers import ENDINGS
from stages.extract.recordings.store import Store
from stages.extract.step import Read
from stages.flow import Rejected
from stages.keys import Key
from stages.params import load_or_exit
from stages.params.extract import Extract
from stages.params.source import Source
from stages.records import Record, to_json

TABLES = (".jsonl", ".ndjson", ".csv", ".tsv", ".parquet")
# Ids of a file on the command line join nothing: they need no secret.
IDENTITY = Identity(Key(hashlib.sha256(b"rounds extract").digest()))


def show(paths: Sequence[Path], reader: str | None, params: str, text: bool) -> int:
    """Print every record as JSON, or its text alone; what cannot be read is told on stderr. 0, or 1 if any was."""
    limits = load_or_exit(params).extract if Path(params).exists() else Extract()
    with tempfile.TemporaryDirectory() as folder:
        return _show(paths, reader, Read(limits, IDENTITY, Recordings(Store(Path(folder)))), text)


def _show(paths: Sequence[Path], reader: str | None, step: Read, text: bool) -> int:
    failed = 0
    for path in paths:
        try:
            (item,) = _items(path, reader or _reader(path), step.limits)
        except ValueError as error:
            print(error, file=sys.stderr)
            failed = 1
            continue
        for found in step.process([item]):
            if isinstance(found, Rejected):
                failed = 1
                print(f"{path}: {found.reason}" + (f" ({found.detail})" if found.detail else ""), file=sys.stderr)
            elif isinstance(found, Record):
                # What was converted goes with the temporary folder.
                shown = replace(found, audio=path.as_posix()) if found.audio else found
                print(_text(shown) if text else to_json(shown).decode())
    return failed


def _items(path: Path, reader: str, limits: Extract) -> list[Item]:
    if reader == "documents":
        ocr.check(limits.language)
    source = Source.model_validate({"reader": reader, "path": path.as_posix()})
    return files.items("file", source, limits, IDENTITY)[0]


def _reader(path: Path) -> str:
    if path.is_dir():
        return "datasets"
    if path.suffix.lower().removeprefix(".") in ENDINGS:
        return "recordings"
    return "table" if path.suffix.lower() in TABLES else "documents"


def _text(record: Record) -> str:
    return "\n".join(_lines(record))


def _lines(record: Record) -> Iterator[str]:
    if record.text:
        yield record.text
    yield from (f"{turn.speaker}: {turn.text}" for turn in record.turns)
    yield from (f"{name}: {value}" for name, value in record.fields.items())
