"""The files of a task: JSONL, sorted by id, and copies in other formats."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from stages.records import Example, to_json
from stages.shards import read_shard, write_bytes

COLUMNS = (
    "id",
    "task",
    "group",
    "system",
    "instruction",
    "input",
    "response",
    "category",
    "parent",
    "operator",
    "split",
    "audio",
    "start",
    "end",
)


def write(folder: Path, split: str, examples: Iterable[Example], exports: Sequence[str]) -> None:
    """Write `folder`/`split`.jsonl and a copy in each of `exports` (`csv`, `parquet`)."""
    ordered = sorted(examples, key=lambda example: example.id)
    write_bytes(folder / f"{split}.jsonl", b"".join(to_json(example) + b"\n" for example in ordered))
    for suffix in exports:
        write_bytes(folder / f"{split}.{suffix}", _FORMATS[suffix](ordered))


def read(folder: Path, split: str) -> list[Example]:
    """Read `folder`/`split`.jsonl; raises `ValueError` naming file and line that do not parse."""
    return list(read_shard(folder / f"{split}.jsonl", Example))


def _csv(examples: Sequence[Example]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([_cell(example, column) for column in COLUMNS] for example in examples)
    return text.getvalue().encode()


def _parquet(examples: Sequence[Example]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(column, pa.string()) for column in COLUMNS])
    rows = {column: [_cell(example, column) for example in examples] for column in COLUMNS}
    target = io.BytesIO()
    pq.write_table(pa.table(rows, schema=schema), target)
    return target.getvalue()


def _cell(example: Example, column: str) -> str:
    found = getattr(example, column, example.meta.get(column))
    return "" if found is None else str(found)


_FORMATS = {"csv": _csv, "parquet": _parquet}
