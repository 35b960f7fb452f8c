"""Which files a source has, and what their paths say."""

from __future__ import annotations

import hashlib
import math
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from stages.extract.reader import Identity, Item, Unreadable, known_split
from stages.extract.reasons import FILE_NAME, LEADS_OUTSIDE, NO_PERMISSION, NOT_A_FILE, TOO_LARGE, VANISHED
from stages.extract.recordings import beside
from stages.memo import tree_digest
from stages.params.extract import Extract
from stages.params.source import Source

MEGABYTE = 1_000_000
# What DVC's cache calls a file: with `cache.type symlink` every file of a tracked folder is a link to one.
CACHED = re.compile(r"/files/md5/[0-9a-f]{2}/[0-9a-f]{30}$")


def items(name: str, source: Source, limits: Extract, identity: Identity) -> tuple[list[Item], int]:
    """The files of a source as items, sorted by path, and how many files below its path the pattern passes over.

    Raises `ValueError` naming the key when there is nothing at `path` or nothing matches `pattern`.
    """
    declared = source.model_dump(mode="json")
    if source.revision is not None:
        return [_hub_item(name, source, identity)], 0
    root = Path(source.path)
    if not root.exists():
        raise ValueError(f"sources.{name}.path: nothing at {source.path}; put the files there or correct the path")
    if source.reader == "datasets":
        return [_dataset_item(name, root, declared, limits, identity)], 0
    found: list[Item] = []
    others: dict[str, Path] = {}
    matches = matcher(source.pattern)
    for path, file in _below(root):
        if match := matches.fullmatch(file):
            found.append(_item(name, path, file, match.groupdict(), declared, root, limits, identity))
        else:
            others[file] = path
    if not found:
        raise ValueError(
            f"sources.{name}.pattern: none of the {len(others)} files below {source.path} matches {source.pattern}"
        )
    if source.reader != "recordings":
        return sorted(found, key=lambda item: item.file), len(others)
    passed = len(others)
    if root.is_file():
        others = {file: path for path, file in _below(root.parent) if file != root.name}
        root, passed = root.parent, 0
    found, used = beside.paired(
        name, source, found, others, identity, lambda path: _sha256(path, root, limits.most_megabytes)
    )
    return found, max(0, passed - len(used))


def matcher(pattern: str) -> re.Pattern[str]:
    """A pattern as a regular expression over relative paths; each placeholder is a group of its name."""
    parts = re.split(r"(\*\*/|\*|\{[a-z]+\})", pattern)
    return re.compile("".join(_regex(part) for part in parts))


def _regex(part: str) -> str:
    if part == "**/":
        return r"(?:[^/]+/)*"
    if part == "*":
        return r"[^/]*"
    return rf"(?P<{part[1:-1]}>[^/]+?)" if part.startswith("{") else re.escape(part)


def _below(root: Path) -> Iterator[tuple[Path, str]]:
    """Every file and every link to a folder below the root; hidden ones are DVC's and editors'."""
    if not root.is_dir():
        yield root, root.name
        return
    for folder, folders, files in os.walk(root):
        here = Path(folder)
        links = [name for name in folders if (here / name).is_symlink()]
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for file in sorted([*files, *links]):
            if not file.startswith("."):
                yield here / file, _readable((here / file).relative_to(root).as_posix())


def _readable(file: str) -> str:
    return file.encode(errors="surrogateescape").decode(errors="backslashreplace")


def _item(
    name: str, path: Path, file: str, says: dict[str, str], declared: dict[str, object], root: Path, limits: Extract,
    identity: Identity,
) -> Item:  # fmt: skip
    id = identity.record(name, file)
    group = identity.group(says["group"]) if "group" in says else id
    encounter = identity.encounter(says.get("group", ""), says["encounter"]) if "encounter" in says else None
    item = Item(id, name, group, file, _readable(path.as_posix()), declared, encounter=encounter)
    # A recording is streamed; its length is what is limited, by who reads it.
    most = math.inf if declared["reader"] == "recordings" else limits.most_megabytes
    try:
        split = known_split(says["split"]) if "split" in says else None
        return replace(item, split=split, sha256=_sha256(path, root, most))
    except Unreadable as fault:
        return replace(item, fault=fault.reason, detail=fault.detail)


def _sha256(path: Path, root: Path, most_megabytes: float) -> str:
    if _readable(path.as_posix()) != path.as_posix():
        raise Unreadable(FILE_NAME)
    if path.is_symlink() and not path.exists():
        raise Unreadable(VANISHED, "the link leads nowhere")
    if path.is_symlink() and not _inside(path.resolve(), root.resolve()):
        raise Unreadable(LEADS_OUTSIDE)
    if path.exists() and not path.is_file():
        raise Unreadable(NOT_A_FILE)
    try:
        if path.stat().st_size > most_megabytes * MEGABYTE:
            raise Unreadable(TOO_LARGE, f"more than {most_megabytes:g} MB")
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        raise Unreadable(VANISHED) from None
    except PermissionError:
        raise Unreadable(NO_PERMISSION) from None


def _inside(target: Path, root: Path) -> bool:
    return target.is_relative_to(root) or bool(CACHED.search(target.as_posix()))


def _hub_item(name: str, source: Source, identity: Identity) -> Item:
    file = f"{source.path}@{source.revision}/{source.hub_split}"
    id = identity.record(name, file)
    digest = hashlib.sha256(file.encode()).hexdigest()
    return Item(id, name, id, file, source.path, source.model_dump(mode="json"), digest)


def _dataset_item(name: str, root: Path, declared: dict[str, object], limits: Extract, identity: Identity) -> Item:
    id = identity.record(name, root.name)
    item = Item(id, name, id, root.name, root.as_posix(), declared)
    try:
        for path, _ in _below(root):
            _sha256(path, root, limits.most_megabytes)
    except Unreadable as fault:
        return replace(item, fault=fault.reason, detail=fault.detail)
    return replace(item, sha256=tree_digest(root).hex())
