"""A row of a table to its record."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from stages.extract.characters import clean
from stages.extract.reader import Identity, Item, Unreadable, known_split
from stages.extract.reasons import DUPLICATE_ROW, EMPTY_ROW, MISSING_COLUMN, NO_GROUP, NO_TEXT, VALUE_TYPE
from stages.extract.turns import parse
from stages.flow import Count, Rejected
from stages.params.source import Source
from stages.records import Record, to_json

# Names under `columns` that are no fields of the record.
KEYS = ("group", "encounter", "split", "text", "dialogue")


@dataclass(frozen=True, slots=True)
class Row:
    """One row as the file holds it; `fault` says why it cannot be read, its values are then empty."""

    number: int
    values: Mapping[str, Any]
    fault: Unreadable | None = None
    split: str | None = None


def records(item: Item, rows: Iterable[Row], reader: str, identity: Identity) -> Iterator[Record | Rejected | Count]:
    """Each row as a record, each bad row as its own quarantine.

    Rows count from 0, by `meta.row`. A row with a text or dialogue and other fields beside it gives two records of one
    encounter: one with the text or turns, one of kind `row` with the fields.
    """
    source = item.how()
    seen: set[bytes] = set()
    for row in rows:
        yield Count("rows")
        id = identity.record(item.source, item.file, *((row.split,) if row.split else ()), str(row.number))
        try:
            yield from _records(item, source, row, id, reader, identity, seen)
        except Unreadable as fault:
            yield Rejected(id, id, item.source, fault.reason, f"row {row.number} {fault.detail}".strip(), item.file)


def require(columns: Mapping[str, str], present: Iterable[str]) -> None:
    """Raises `Unreadable` naming the declared columns that are not there."""
    found = set(present)
    if missing := sorted(set(columns.values()) - found):
        raise Unreadable(MISSING_COLUMN, ", ".join(missing))


def _records(
    item: Item, source: Source, row: Row, id: str, reader: str, identity: Identity, seen: set[bytes]
) -> Iterator[Record]:
    if row.fault:
        raise row.fault
    columns = source.columns or {name: name for name in row.values}
    require(columns, row.values)
    values = {name: _text(row.values[column], name) for name, column in columns.items()}
    fields = {name: text for name, text in values.items() if text and name not in KEYS}
    text, dialogue = values.get("text", ""), values.get("dialogue", "")
    if not (fields or text or dialogue):
        raise Unreadable(EMPTY_ROW)
    turns = parse(dialogue, source.speakers) if dialogue else ()
    if text and not any(character.isalnum() for character in text):
        raise Unreadable(NO_TEXT)
    group, encounter = _belongs(item, columns, values, id, identity)
    split = known_split(values["split"]) if values.get("split") else row.split or item.split
    _once(row, seen)
    contents: dict[str, dict[str, Any]] = {
        "document": {"text": text}, "dialogue": {"turns": turns}, "row": {"fields": fields},
    }  # fmt: skip
    yield from _shared(item, id, group, encounter, split, reader, row.number, contents)


def _shared(
    item: Item, id: str, group: str, encounter: str | None, split: str | None, reader: str, number: int,
    contents: Mapping[str, dict[str, Any]],
) -> Iterator[Record]:  # fmt: skip
    parts = [(kind, content) for kind, content in contents.items() if any(content.values())]
    visit = encounter or (id if len(parts) > 1 else None)
    for place, (kind, content) in enumerate(parts):
        yield Record(
            id=id if place == 0 else f"{id}-{kind}", source=item.source, group=group, kind=kind, encounter=visit,
            split=split, origin=item.origin(reader), meta={"row": number}, **content,
        )  # fmt: skip


def _belongs(
    item: Item, columns: Mapping[str, str], values: Mapping[str, str], id: str, identity: Identity
) -> tuple[str, str | None]:
    """The row's patient and visit: what its columns say, else what the file's path says, else the row by itself."""
    if "group" in columns and not values["group"]:
        raise Unreadable(NO_GROUP)
    raw = values.get("group", "")
    in_path = item.group != item.id
    group = identity.group(raw) if raw else item.group if in_path else id
    encounter = identity.encounter(raw, values["encounter"]) if values.get("encounter") else item.encounter
    return group, encounter


def _once(row: Row, seen: set[bytes]) -> None:
    digest = hashlib.sha256(to_json({name: str(value) for name, value in row.values.items()})).digest()
    if digest in seen:
        raise Unreadable(DUPLICATE_ROW)
    seen.add(digest)


def _text(value: Any, name: str) -> str:
    """A value as text: a number as it is written, a list as lines; empty for null and not-a-number."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, str):
        return clean(value).strip()
    if isinstance(value, bool | int):
        return str(value).lower() if isinstance(value, bool) else str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else str(value)
    if isinstance(value, list | tuple) and not any(isinstance(part, list | tuple) for part in value):
        return "\n".join(_text(part, name) for part in value)
    raise Unreadable(VALUE_TYPE, name)
