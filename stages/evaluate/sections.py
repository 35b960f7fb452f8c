"""Sections of a structured answer, found by their declared headers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple


class Section(NamedTuple):
    """A header as it was declared, and the text up to the next declared header, stripped."""

    header: str
    text: str


def parse(text: str, headers: Sequence[str]) -> list[Section]:
    """The sections of a text in the order they stand there; what precedes the first header is left out.

    A header is a declared name and a colon, at the start of a line in any case or within a line as declared, plain or
    in
    Markdown: `HPI:`, `**Definition**:`, `**Note:**`, `## Plan` on a line of its own. A name may appear more than once.

    >>> parse("HPI: Cough. Assessment: Croup.", ["HPI", "Assessment"])
    [Section(header='HPI', text='Cough.'), Section(header='Assessment', text='Croup.')]
    """
    if not headers:
        return []
    declared = {_plain(header): header for header in headers}
    found = list(_pattern(tuple(headers)).finditer(text))
    ends = [*(match.start() for match in found), len(text)][1:]
    return [
        Section(declared[_plain(next(filter(None, match.groups())))], text[match.end() : end].strip())
        for match, end in zip(found, ends, strict=True)
    ]


def first(sections: Sequence[Section], header: str) -> str | None:
    """The text of the first section with this header; None where it is missing or empty.

    Only the first counts, so that an answer cannot gain by giving a section several times.
    """
    return next((section.text or None for section in sections if section.header == header), None)


@lru_cache(maxsize=32)
def _pattern(headers: tuple[str, ...]) -> re.Pattern[str]:
    # Longest first, so that "Assessment and Plan" is not read as "Assessment".
    names = "|".join(re.escape(header) for header in sorted(headers, key=len, reverse=True))
    mark = r"(?:\*\*|__)?"
    return re.compile(
        rf"^[ \t]*(?:\#{{1,6}}[ \t]*)?{mark}((?i:{names})){mark}[ \t]*:{mark}"
        rf"|^[ \t]*\#{{1,6}}[ \t]*{mark}((?i:{names})){mark}[ \t]*$"
        rf"|(?<=\s){mark}({names}){mark}[ \t]*:{mark}",
        re.MULTILINE,
    )


def _plain(header: str) -> str:
    return header.casefold()
