"""What people decided about drafts, applied to records; and drafts put up for decision."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from stages.extract.reasons import EMPTY_TRANSCRIPT
from stages.extract.recordings import ledger
from stages.flow import Rejected
from stages.params.source import Source
from stages.records import Record, Turn


class Review:
    """The ledgers of all sources, applied to drafts while they stream by.

    It runs after the step, so that a decision costs nothing but this. `counts` holds `drafts` (records), `turns` of
    theirs, and those of them that are `accepted`, `rejected` and `outdated`: decided for another draft.
    """

    def __init__(self, sources: Mapping[str, Source]) -> None:
        paths = {name: path for name, source in sources.items() if (path := ledger_of(source))}
        self._ledgers = {name: ledger.read(path) for name, path in paths.items()}
        self.counts: Counter[str] = Counter(dict.fromkeys(("drafts", "turns", "accepted", "rejected", "outdated"), 0))

    def applied(self, record: Record) -> Record | Rejected:
        """A draft with the decisions about it; a record is no draft any more once all of its turns are decided."""
        if not record.meta.get("draft"):
            return record
        rows = self._ledgers.get(record.source, {})
        self.counts.update({"drafts": 1, "turns": len(record.turns)})
        turns: list[Turn] = []
        unheard = list(record.meta.get("unheard", ()))
        undecided = 0
        for turn in record.turns:
            row = rows.get(ledger.key_of(record.id, turn))
            if row is None or not row.decision or not row.is_of(turn):
                self.counts["outdated"] += bool(row and row.decision)
                undecided += 1
                turns.append(turn)
            elif row.decision == "accept":
                self.counts["accepted"] += 1
                turns.append(replace(turn, speaker=row.speaker, text=row.text))
            else:
                self.counts["rejected"] += 1
                unheard.append([turn.start, turn.end])
        if not turns:
            return Rejected(
                record.id, record.group, record.source, EMPTY_TRANSCRIPT, "all turns are rejected by review"
            )
        meta = {**record.meta, "draft": undecided > 0, "unheard": sorted(unheard)}
        return replace(record, turns=tuple(turns), meta={name: value for name, value in meta.items() if value})


def ledger_of(source: Source) -> Path | None:
    """The ledger that a source declares."""
    return Path(source.draft.review) if source.draft and source.draft.review else None


def extend(path: Path, drafts: Iterable[Record]) -> int:
    """Put the turns of drafts on a ledger that are not on it yet, or are there with another draft.

    `drafts` are records to which its decisions are applied already. Returns the number of rows that are new.
    """
    rows = ledger.read(path)
    fresh = {
        key: ledger.row_of(record.id, turn)
        for record in drafts
        for turn in record.turns
        if not ((row := rows.get(key := ledger.key_of(record.id, turn))) and row.is_of(turn))
    }
    ledger.write(path, (rows | fresh).values())
    return len(fresh)
