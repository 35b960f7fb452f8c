"""Reads a dialogue: a text file of `Speaker: words` lines; one record a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from stages.extract import content
from stages.extract.characters import clean, decode
from stages.extract.reader import Identity, Item, Unreadable
from stages.extract.reasons import UNSUPPORTED
from stages.extract.turns import parse
from stages.flow import Count, Rejected
from stages.params.extract import Extract
from stages.records import Record


def read(item: Item, _limits: Extract, _identity: Identity) -> Iterator[Record | Rejected | Count]:
    """The file as one record of kind `dialogue`."""
    data = item.bytes()
    if (kind := content.kind(item.file, data)) != "text":
        raise Unreadable(
            UNSUPPORTED, f"{kind} in a source of dialogues; {PurePosixPath(item.file).suffix or 'text'} expected"
        )
    turns = parse(clean(decode(data)), item.how().speakers)
    yield Record(
        id=item.id, source=item.source, group=item.group, kind="dialogue", encounter=item.encounter, split=item.split,
        origin=item.origin("dialogues"), turns=turns,
    )  # fmt: skip
    yield Count("turns", len(turns))
