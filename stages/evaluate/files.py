"""References and predictions of any system, read from JSONL, CSV or Parquet."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from stages.evaluate.predictions import SYSTEMS, Answer
from stages.models.text import Likelihood

ONE = ("prediction",)


def read(path: Path) -> dict[str, list[Answer]]:
    """Answers of a file by system: `prediction`, or `base` and `tuned` where it has these two columns.

    A file of predictions that the pipeline wrote is such a file. Other columns: `reference`; where there are any, `id`,
    `group`, `category`, and for each system `<system>_ended` and `<system>_likelihood` (an object of logprob, tokens
    and bytes). Raises `ValueError` naming file and line where a line does not parse or lacks a column. A prediction
    that is empty, null or, in JSON, not there is a blank answer: it is scored as one, never left out.
    """
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such file")
    lines = _READERS.get(path.suffix.lower())
    if lines is None:
        raise ValueError(f"{path}: expected a file that ends in {', '.join(_READERS)}")
    rows = list(lines(path))
    if not rows:
        raise ValueError(f"{path}: holds no line to score")
    systems = SYSTEMS if any(set(SYSTEMS) & row.keys() for _, row in rows) else ONE
    for number, row in rows:
        # The pipeline leaves empty values out of its JSON; of a single system's column that would hide a mistake.
        needed = {"reference"} | ({*ONE} if systems == ONE else set())
        if missing := sorted(needed - row.keys()):
            raise ValueError(
                f"{path}:{number}: no {missing[0]!r}; a line has `reference` and `prediction`, or `base` and `tuned`"
            )
    return {system: [_answer(path, number, row, system) for number, row in rows] for system in systems}


def _answer(path: Path, number: int, row: Mapping[str, Any], system: str) -> Answer:
    id = str(row.get("id") or f"{number:08d}")
    likelihood = row.get(f"{system}_likelihood")
    try:
        told = Likelihood(**likelihood) if likelihood else None
    except TypeError:
        raise ValueError(
            f"{path}:{number}: {system}_likelihood: expected an object of logprob, tokens and bytes"
        ) from None
    return Answer(
        id=id,
        group=str(row.get("group") or id),
        reference=str(row["reference"] or ""),
        prediction=str(row.get(system) or ""),
        category=str(row.get("category") or ""),
        ended=str(row.get(f"{system}_ended", True)).lower() not in ("false", "0"),
        likelihood=told,
    )


def _jsonl(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                try:
                    row = orjson.loads(line)
                except orjson.JSONDecodeError:
                    raise ValueError(f"{path}:{number}: not JSON") from None
                if not isinstance(row, dict):
                    raise ValueError(f"{path}:{number}: expected an object, found {type(row).__name__}")
                yield number, row


def _csv(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        table = csv.DictReader(lines)
        for row in table:
            yield table.line_num, row


def _parquet(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    import pyarrow
    import pyarrow.parquet

    try:
        table = pyarrow.parquet.read_table(path)
    except pyarrow.ArrowInvalid:
        raise ValueError(f"{path}: not a Parquet file") from None
    yield from enumerate(table.to_pylist(), start=1)


_READERS = {".jsonl": _jsonl, ".csv": _csv, ".parquet": _parquet}
