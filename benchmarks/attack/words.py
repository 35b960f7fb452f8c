"""What can be read of a record, and words without case, accents and marks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from stages.records import Record


def texts(records: Iterable[Record]) -> Iterator[str]:
    """Everything of a record that can be read, its file's name included."""
    for record in records:
        yield record.text or ""
        yield from (text for turn in record.turns for text in (turn.speaker, turn.text))
        yield from record.fields.values()
        yield record.origin.file


def plain(text: str) -> str:
    """Letters and figures, one blank between words."""
    return re.sub(r"[^a-z0-9]+", " ", folded(text))


def folded(text: str) -> str:
    """Lower case, without accents."""
    return unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
