"""The stage: every file of every source to records, quarantine and metrics."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from stages import flow, metrics, segments, shards
from stages.extract import datasets, files, ocr
from stages.extract.reader import Identity, Item
from stages.extract.reasons import (
    CHANGED,
    EMPTY_TRANSCRIPT,
    NO_DECODER,
    NO_PERMISSION,
    OCR_FAILED,
    OCR_TIMEOUT,
    VANISHED,
)
from stages.extract.recordings import Recordings, drafts
from stages.extract.recordings.decoding import ffmpeg_version
from stages.extract.recordings.drafts import Drafter
from stages.extract.recordings.restore import restore
from stages.extract.recordings.review import Review
from stages.extract.recordings.store import Store
from stages.extract.step import Read
from stages.flow import Rejected
from stages.keys import Key
from stages.memo import fingerprint
from stages.params import Params
from stages.records import Record

TARGET = Path("data/extract")
METRICS = Path("metrics/extract.json")
AUDIO = "audio"
# What may be otherwise the next time for the same bytes.
PASSING = frozenset({CHANGED, NO_PERMISSION, VANISHED, OCR_TIMEOUT, OCR_FAILED, NO_DECODER})


def run(params: Params, drafter: Drafter | None = None) -> dict[str, Any]:
    """Read all sources into data/extract and write metrics/extract.json; return the metrics.

    `drafter` writes down what nobody has; None takes the models that sources declare. Raises `ValueError` naming the
    key for a source without files, and when Tesseract or what drafts need is needed and not installed.
    """
    key = Key.read(params.key_file)
    store = Store(TARGET / AUDIO)
    step = Read(params.extract, Identity(key), Recordings(store, drafter or Drafter()))
    engine = ocr.check(params.extract.language) if _has_documents(params) else ""
    _fetch(params)
    for name, source in params.sources.items():
        if source.draft:
            drafts.check(name, source.draft)
    review = Review(params.sources)
    listed = {name: files.items(name, source, params.extract, step.identity) for name, source in params.sources.items()}
    found = [item for items, _ in listed.values() for item in items]
    # What a source declares is part of each of its items: a change to one source reads no other anew.
    declared = {"extract": params.extract.model_dump(mode="json"), "tesseract": engine, "ffmpeg": _decoder(params)}
    mark = fingerprint(key, step.stage, declared, [Path(segments.__file__).parent])
    _clear()
    with tempfile.TemporaryDirectory(dir=TARGET, prefix=".flow") as folder:
        target = Path(folder)
        counts = flow.run_values(step, _spread(found, params.flow.shards), target, params.flow, key, mark, PASSING)
        told = _Telling({item.id: item for item in found}, review)
        # Shards so far are the files'; a table's rows belong to patients of their own.
        shards.write(TARGET / "records", told.records(shards.read(target / "records", Record)), params.flow.shards)
        shards.write(
            TARGET / "quarantine", told.rejected(shards.read(target / "quarantine", Rejected)), params.flow.shards
        )
    restore(store, told.audio, told.items, params.extract, params.flow)
    for name, amount in (("out", -1), ("quarantined", 1), (f"quarantined.{EMPTY_TRANSCRIPT}", 1)):
        if told.refused:
            counts[name] = counts.get(name, 0) + amount * len(told.refused)
    numbers = counts | told.numbers({name: (len(items), passed) for name, (items, passed) in listed.items()})
    metrics.write(METRICS, numbers)
    return numbers


def _clear() -> None:
    """Remove what an earlier run wrote, but for converted recordings: those that are still right are kept."""
    TARGET.mkdir(parents=True, exist_ok=True)
    for path in TARGET.iterdir():
        if path.is_dir() and path.name != AUDIO:
            shutil.rmtree(path)
        elif not path.is_dir():
            path.unlink()


def _decoder(params: Params) -> str:
    return ffmpeg_version() if any(source.reader == "recordings" for source in params.sources.values()) else ""


def _has_documents(params: Params) -> bool:
    return any(source.reader == "documents" for source in params.sources.values())


def _fetch(params: Params) -> None:
    """Bring hub data sets here before the work starts: a network that fails is no fault of a file.

    Without a declared one nothing may ask the network; the worker processes inherit that.
    """
    hubs = {name: source for name, source in params.sources.items() if source.revision is not None}
    if not hubs:
        os.environ["HF_HUB_OFFLINE"] = os.environ["HF_DATASETS_OFFLINE"] = "1"
    for name, source in hubs.items():
        try:
            datasets.from_hub(source)
        except (OSError, ValueError, RuntimeError) as error:
            raise ValueError(
                f"sources.{name}: {source.path} at revision {source.revision}, split {source.hub_split}, cannot be "
                f"fetched ({type(error).__name__}); correct them, or download it once and name its folder as `path`"
            ) from error


def _spread(items: Iterable[Item], count: int) -> list[list[Item]]:
    buckets: list[list[Item]] = [[] for _ in range(count)]
    for item in items:
        buckets[shards.shard_of(item.id, count)].append(item)
    return buckets


class _Telling:
    """Counts records and quarantine by source and reader while they stream by, and applies the review of drafts.

    `audio` is record id -> SHA-256 of its recording; `refused` are the records of which the review leaves nothing.
    """

    def __init__(self, items: Mapping[str, Item], review: Review) -> None:
        self.items, self._review = items, review
        self.refused: list[Rejected] = []
        self.audio: dict[str, str] = {}
        self._records: Counter[str] = Counter()
        self._rejected: Counter[str] = Counter()
        self._readers: Counter[str] = Counter()
        self._confidence = 0.0
        self._ocr_pages = 0

    def records(self, found: Iterable[Record]) -> Iterator[Record]:
        for read in found:
            record = self._review.applied(read)
            if isinstance(record, Rejected):
                self.refused.append(record)
                continue
            self._records[record.source] += 1
            self._readers[record.origin.reader] += 1
            pages = int(record.meta.get("ocr_pages", 0))
            self._ocr_pages += pages
            self._confidence += pages * float(record.meta.get("confidence", 0.0))
            if record.audio:
                self.audio[record.id] = record.meta["audio_sha256"]
            yield record

    def rejected(self, found: Iterable[Rejected]) -> Iterator[Rejected]:
        for rejected in itertools.chain(self.refused, found):
            self._rejected[rejected.source] += 1
            # What a crash rejects does not know its file.
            item = self.items.get(rejected.id)
            yield replace(rejected, file=rejected.file or (item.file if item else ""))

    def numbers(self, listed: dict[str, tuple[int, int]]) -> dict[str, Any]:
        """By source: files, those that its pattern passes over, records and quarantined; the mean OCR confidence."""
        sources = {
            name: {
                "files": files, "passed_over": passed,
                "records": self._records[name], "quarantined": self._rejected[name],
            }
            for name, (files, passed) in listed.items()
        }  # fmt: skip
        confidence = self._confidence / self._ocr_pages if self._ocr_pages else None
        drafts = {"drafts": dict(self._review.counts)} if self._review.counts["drafts"] else {}
        return {"sources": sources, "readers": dict(self._readers), "ocr_confidence": confidence, **drafts}
