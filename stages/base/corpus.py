"""Plain texts that a scratch language model learns from."""

from __future__ import annotations

from pathlib import Path

from stages.records import Record
from stages.shards import read


def texts(folder: Path) -> list[str]:
    """Every text of a folder of records, dialogues as `Doctor: ...` lines.

    Raises `ValueError` naming a record that has neither text nor turns, and one on a folder without records.
    """
    found = [_text(record) for record in read(folder, Record)]
    if not found:
        raise ValueError(f"{folder}: no texts there, so there is nothing to learn from")
    return found


def _text(record: Record) -> str:
    if record.turns:
        return "\n".join(f"{turn.speaker.capitalize()}: {turn.text}" for turn in record.turns)
    if not record.text:
        raise ValueError(f"record {record.id} has no text; the corpus takes documents and dialogues")
    return record.text
