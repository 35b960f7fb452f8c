"""What every reader is: a module with `read(item, limits, identity)`, chosen by `sources.<name>.reader`.

A reader yields records, `Rejected` for single rows or lines, and `Count`s; it raises `Unreadable` when nothing of the
file can be trusted. What it yields depends on the item and the limits alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, Self, cast

import orjson

from stages.extract.reasons import CHANGED, MEANING, NO_PERMISSION, UNKNOWN_SPLIT, VANISHED
from stages.flow import Count, Rejected
from stages.keys import Key
from stages.params.extract import Extract
from stages.params.source import Source
from stages.records import Origin, Record

SPLITS = ("train", "validation", "test")


class Unreadable(Exception):
    """A file or row that cannot be trusted; `reason` is one of `reasons`, `detail` never quotes content."""

    def __init__(self, reason: str, detail: str = "") -> None:
        if reason not in MEANING:
            raise ValueError(f"{reason!r} is not a declared reason; add it to stages/extract/reasons.py")
        super().__init__(reason, detail)
        self.reason, self.detail = reason, detail


@dataclass(frozen=True, slots=True)
class Item:
    """One file (or folder of a dataset) of a source, to be read.

    Attributes:
        id: Keyed hash of source and relative path.
        group, encounter: Keyed hashes of what the path says; the group is the item's own id where it says nothing.
        file: Path below the source's `path`.
        path: Path that is opened.
        sha256: Of the file's bytes when it was listed; empty where `fault` says why there is none.
        split: The fixed set that the path says.
        declared: The source's section of params.yaml.
        beside: Path of each file or folder that the record is made of too -> its SHA-256 when it was listed.
        rows: Lines of a manifest that tell of this file.
        models: Digest of the models that draft what nobody has written down.
        fault: Reason for which the file is not even opened.
    """

    id: str
    source: str
    group: str
    file: str
    path: str
    declared: Mapping[str, Any]
    sha256: str = ""
    encounter: str | None = None
    split: str | None = None
    beside: Mapping[str, str] = field(default_factory=dict)
    rows: tuple[str, ...] = ()
    models: str = ""
    fault: str = ""
    detail: str = ""

    @classmethod
    def from_json(cls, line: bytes | str) -> Self:
        found = orjson.loads(line)
        return cls(**found | {"rows": tuple(found.get("rows", ()))})

    def how(self) -> Source:
        """How the source is declared."""
        return Source.model_validate(self.declared)

    def bytes(self) -> bytes:
        """The file's content; raises `Unreadable` when it is gone, forbidden or other than when it was listed."""
        return same_bytes(Path(self.path), self.sha256)

    def origin(self, reader: str, page: int | None = None) -> Origin:
        return Origin(self.file, self.sha256, reader, page)


@dataclass(frozen=True, slots=True)
class Identity:
    """Makes ids of records: content-free, and the same for one patient in every source."""

    key: Key = field(repr=False)

    def group(self, raw: str) -> str:
        return self.key.id("group", raw)

    def encounter(self, raw_group: str, raw: str) -> str:
        return self.key.id("encounter", raw_group, raw)

    def record(self, source: str, file: str, *position: str) -> str:
        """`position` is the row within the file; none for the file as a whole."""
        return self.key.id("record", source, file, *position)


def same_bytes(path: Path, sha256: str) -> bytes:
    """A file's content; raises `Unreadable` when it is gone, forbidden or of another SHA-256."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise Unreadable(VANISHED) from None
    except PermissionError:
        raise Unreadable(NO_PERMISSION) from None
    if hashlib.sha256(data).hexdigest() != sha256:
        raise Unreadable(CHANGED)
    return data


class Reader(Protocol):
    """A module that reads one kind of source."""

    def read(self, item: Item, limits: Extract, identity: Identity, /) -> Iterator[Record | Rejected | Count]: ...


def reader(name: str) -> Reader:
    """The module of a reader named in params.yaml; imported only where it is used."""
    return cast(Reader, import_module(f"stages.extract.{name}"))


def known_split(raw: str) -> str:
    """The split as records name it; raises `Unreadable`."""
    if raw not in SPLITS:
        raise Unreadable(UNKNOWN_SPLIT, f"expected {', '.join(SPLITS)}")
    return raw
