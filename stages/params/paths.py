"""What params.yaml must know of the files beside it: where they lie, and that they are there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from stages.params.faults import Fault, KeyPath, did_you_mean, nearest, shown, wrong_value
from stages.params.plain import Plain, entries, mapping
from stages.params.task import Task

STAGES = (
    "synthesize", "extract", "deidentify", "clean", "structure", "augment", "split",
    "base", "train", "evaluate", "audit", "export", "report",
)  # fmt: skip
MADE = (*(f"data/{stage}/" for stage in STAGES), "models/base/")
"""What the pipeline itself makes need not be there yet."""


def raw_material(plain: Plain) -> Iterator[Fault]:
    """Files lie below `raw`, where DVC sees them change, and are there; a hub dataset is pinned."""
    raw = plain.get("raw")
    for path, source in entries(plain, "sources"):
        place = source.get("path")
        if not isinstance(place, str) or source.get("revision"):
            continue
        if isinstance(raw, str) and not _below(place, raw):
            if source.get("reader") == "datasets" and not Path(place).exists():
                yield wrong_value(
                    (*path, "path"), place, f"a folder below {raw}, or a hub dataset with its revision and hub_split"
                )
            else:
                yield wrong_value((*path, "path"), place, f"a path below raw, which is {raw}")
        elif _reads("extract"):
            yield from _there((*path, "path"), place)
            if isinstance(source.get("segments"), str):
                yield from _there((*path, "segments"), f"{place}/{source['segments']}")


def transcripts(plain: Plain) -> Iterator[Fault]:
    """A ledger of drafts holds what patients said: it lies with the recordings, and two sources share none."""
    raw, known = plain.get("raw"), dict[str, KeyPath]()
    for path, source in entries(plain, "sources"):
        review = mapping(source, "draft").get("review")
        if not isinstance(review, str):
            continue
        place = (*path, "draft", "review")
        if isinstance(raw, str) and not _below(review, raw):
            yield wrong_value(place, review, f"a path below raw, which is {raw}: it holds what patients said")
        if known.setdefault(os.path.normpath(review), place) != place:
            yield Fault(place, f"found {shown(review)}, which is another source's ledger already; name one of its own")


def files(plain: Plain) -> Iterator[Fault]:
    """The files that people bring are there."""
    if isinstance(key := plain.get("key_file"), str):
        hint = f"; make one: python -m stages.keys {key}"
        yield from (Fault(fault.path, fault.problem + hint) for fault in _there(("key_file",), key))
    for path, base in entries(plain, "base"):
        if isinstance(base.get("needs"), str) and _reads("base"):
            yield from _there((*path, "needs"), base["needs"])
    for path, task in entries(plain, "tasks"):
        yield from _there((*path, "headers"), task.get("headers", Task.model_fields["headers"].default))
    for path, operator in entries(plain, "augment", "operators"):
        if isinstance(operator.get("table"), str) and _reads("augment"):
            yield from _there((*path, "table"), operator["table"])
    for place in (
        ("clean", "abbreviations"), ("clean", "terms"), ("clean", "gold"), ("deidentify", "gold"),
        ("deidentify", "terms"), ("deidentify", "headers"),
        ("evaluate", "synonyms"), ("evaluate", "terms"),
    ):  # fmt: skip
        found = mapping(plain, *place[:-1]).get(place[-1])
        if isinstance(found, str) and _reads(place[0]):
            yield from _there(place, found)


def _reads(stage: str) -> bool:
    """Whether a file that only `stage` reads must be there: always, but in `dvc repro` for another stage.

    A colleague may train from the shared results of `extract` without the raw files, which are never shared. The first
    stage checks for all.
    """
    running = os.environ.get("DVC_STAGE", "").split("@")[0]
    return running in ("", "synthesize", stage)


def _there(path: KeyPath, found: Any) -> Iterator[Fault]:
    if not isinstance(found, str) or found.startswith(MADE) or f"{found}/" in MADE or Path(found).exists():
        return
    parent = Path(found).parent
    beside = [child.as_posix() for child in parent.iterdir()] if parent.is_dir() else []
    yield Fault(path, f"found {shown(found)}; no such file or folder{did_you_mean(nearest(found, beside))}")


def _below(place: str, folder: str) -> bool:
    return Path(os.path.normpath(place)).is_relative_to(os.path.normpath(folder))
