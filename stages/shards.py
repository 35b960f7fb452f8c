"""Sharded JSONL in and out: streaming in, atomic out.

A value's shard is fixed by a keyed hash of its group, so a patient stands whole in one shard, and a new record changes
one file of a few dozen. Within a shard lines are sorted by id: the same values always give the same bytes.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol, Self, TypeVar

from stages.records import to_json


class Sharded(Protocol):
    """What can be written to shards: `Record`, `Example`, and any dataclass with `id`, `group` and `from_json`."""

    @property
    def id(self) -> str: ...

    @property
    def group(self) -> str: ...

    @classmethod
    def from_json(cls, line: bytes | str) -> Self: ...


T = TypeVar("T", bound=Sharded)


def shard_of(group: str, shards: int) -> int:
    """The shard, 0 to `shards` - 1, of a group."""
    return int.from_bytes(hashlib.blake2b(group.encode(), digest_size=8).digest(), "big") % shards


def shard_path(folder: str | Path, shard: int) -> Path:
    """The file of a shard."""
    return Path(folder) / f"{shard:04d}.jsonl"


def write(folder: str | Path, values: Iterable[Sharded], shards: int) -> int:
    """Write every value to its shard of the folder, all `shards` files, empty ones too; return how many were written.

    Raises `ValueError` when two values have one id.
    """
    root = Path(folder)
    root.mkdir(parents=True, exist_ok=True)
    written = 0
    # Spilled to disk first, so that no more than one shard is ever held in memory.
    with tempfile.TemporaryDirectory(dir=root, prefix=".spill") as spill, contextlib.ExitStack() as stack:
        spilled = [shard_path(spill, shard) for shard in range(shards)]
        files = [stack.enter_context(path.open("wb")) for path in spilled]
        kind: type[Sharded] | None = None
        for value in values:
            kind = type(value)
            files[shard_of(value.group, shards)].write(to_json(value) + b"\n")
            written += 1
        for shard, (file, path) in enumerate(zip(files, spilled, strict=True)):
            file.close()
            write_shard(shard_path(root, shard), read_shard(path, kind) if kind else ())
    return written


def write_shard(path: Path, values: Iterable[Sharded]) -> None:
    """Write one shard, sorted by id, so that it is there whole or not at all."""
    lines: dict[str, bytes] = {}
    for value in values:
        if value.id in lines:
            raise ValueError(f"{path}: two values have the id {value.id}; ids must be unique within a stage")
        lines[value.id] = to_json(value)
    write_bytes(path, b"".join(lines[id] + b"\n" for id in sorted(lines)))


def read(folder: str | Path, kind: type[T]) -> Iterator[T]:
    """Every value of a folder of shards, shard by shard.

    Raises `FileNotFoundError` naming a folder that is not there, `ValueError` naming file and line that do not parse.
    """
    paths = sorted(Path(folder).glob("*.jsonl"))
    if not paths:
        raise FileNotFoundError(f"{folder}: no shards there; run the stage that writes it (`dvc repro`)")
    for path in paths:
        yield from read_shard(path, kind)


def read_shard(path: Path, kind: type[T]) -> Iterator[T]:
    """Every value of one shard or JSONL file, in the order of its lines."""
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                yield kind.from_json(line)
            except (ValueError, TypeError, KeyError) as error:
                raise ValueError(f"{path}:{number}: not a {kind.__name__}: {error}") from None


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file so that a reader sees the old bytes or the new ones, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_bytes(data)
    temporary.replace(path)
