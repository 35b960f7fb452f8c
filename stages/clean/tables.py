"""Tables of a note told as lines of "label: value unit", so that no value is read without what it is a value of.

A table is a run of lines of as many cells each, parted by bars, tabs or several spaces, below a line that names the
columns. It is left as it is unless a column has one of the names below, no name holds a number, and the guard finds in
each line what it found in its row. Columns with a name of their own keep it: "potassium: 3.1 mmol/L, flag L".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from stages import guard
from stages.clean.change import Change, Context, Edited, Medium, applied

# Columns that say no more of a cell than the cell itself does.
_PLAIN = {
    *("test", "result", "results", "value", "values", "unit", "units", "drug", "medication", "medicine", "dose"),
    *(
        "dosage",
        "frequency",
        "route",
        "parameter",
        "analyte",
        "lab",
        "name",
        "item",
        "measurement",
        "vital",
        "schedule",
    ),
}
_CELLS = re.compile(r"[ \t]*\|[ \t]*|[ \t]*\t[ \t]*| {2,}")
_RULE = re.compile(r"[\s|:+=-]*")
_LINE = re.compile(r"[^\n]+")
_NUMBER = re.compile(r"\d")
# A line begins a section of its own and its words are dealt out to other sentences: that is what the change is for.
_BY_FORM = frozenset({"sections", "doses", "units", "relations"})


class Tables:
    """Turns the tables of a note into lines."""

    name = "tables"
    media: frozenset[Medium] = frozenset({"note"})

    def __call__(self, text: str, _: Context) -> Edited:
        changes: list[Change] = []
        held_back = 0
        for table in _tables(text):
            lines = [_told(table.columns, row) for row in table.rows]
            if not all(_says_the_same(table.columns, row, line) for row, line in zip(table.rows, lines, strict=True)):
                held_back += 1
                continue
            changes.append(Change(self.name, table.start, table.end, text[table.start : table.end], "\n".join(lines)))
        return Edited(applied(text, changes), tuple(changes), held_back)


@dataclass(frozen=True, slots=True)
class _Table:
    """A table and where it stands, the line of its columns included."""

    start: int
    end: int
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


def _tables(text: str) -> Iterator[_Table]:
    run: list[tuple[int, int, list[str]]] = []
    end = -1
    for line in _LINE.finditer(text):
        cells = _cells(line.group())
        is_rule = _RULE.fullmatch(line.group()) is not None
        if run and (line.start() != end + 1 or (not is_rule and len(cells) != len(run[0][2]))):
            yield from _of(run)
            run = []
        end = line.end()
        if not is_rule and len(cells) > 1:
            run.append((*line.span(), cells))
    yield from _of(run)


def _cells(line: str) -> list[str]:
    line = line.strip()
    framed = len(line) > 1 and line[0] == line[-1] == "|"
    return [cell.strip() for cell in _CELLS.split(line[1:-1].strip() if framed else line)]


def _of(run: Sequence[tuple[int, int, list[str]]]) -> Iterator[_Table]:
    """The table of a run of lines, if it is one."""
    if len(run) < 2:
        return
    columns = run[0][2]
    known = any(column.lower() in _PLAIN for column in columns)
    if known and all(columns) and not any(map(_NUMBER.search, columns)):
        yield _Table(run[0][0], run[-1][1], columns, [cells for _, _, cells in run[1:]])


def _told(columns: Sequence[str], row: Sequence[str]) -> str:
    label, *values = row
    told = ""
    for column, value in zip(columns[1:], values, strict=True):
        if not value:
            continue
        named = column.lower() not in _PLAIN
        joint = "" if not told else ", " if named else " "
        told += joint + (f"{column.lower()} {value}" if named else value)
    return f"{label}: {told}" if label else told


def _says_the_same(columns: Sequence[str], row: Sequence[str], line: str) -> bool:
    """Whether the guard finds in a line what it finds in the cells of its row one by one."""
    named = (
        f"{column} {cell}" if n and column.lower() not in _PLAIN else cell
        for n, (column, cell) in enumerate(zip(columns, row, strict=True))
        if cell
    )
    return not set(guard.changed(". ".join(named), line)) - _BY_FORM
