"""Reads a Hugging Face data set: a `save_to_disk` folder, or a split of a hub data set at a pinned revision."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from stages.extract.reader import SPLITS, Identity, Item, Unreadable
from stages.extract.reasons import CHANGED, DAMAGED
from stages.extract.rows import Row, records, require
from stages.flow import Count, Rejected
from stages.memo import tree_digest
from stages.params.extract import Extract
from stages.params.source import Source
from stages.records import Record


def read(item: Item, _limits: Extract, identity: Identity) -> Iterator[Record | Rejected | Count]:
    """Every row. A `DatasetDict` with a `test` or `validation` part declares its parts as fixed splits."""
    source = item.how()
    parts = {"": from_hub(source)} if source.revision else _from_folder(item)
    fixed = len(parts) > 1 and set(parts) <= set(SPLITS)
    for name in sorted(parts):
        require(source.columns, parts[name].column_names)
        yield from records(item, _rows(parts[name], name if fixed else None), "datasets", identity)


def _from_folder(item: Item) -> dict[str, Any]:
    import datasets
    import pyarrow

    if tree_digest(Path(item.path)).hex() != item.sha256:
        raise Unreadable(CHANGED)
    try:
        found = datasets.load_from_disk(item.path, keep_in_memory=False)
    except (FileNotFoundError, ValueError, KeyError, TypeError, OSError, pyarrow.ArrowException):
        raise Unreadable(DAMAGED, "not a folder that save_to_disk wrote") from None
    return dict(found) if isinstance(found, datasets.DatasetDict) else {"": found}


def from_hub(source: Source) -> Any:
    """A split of a hub data set at its pinned revision: from the cache, else fetched."""
    import datasets

    return datasets.load_dataset(source.path, split=source.hub_split, revision=source.revision)


def _rows(part: Any, split: str | None) -> Iterator[Row]:
    for number, values in enumerate(part):
        yield Row(number, values, split=split)
