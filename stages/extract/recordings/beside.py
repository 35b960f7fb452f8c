"""Which annotation belongs to which recording: files of its name beside it, and rows of a manifest."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from stages.extract.reader import Identity, Item, Unreadable
from stages.extract.reasons import BROKEN_ANNOTATION, LEADS_OUTSIDE, NO_RECORDING
from stages.extract.recordings.annotation import ORDER
from stages.memo import tree_digest
from stages.params.source import Source
from stages.segments import manifest, text_of

BY_SPEAKER = ".textgrid"
"""A format that may have one file a speaker: `<recording>_<speaker>.TextGrid`."""


def is_annotation(file: str) -> bool:
    """Whether a file's name is that of an annotation."""
    return _ending(file) in ORDER


def paired(
    name: str, source: Source, found: Sequence[Item], others: Mapping[str, Path], identity: Identity,
    digest: Callable[[Path], str],
) -> tuple[list[Item], set[str]]:  # fmt: skip
    """The recordings among `found`, each with its annotations; and which of `others` are used so.

    `found` are the files that the source's pattern matches, `others` those that it passes over, by path below the
    source. An annotation that the pattern matches and that belongs to no recording, and a row of the manifest that
    names no file, are items with a fault. Raises `ValueError` naming the key when the declared manifest is not there.
    """
    root = Path(source.path) if Path(source.path).is_dir() else Path(source.path).parent
    recordings = {item.file: item for item in found if not is_annotation(item.file)}
    paths = {item.file: Path(item.path) for item in found if is_annotation(item.file)} | {
        file: path for file, path in others.items() if is_annotation(file)
    }
    rows: dict[str, list[str]] = {}
    faults: list[Item] = []
    if source.segments is not None:
        paths.pop(source.segments, None)
        for number, audio, content in _rows(name, source, root):
            if isinstance(content, Unreadable):
                faults.append(_fault(name, source, identity, content.reason, number, content.detail))
            elif audio in recordings:
                rows.setdefault(audio, []).append(content)
            elif audio.startswith(("/", "..")):
                faults.append(_fault(name, source, identity, LEADS_OUTSIDE, number))
            elif not (root / audio).is_file():
                faults.append(_fault(name, source, identity, NO_RECORDING, number))
    owners = _owners(recordings, paths)
    beside: dict[str, list[str]] = {}
    for file, owned in owners.items():
        for recording in owned:
            beside.setdefault(recording, []).append(file)
    whole = [
        _with(item, [paths[file] for file in sorted(beside.get(item.file, ()))], rows.get(item.file, ()), digest)
        for item in recordings.values()
    ]
    models = _models(source)
    whole = [item if item.beside or item.rows else replace(item, models=models) for item in whole]
    lost = [replace(item, fault=NO_RECORDING) for item in found if item.file in paths and item.file not in owners]
    used = {*owners, *([source.segments] if source.segments else ())}
    return sorted([*whole, *lost, *faults], key=lambda item: (item.file, item.id)), used & others.keys()


def _rows(name: str, source: Source, root: Path) -> Iterator[tuple[int, str, str | Unreadable]]:
    """Line, path of the recording below the source, and content of each row, or why it cannot be read."""
    path = root / str(source.segments)
    if not path.is_file():
        raise ValueError(f"sources.{name}.segments: nothing at {path}; name a manifest below {source.path}")
    try:
        lines = list(manifest.rows(text_of(path.read_bytes())))
    except ValueError as error:
        raise ValueError(f"sources.{name}.segments: {path}: {error}") from None
    for number, content in lines:
        try:
            audio = manifest.audio_of(content)
        except ValueError as error:
            yield number, "", Unreadable(BROKEN_ANNOTATION, str(error))
            continue
        below = PurePosixPath(str(source.segments)).parent / audio
        yield number, os.path.normpath(below), content


def _owners(recordings: Iterable[str], annotations: Iterable[str]) -> dict[str, list[str]]:
    """Annotation -> the recordings that it is of: those of its stem, else of what its stem begins with before a `_`."""
    stems: dict[str, list[str]] = {}
    for file in recordings:
        stems.setdefault(_stem(file), []).append(file)
    found = {}
    for file in annotations:
        stem = _stem(file)
        while stem not in stems and _ending(file) == BY_SPEAKER and "_" in PurePosixPath(stem).name:
            stem = stem.rpartition("_")[0]
        if stem in stems:
            found[file] = stems[stem]
    return found


def _with(item: Item, paths: Sequence[Path], rows: Sequence[str], digest: Callable[[Path], str]) -> Item:
    try:
        return replace(item, beside={path.as_posix(): digest(path) for path in paths}, rows=tuple(rows))
    except Unreadable as fault:
        return replace(item, fault=item.fault or fault.reason, detail=item.detail or fault.detail)


def _models(source: Source) -> str:
    """A digest of the models that make drafts; of one from a hub, its declared name stands for it."""
    folders = [source.draft.transcriber, source.draft.pipeline] if source.draft else []
    return "".join(tree_digest(Path(folder)).hex() for folder in folders if folder)


def _fault(name: str, source: Source, identity: Identity, reason: str, number: int, detail: str = "") -> Item:
    id = identity.record(name, str(source.segments), str(number))
    told = f"line {number}" + (f": {detail}" if detail else "")
    return Item(id, name, id, str(source.segments), "", source.model_dump(mode="json"), fault=reason, detail=told)


def _stem(file: str) -> str:
    return PurePosixPath(file).with_suffix("").as_posix()


def _ending(file: str) -> str:
    return PurePosixPath(file).suffix.lower()
