"""The ledger of drafts: a CSV in which people correct what machines wrote down.

It holds what patients said, before de-identification: it lies below `raw`, with the recordings, and never in Git. A row
is a turn of a draft; a person corrects `speaker` and `text` in their place, and writes `accept` under `decision`, or
`reject` where nobody can tell what is said. A decision belongs to the draft that was listened to: once a turn's draft
is another, it no longer counts.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import get_args

from stages.params.source import Role
from stages.records import Turn
from stages.shards import write_bytes

DECISIONS = ("", "accept", "reject")


@dataclass(frozen=True, slots=True)
class Row:
    """A turn of a draft, `record` by its id, `start` and `end` in seconds; and what a person made of it."""

    record: str
    start: str
    end: str
    draft_speaker: str
    draft: str
    speaker: str
    text: str
    decision: str = ""
    reviewer: str = ""
    comment: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        return self.record, self.start, self.end

    def is_of(self, turn: Turn) -> bool:
        """Whether the turn says what the row's draft says, or what a person has accepted."""
        said = (turn.speaker, turn.text)
        return said == (self.draft_speaker, self.draft) or (
            self.decision == "accept" and said == (self.speaker, self.text)
        )


COLUMNS = tuple(f.name for f in fields(Row))
Ledger = dict[tuple[str, str, str], Row]


def key_of(record: str, turn: Turn) -> tuple[str, str, str]:
    """Where a turn stands on the ledger."""
    return record, f"{turn.start:.3f}", f"{turn.end:.3f}"


def row_of(record: str, turn: Turn) -> Row:
    """A turn as it goes on the ledger, nothing corrected."""
    return Row(*key_of(record, turn), turn.speaker, turn.text, turn.speaker, turn.text)


def read(path: Path) -> Ledger:
    """The rows of a ledger; none where there is none yet.

    Raises `ValueError` naming file and line of a row that cannot count, and never quotes it.
    """
    if not path.exists():
        return {}
    found: Ledger = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        table = csv.DictReader(file)
        if missing := [column for column in COLUMNS if column not in (table.fieldnames or ())]:
            raise ValueError(f"{path}: column {missing[0]!r} is missing; expected {','.join(COLUMNS)}")
        for line in table:
            row = Row(**{column: (line[column] or "").strip() for column in COLUMNS})
            place = f"{path}:{table.line_num}"
            if row.decision.lower() not in DECISIONS:
                raise ValueError(f"{place}: decision: expected accept, reject or nothing")
            if row.decision and row.speaker not in get_args(Role):
                raise ValueError(f"{place}: speaker: expected one of {', '.join(get_args(Role))}")
            if row.decision.lower() == "accept" and not row.text:
                raise ValueError(f"{place}: text: nothing is accepted; write what is said, or reject the turn")
            if row.key in found:
                raise ValueError(f"{place}: this turn of {row.record} is on the ledger twice; keep one of the rows")
            found[row.key] = Row(**asdict(row) | {"decision": row.decision.lower()})
    return found


def write(path: Path, rows: Iterable[Row]) -> None:
    """Write a ledger whole."""
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    table.writerows(asdict(row).values() for row in rows)
    write_bytes(path, text.getvalue().encode())
