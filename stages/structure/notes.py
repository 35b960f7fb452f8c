"""Sections of a clinical note: in a row's fields, in rows of one section each, or under headers in a text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from stages.headers import plain
from stages.records import Record
from stages.structure.pair import Headers, value


def sections(record: Record, headers: Headers) -> dict[str, str]:
    """The sections of a record by their names in the lexicon; what has no known header is left out."""
    if record.text is not None:
        return in_text(record.text, headers)
    if header := value(record, "section_header"):
        name, text = headers.get(plain(header)), value(record, "section_text")
        return {name: text} if name and text else {}
    named = ((headers.get(plain(key)), text.strip()) for key, text in record.fields.items())
    return {name: text for name, text in named if name and text}


def in_text(text: str, headers: Headers) -> dict[str, str]:
    """The sections of a text. A header stands at the start of a line, or after a sentence where it is capitalised and
    followed by a colon. A section that occurs twice keeps both parts, a line apart.

    >>> in_text("HPI: Cough. Assessment: Croup.", {"hpi": "HPI", "assessment": "Assessment"})
    {'HPI': 'Cough.', 'Assessment': 'Croup.'}
    """
    found = list(_pattern(tuple(headers)).finditer(text))
    ends = [match.start() for match in found[1:]] + [len(text)] * bool(found)
    parts: dict[str, list[str]] = {}
    for match, end in zip(found, ends, strict=True):
        header = next(filter(None, match.groups()))
        if body := text[match.end() : end].strip(" \t\n\r*_#"):
            parts.setdefault(headers[plain(header)], []).append(body)
    return {name: "\n".join(bodies) for name, bodies in parts.items()}


def laid_together(notes: list[Mapping[str, str]]) -> dict[str, str]:
    """Parts of one note as one; a section that several of them hold keeps each text once, a line apart."""
    merged: dict[str, list[str]] = {}
    for note in notes:
        for name, text in note.items():
            texts = merged.setdefault(name, [])
            if text not in texts:
                texts.append(text)
    return {name: "\n".join(texts) for name, texts in merged.items()}


@lru_cache(maxsize=4)
def _pattern(headers: tuple[str, ...]) -> re.Pattern[str]:
    # Longest first, so that "assessment and plan" is not read as "assessment".
    ordered = sorted(headers, key=lambda header: (-len(header), header))
    names = "|".join(r"[ \t]+".join(map(re.escape, header.split())) for header in ordered)
    mark = r"(?:\*\*|__)?"
    return re.compile(
        rf"^[ \t]*(?:\#{{1,6}}[ \t]*|\d{{1,2}}[.)][ \t]+)?{mark}((?i:{names})){mark}[ \t]*(?::{mark}|$)"
        rf"|(?<=[.!?][ \t]){mark}((?=[A-Z])(?i:{names})){mark}[ \t]*:{mark}",
        re.MULTILINE,
    )
