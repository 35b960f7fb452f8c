"""The declared table of identifiers: what the hospital itself knows of each patient, sought in all of the records."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from stages.keys import Key
from stages.params.deidentify import Roster

Told = Mapping[str, Sequence[tuple[str, str]]]
"""Group of the records -> (label, value) of each identifier that the table tells."""


def read_roster(declared: Roster | None, key: Key) -> Told:
    """Read the table, CSV in UTF-8 with a header; several rows of one patient add up.

    Raises `FileNotFoundError` or `ValueError` naming the key, the file and the line of what is wrong, never a value.
    """
    if declared is None:
        return {}
    path = Path(declared.path)
    if not path.is_file():
        raise FileNotFoundError(f"deidentify.known.path: {path}: no such file; known: null does without")
    told: dict[str, list[tuple[str, str]]] = defaultdict(list)
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.DictReader(lines, strict=True)
        try:
            missing = {declared.group, *declared.columns} - set(rows.fieldnames or ())
            if missing:
                raise ValueError(f"deidentify.known: {path}: no column {', '.join(sorted(missing))}; add or leave out")
            for row in rows:
                if None in row or None in row.values():
                    raise ValueError(f"deidentify.known: {path}:{rows.line_num}: expected as many fields as the header")
                values = [(label, row[column].strip()) for column, label in declared.columns.items()]
                told[key.id("group", row[declared.group].strip())] += [pair for pair in values if pair[1]]
        except (csv.Error, UnicodeDecodeError) as error:
            raise ValueError(
                f"deidentify.known: {path}:{rows.line_num + 1}: not CSV in UTF-8 ({type(error).__name__}); save it so"
            ) from None
    return told
