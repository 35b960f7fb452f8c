"""What stood where surrogates stand: sealed under the project's key, one seal a record, and put back by its holder."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import orjson

from stages import shards
from stages.deidentify.content import Content, rebuilt
from stages.keys import Key
from stages.records import Record, Span

PURPOSE = "originals"


class NotGivenBack(ValueError):
    """A record's originals cannot be put in their places; the message holds none of them."""


@dataclass(frozen=True, slots=True)
class Original:
    """The sealed originals of one record."""

    id: str
    group: str
    sealed: str

    @classmethod
    def from_json(cls, line: bytes | str) -> Self:
        """Parse one JSON object."""
        return cls(**orjson.loads(line))


def sealed(
    key: Key,
    read: Record,
    written: Record,
    texts: Sequence[str],
    old: Sequence[Sequence[Span]],
    new: Sequence[Sequence[Span]],
) -> Original:
    """Seal what a record's surrogates stand for.

    Args:
        read: The record before de-identification, and `written` after it.
        texts: The parts of the content that was searched.
        old: Spans in each part, and `new` where their replacements stand in the written part, in the same order.
    """
    places = [
        [(there.start, there.end, text[here.start : here.end]) for here, there in zip(before, after, strict=True)]
        for text, before, after in zip(texts, old, new, strict=True)
    ]
    plain = {
        "content": _digest(written),
        "origin": [read.origin.file, read.origin.sha256],
        "places": places,
    }
    data = key.seal_alike(f"{PURPOSE} {written.id}", orjson.dumps(plain))
    return Original(written.id, written.group, base64.b64encode(data).decode())


def given_back(key: Key, original: Original, record: Record) -> Record:
    """The record with the originals in their places.

    Raises `NotGivenBack` when the key is another one, the seal was changed, or the record is not as it was written.
    """
    from cryptography.exceptions import InvalidTag

    try:
        plain = orjson.loads(key.open_alike(f"{PURPOSE} {record.id}", base64.b64decode(original.sealed)))
    except InvalidTag:
        raise NotGivenBack("its originals were sealed with another key, or changed since") from None
    if plain["content"] != _digest(record):
        raise NotGivenBack("its content is not as de-identification wrote it: give the record of data/deidentify")
    content = Content.of(record)
    parts = [
        _put_back(content.text[start:end], places)
        for (start, end), places in zip(content.parts, plain["places"], strict=True)
    ]
    file, sha256 = plain["origin"]
    return replace(rebuilt(record, parts), origin=replace(record.origin, file=file, sha256=sha256), surrogates=())


def find(folder: Path, records: Sequence[Record]) -> dict[str, Original]:
    """The sealed originals of the records that have any, by id; each shard is read once at most."""
    number = len(list(folder.glob("*.jsonl")))
    if number == 0:
        raise ValueError(f"{folder}: no originals there; the stage writes them beside data/deidentify/records")
    wanted = {record.id for record in records}
    return {
        original.id: original
        for shard in sorted({shards.shard_of(record.group, number) for record in records})
        for original in shards.read_shard(shards.shard_path(folder, shard), Original)
        if original.id in wanted
    }


def _put_back(text: str, places: Sequence[tuple[int, int, str]]) -> str:
    pieces, at = [], 0
    for start, end, original in places:
        pieces += [text[at:start], original]
        at = end
    return "".join([*pieces, text[at:]])


def _digest(record: Record) -> str:
    return hashlib.sha256(Content.of(record).text.encode()).hexdigest()
