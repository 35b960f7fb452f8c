"""TXT: the file is the text."""

from __future__ import annotations

from stages.extract.characters import decode
from stages.extract.page import Page
from stages.params.extract import Extract


def pages(data: bytes, _limits: Extract) -> list[Page]:
    """One page for each form feed; raises `Unreadable` on empty, binary and undecodable files."""
    return [Page(page) for page in decode(data).split("\f")]
