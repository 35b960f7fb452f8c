"""The log of changes held against gold: of what was misspelt and abbreviated, how much was put right, and wrongly.

A gold entry counts as planted where its typed form still stands in the record that is cleaned: what a reader or OCR
lost is not this stage's. Precision of typos is over all corrections in documents that never went through OCR, whose
own errors no gold knows; of abbreviations over the expansions of planted ones, since templates abbreviate as well.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from stages.clean.step import Cleaned
from stages.keys import Key
from stages.records import Record

GOLD = "typed.jsonl"
KINDS = ("typos", "abbreviations")
Place = tuple[str, str, int | None]


@dataclass(frozen=True, slots=True)
class Typed:
    """Gold of one document: whether OCR read it, and (kind, typed, meant) of all that was planted in it."""

    scanned: bool
    planted: tuple[tuple[str, str, str], ...]


def read_gold(folder: str | Path, key: Key) -> dict[Place, Typed]:
    """Gold by source, keyed file and row, as records name them; raises `FileNotFoundError` where there is none."""
    path = Path(folder) / GOLD
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no gold there; `clean.gold` names its folder, null does without")
    found = {}
    for line in path.read_bytes().splitlines():
        plain = orjson.loads(line)
        planted = tuple((kind, typed, meant) for kind, typed, meant in plain["typed"])
        place = (plain["source"], key.id("file", plain["source"], plain["file"]), plain["row"])
        found[place] = Typed(plain["format"].startswith("scan."), planted)
    return found


def score(
    gold: Mapping[Place, Typed], before: Iterable[Record], after: Iterable[Cleaned], declared: Container[str]
) -> dict[str, Any]:
    """`planted`, `recall`, `precision` and, in them, what they count, for typos and abbreviations; null of none.

    Of abbreviations those that are `declared` in the table are counted; others, such as BID, are left by intent.
    """
    logs = {cleaned.id: cleaned.log for cleaned in after}
    sums: Counter[str] = Counter()
    for record in before:
        row = record.meta.get("row")
        typed = gold.get((record.source, record.origin.file, row if isinstance(row, int) else None))
        if typed is not None and record.id in logs:
            asked = tuple(one for one in typed.planted if one[0] == "typos" or one[1] in declared)
            known = replace(typed, planted=asked)
            made = Counter((what, a.rstrip("."), b.lower()) for _, what, _, _, a, b in logs[record.id])
            for kind in KINDS:
                sums.update(_sums(kind, known, _words(record), made))
    return {kind: _rates(kind, sums) for kind in KINDS}


def _sums(kind: str, typed: Typed, text: str, made: Counter[tuple[str, str, str]]) -> Iterator[str]:
    """What one document adds, one name for each."""
    planted = Counter((kind, wrong, meant.lower()) for what, wrong, meant in typed.planted if what == kind)
    known = {wrong for _, wrong, _ in planted}
    for (_, wrong, meant), times in planted.items():
        stands = min(times, len(re.findall(rf"(?<!\w){re.escape(wrong)}(?!\w)", text)))
        yield from [f"{kind}.planted"] * stands
        yield from [f"{kind}.righted"] * min(stands, made[kind, wrong, meant])
    judged = {one: n for one, n in made.items() if one[0] == kind and (one[1] in known or kind == "typos")}
    for one, times in judged.items():
        right = min(times, planted[one])
        if right or not typed.scanned:
            yield from [f"{kind}.right"] * right
            yield from [f"{kind}.wrong"] * (times - right)


def _rates(kind: str, sums: Counter[str]) -> dict[str, Any]:
    planted, right, wrong = (sums[f"{kind}.{name}"] for name in ("planted", "right", "wrong"))
    return {
        "planted": planted,
        "recall": sums[f"{kind}.righted"] / planted if planted else None,
        "judged": right + wrong,
        "precision": right / (right + wrong) if right + wrong else None,
    }


def _words(record: Record) -> str:
    return "\n".join([record.text or "", *(turn.text for turn in record.turns), *record.fields.values()])
