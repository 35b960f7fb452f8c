"""The numbers of a run's recordings: how long they are, what of them went, and what gold times say is still heard."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stages import shards
from stages.deidentify.spoken.audible import GOLD, Audible, compared, read_gold
from stages.deidentify.step import Deidentified
from stages.records import Record

COUNTED = "speech."
"""What the names of counts of recordings begin with."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The metrics, and the ids of the recordings in which a gold identifier is heard, the longest first."""

    numbers: Mapping[str, Any]
    leaking: Sequence[str]


def scored(counts: dict[str, Any], gold_folder: Path | None, records: Path, work: Path) -> Verdict:
    """Score the recordings of what `work` holds (shards of `Deidentified`), with the records that were read.

    Counts of recordings are taken out of `counts`. A gold recording that does not flow on cannot be heard; it is
    counted in `gold_not_out`. Numbers of test patients stand again under `held_out`.
    """
    gold = read_gold(gold_folder / GOLD) if gold_folder else {}
    whole, held_out, missing = Audible(), Audible(), set(gold)
    out, seconds, redacted = 0, 0.0, 0.0
    judged: list[tuple[str, tuple[str, str], bool]] = []
    befores: list[Path] = []
    afters: list[Path] = []
    for record, done in _recordings(records, work):
        out += 1
        seconds += float(record.meta.get("seconds", 0.0))
        redacted += float(done.record.meta.get("redacted", 0.0))
        key = (record.source, record.origin.file)
        if key in gold:
            missing.discard(key)
            judged.append((record.id, key, record.split == "test"))
            befores.append(Path(record.audio or ""))
            afters.append(Path(done.record.audio or ""))
    # Threads: the time goes into decoding, which leaves the interpreter free.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        heard = pool.map(compared, befores, afters)
        for (id, key, is_held_out), (sounding, kept) in zip(judged, heard, strict=True):
            for total in (whole, held_out) if is_held_out else (whole,):
                total.add(id, gold[key], sounding, kept)
    numbers = {"in": 0, "out": out, "seconds": seconds, "redacted_seconds": redacted} | _taken(counts)
    if gold:
        numbers |= {**whole.scores(), "gold_not_out": len(missing), "held_out": held_out.scores()}
    return Verdict(numbers, [id for id, _ in whole.leaking.most_common()])


def over(found: Verdict, most: float) -> bool:
    """Whether a greater share of gold identifiers is audible than declared."""
    share = found.numbers.get("audible_share")
    return share is not None and share > most


def _recordings(records: Path, work: Path) -> Iterator[tuple[Record, Deidentified]]:
    for path in sorted(work.glob("*.jsonl")):
        done = {found.id: found for found in shards.read_shard(path, Deidentified) if found.cut}
        for record in shards.read_shard(records / path.name, Record) if done else ():
            if record.id in done:
                yield record, done[record.id]


def _taken(counts: dict[str, Any]) -> dict[str, Any]:
    names = [name for name in counts if name.startswith(COUNTED)]
    return {name.removeprefix(COUNTED): counts.pop(name) for name in names}
