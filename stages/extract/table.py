"""Reads a table: JSONL, CSV, TSV or Parquet; one record a row, a bad row quarantined alone."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

from stages.extract.characters import decode
from stages.extract.reader import Identity, Item, Unreadable
from stages.extract.reasons import (
    BROKEN_JSON,
    BROKEN_QUOTING,
    DAMAGED,
    DUPLICATE_COLUMN,
    EMPTY,
    ENCODING,
    EXPANDS_TOO_MUCH,
    FIELD_COUNT,
    MISLABELLED,
    NOT_AN_OBJECT,
    TRUNCATED,
    UNSUPPORTED,
)
from stages.extract.rows import Row, records, require
from stages.flow import Count, Rejected
from stages.params.extract import Extract
from stages.params.source import Source
from stages.records import Record

PARQUET = b"PAR1"
EXPANSION = 20
MEGABYTE = 1_000_000
# A field may be as long as a file: the limit on files is the limit.
csv.field_size_limit(2**31 - 1)


def read(item: Item, limits: Extract, identity: Identity) -> Iterator[Record | Rejected | Count]:
    """Every row of the file; the format is what its name ends in, and its content must agree."""
    data = item.bytes()
    ending = PurePosixPath(item.file).suffix.lower().removeprefix(".")
    if ending not in FORMATS:
        raise Unreadable(UNSUPPORTED, f".{ending}; expected {', '.join(FORMATS)}")
    if not data.strip():
        raise Unreadable(EMPTY)
    if (ending == "parquet") != data.startswith(PARQUET):
        raise Unreadable(MISLABELLED, f"named .{ending}")
    yield from records(item, FORMATS[ending](data, item.how(), limits), f"table.{ending}", identity)


def _jsonl(data: bytes, _source: Source, _limits: Extract) -> Iterator[Row]:
    import orjson

    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n")):
        if not line.strip():
            continue
        try:
            found = orjson.loads(line.decode())
        except UnicodeDecodeError:
            yield Row(number, {}, Unreadable(ENCODING))
        except orjson.JSONDecodeError:
            yield Row(number, {}, Unreadable(BROKEN_JSON))
        else:
            yield Row(number, found) if isinstance(found, dict) else Row(number, {}, Unreadable(NOT_AN_OBJECT))


def _csv(data: bytes, source: Source, _limits: Extract) -> Iterator[Row]:
    return _delimited(decode(data), ",", source)


def _tsv(data: bytes, source: Source, _limits: Extract) -> Iterator[Row]:
    return _delimited(decode(data), "\t", source)


def _delimited(text: str, delimiter: str, source: Source) -> Iterator[Row]:
    """Rows below the header; after broken quoting reading goes on at the next line.

    In a table whose fields span lines nobody can tell where the next row starts: there, broken quoting ends the table.
    """
    lines = io.StringIO(text, newline="").readlines()
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        header = [name.strip() for name in next(reader)]
    except csv.Error:
        raise Unreadable(BROKEN_QUOTING, "in the header") from None
    if twice := sorted({name for name in header if header.count(name) > 1}):
        raise Unreadable(DUPLICATE_COLUMN, ", ".join(twice))
    require(source.columns, header)
    passed, number, spans = 0, 0, False
    while True:
        start = passed + reader.line_num
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield Row(number, {}, Unreadable(BROKEN_QUOTING, "and all below it" if spans else ""))
            if spans:
                return
            passed, number = start + 1, number + 1
            reader = csv.reader(itertools.islice(lines, passed, None), delimiter=delimiter, strict=True)
            continue
        spans = spans or passed + reader.line_num - start > 1
        if not fields:
            continue
        agrees = len(fields) == len(header)
        yield (
            Row(number, dict(zip(header, fields, strict=True))) if agrees else Row(number, {}, Unreadable(FIELD_COUNT))
        )
        number += 1


def _parquet(data: bytes, source: Source, limits: Extract) -> Iterator[Row]:
    import pyarrow
    import pyarrow.parquet

    if not data.endswith(PARQUET):
        raise Unreadable(TRUNCATED)
    try:
        file = pyarrow.parquet.ParquetFile(io.BytesIO(data))
        groups = (file.metadata.row_group(at) for at in range(file.metadata.num_row_groups))
        if sum(group.total_byte_size for group in groups) > limits.most_megabytes * MEGABYTE * EXPANSION:
            raise Unreadable(EXPANDS_TOO_MUCH)
        require(source.columns, file.schema_arrow.names)
        number = 0
        for batch in file.iter_batches(columns=sorted(set(source.columns.values())) or None):
            for values in batch.to_pylist():
                yield Row(number, values)
                number += 1
    except (pyarrow.ArrowException, OSError):
        raise Unreadable(DAMAGED) from None


FORMATS: dict[str, Callable[[bytes, Source, Extract], Iterator[Row]]] = {
    "jsonl": _jsonl, "ndjson": _jsonl, "csv": _csv, "tsv": _tsv, "parquet": _parquet,
}  # fmt: skip
