"""The review ledger: a CSV in Git in which people accept or reject children.

It holds de-identified text, as the training sets do; see docs/review.md for where that may not go into Git. A decision
belongs to a child's id and its text: once the text is another, the decision no longer counts.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

from stages.records import Example
from stages.shards import write_bytes

DECISIONS = ("", "accept", "reject")
CHANCE, RISKIEST = "chance", "risk"


@dataclass(frozen=True, slots=True)
class Row:
    """A child put up for review; `decision` is empty, `accept` or `reject`.

    `risk` is for the eye of a person and never read back; `drawn` says why the child is on the ledger.
    """

    id: str
    parent: str
    task: str
    operator: str
    before: str
    after: str
    decision: str = ""
    reviewer: str = ""
    comment: str = ""
    risk: str = ""
    drawn: str = CHANCE


COLUMNS = tuple(f.name for f in fields(Row))
# Ledgers from before these columns hold children drawn by chance, and their decisions stand.
_LATER = {"risk": "", "drawn": CHANCE}


def read(path: str | Path) -> list[Row]:
    """The rows of a ledger; raises `ValueError` naming file and line of a row that cannot count."""
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        table = csv.DictReader(file)
        if missing := [column for column in COLUMNS if column not in (table.fieldnames or ()) and column not in _LATER]:
            raise ValueError(f"{path}: column {missing[0]!r} is missing; expected {','.join(COLUMNS)}")
        rows: dict[str, Row] = {}
        for found in table:
            row = Row(**{column: found.get(column) or _LATER.get(column, "") for column in COLUMNS})
            decision = row.decision.strip().lower()
            if decision not in DECISIONS:
                raise ValueError(
                    f"{path}:{table.line_num}: decision {row.decision!r}: expected accept, reject or nothing"
                )
            if row.drawn not in (CHANCE, RISKIEST):
                raise ValueError(f"{path}:{table.line_num}: drawn {row.drawn!r}: expected {CHANCE} or {RISKIEST}")
            if row.id in rows:
                raise ValueError(
                    f"{path}:{table.line_num}: child {row.id} is on the ledger twice; keep one of the rows"
                )
            rows[row.id] = Row(**{**asdict(row), "decision": decision})
    return list(rows.values())


def write(path: str | Path, rows: Iterable[Row]) -> None:
    """Write a ledger whole."""
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    table.writerows(asdict(row).values() for row in rows)
    write_bytes(Path(path), text.getvalue().encode())


def row_of(child: Example, parent: Example, risk: float, drawn: str) -> Row:
    """A child as it goes on the ledger."""
    assert child.operator is not None
    row = Row(child.id, parent.id, child.task, child.operator, changed_side(parent), changed_side(child))
    return replace(row, risk=f"{risk:.3f}", drawn=drawn)


def changed_side(example: Example) -> str:
    """What augmentation changes of an example."""
    return example.input or example.instruction


def standing(rows: Sequence[Row], children: dict[str, str]) -> tuple[dict[str, str], int]:
    """Decisions (child id -> accept or reject) on children (id -> text) as they are now, and how many are outdated."""
    decided = [row for row in rows if row.decision]
    valid = {row.id: row.decision for row in decided if children.get(row.id) == row.after}
    return valid, len(decided) - len(valid)
