"""Scoring of the stage's outcome against the clinic's gold spans; the only reader of gold, and only of its spans."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from stages import shards
from stages.deidentify.align import located, repeated
from stages.deidentify.content import Content
from stages.deidentify.medicine import Medicine
from stages.deidentify.score import Document, Tally, add
from stages.deidentify.step import Deidentified
from stages.records import Record, Span

GOLD = "spans.jsonl"


@dataclass(frozen=True, slots=True)
class Gold:
    """The gold spans of one raw document or row."""

    text: str
    spans: tuple[Span, ...]
    split: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The metrics, and the ids of the documents of which a direct identifier leaked."""

    numbers: Mapping[str, Any]
    leaking: Sequence[str]


def judge(gold_folder: Path, records: Path, work: Path, terms: str | None) -> Verdict:
    """Score what `work` holds (shards of `Deidentified`) against gold, with the records that were read.

    Numbers of all gold documents stand at the top, those of the held-out ones (split `test`) under `held_out`. A
    document whose record is missing (in quarantine) cannot leak; it is counted in `gold_not_out` and not scored.
    Raises `FileNotFoundError` naming the gold file where there is none.
    """
    gold = read_gold(gold_folder / GOLD)
    medicine = Medicine.read(terms)
    whole, held_out = Tally(), Tally()
    missing = set(gold)
    # One by one: all texts of a large corpus, as they were read and as they flow on, are too many at once.
    for document, key in _documents(gold, records, work):
        add(whole, document, medicine.is_term)
        if gold[key].split == "test":
            add(held_out, document, medicine.is_term)
        missing.discard(key)
    numbers = {**whole.scores(), "gold_not_out": len(missing), "held_out": held_out.scores()}
    return Verdict(numbers, sorted(whole.leaking))


def read_gold(path: Path) -> dict[tuple[str, str, int | None], Gold]:
    """Gold by source, file and row."""
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no gold spans there; `deidentify.gold` names their folder, null does without")
    found = {}
    for line in path.read_bytes().splitlines():
        plain = orjson.loads(line)
        spans = tuple(Span(span["start"], span["end"], span["label"]) for span in plain["spans"])
        found[plain["source"], plain["file"], plain.get("row")] = Gold(plain["text"], spans, plain["split"])
    return found


def _documents(
    gold: Mapping[tuple[str, str, int | None], Gold], records: Path, work: Path
) -> Iterator[tuple[Document, tuple[str, str, int | None]]]:
    for path in sorted(work.glob("*.jsonl")):
        done = {found.id: found for found in shards.read_shard(path, Deidentified)}
        for record in shards.read_shard(records / path.name, Record):
            row = record.meta.get("row")
            key = (record.source, record.origin.file, row if isinstance(row, int) else None)
            if key in gold and record.id in done:
                yield _document(record, done[record.id], gold[key]), key


def _document(record: Record, done: Deidentified, gold: Gold) -> Document:
    text = Content.of(record).text
    places = located(gold.text, gold.spans, text)
    return Document(
        id=record.id,
        group=record.group,
        text=text,
        gold=[*filter(None, places), *repeated(text, places)],
        unlocated=sum(place is None for place in places),
        values=[(span.label, gold.text[span.start : span.end]) for span in gold.spans],
        found=[Span(start, end, label) for start, end, label in done.found],
        output=Content.of(done.record).text,
    )


def over(verdict: Verdict, most: float) -> bool:
    """Whether more of the gold documents leak than declared."""
    rate = verdict.numbers["document_leak_rate"]
    return rate is not None and rate > most
