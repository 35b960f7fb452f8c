"""DOCX, opened by python-docx: headers, the body in document order with its tables, footnotes, footers.

The text is taken from the XML itself, for python-docx's paragraphs leave out content controls, text boxes and tracked
insertions, all of which record systems and templates fill with findings.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from stages.extract.page import Page
from stages.extract.reader import Unreadable
from stages.extract.reasons import DAMAGED, EXPANDS_TOO_MUCH, TRUNCATED
from stages.params.extract import Extract

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
# Deleted text, the codes of fields, and the older copy of a text box are not what a reader sees.
UNSEEN = (f"{W}del", f"{W}moveFrom", f"{W}instrText", f"{W}pPr", f"{W}rPr", FALLBACK)
MARKS = {f"{W}tab": "\t", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "-"}
# A document's parts may unpack to so many times the largest file, together and each to so many times its own size.
EXPANSION, RATIO = 4, 400
MEGABYTE = 1_000_000
NOTES = ("/footnotes", "/endnotes")


def pages(data: bytes, limits: Extract) -> list[Page]:
    """The text as one page, a paragraph or table row a line, cells parted by bars; raises `Unreadable`."""
    _check_archive(data, limits)
    import docx

    try:
        document = docx.Document(io.BytesIO(data))
        return [Page("\n".join(_document(document)), wrapped=False)]
    except (KeyError, ValueError, AttributeError, SyntaxError, zipfile.BadZipFile):
        # What python-docx raises for parts that are not there, of another type, or no XML.
        raise Unreadable(DAMAGED) from None


def _check_archive(data: bytes, limits: Extract) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            most = limits.most_megabytes * MEGABYTE * EXPANSION
            if sum(part.file_size for part in parts) > most or any(_swells(part) for part in parts):
                raise Unreadable(EXPANDS_TOO_MUCH)
            if archive.testzip() is not None:
                raise Unreadable(DAMAGED, "a part of the archive fails its checksum")
    except zipfile.BadZipFile:
        raise Unreadable(TRUNCATED, "the archive has no directory") from None
    except (OSError, EOFError, RuntimeError, NotImplementedError, zlib.error):
        raise Unreadable(DAMAGED, "a part of the archive cannot be unpacked") from None


def _swells(part: zipfile.ZipInfo) -> bool:
    return part.file_size > MEGABYTE and part.file_size > RATIO * max(1, part.compress_size)


def _document(document: Any) -> Iterator[str]:
    headers = [header for page in document.sections for header in _headers(page)]
    footers = [footer for page in document.sections for footer in _footers(page)]
    yield from _once(headers)
    yield from _blocks(document.element.body)
    for relation in document.part.rels.values():
        if relation.reltype.endswith(NOTES):
            yield from _blocks(_parsed(relation.target_part.blob))
    yield from _once(footers)


def _headers(page: Any) -> list[Any]:
    first = [page.first_page_header] if page.different_first_page_header_footer else []
    return [*first, page.header, page.even_page_header]


def _footers(page: Any) -> list[Any]:
    first = [page.first_page_footer] if page.different_first_page_header_footer else []
    return [*first, page.footer, page.even_page_footer]


def _once(parts: list[Any]) -> Iterator[str]:
    """The lines of headers or footers; those that sections share, once."""
    lines = (line for part in parts if not part.is_linked_to_previous for line in _blocks(part._element))
    yield from (
        line for line in dict.fromkeys(lines) if not re.fullmatch(r"\W*(?:page\s*)?\d*(?:\s*of\s*\d+)?\W*", line, re.I)
    )


def _blocks(parent: Any) -> Iterator[str]:
    """Paragraphs and table rows below an element, in order, also within content controls."""
    for child in parent:
        if child.tag == f"{W}p":
            yield from _paragraph(child)
        elif child.tag == f"{W}tbl":
            yield from filter(None, (_row(row) for row in child.iter(f"{W}tr") if _nearest(row, f"{W}tbl") is child))
        elif child.tag not in UNSEEN:
            yield from _blocks(child)


def _paragraph(paragraph: Any) -> Iterator[str]:
    text = "".join(_pieces(paragraph))
    yield from (line.strip() for line in text.split("\n") if line.strip())
    for box in paragraph.iter(f"{W}txbxContent"):
        if not any(parent.tag == FALLBACK for parent in box.iterancestors()):
            yield from _blocks(box)


def _pieces(element: Any) -> Iterator[str]:
    for child in element:
        if child.tag == f"{W}t":
            yield child.text or ""
        elif child.tag in MARKS:
            yield MARKS[child.tag]
        elif child.tag not in UNSEEN and child.tag != f"{W}txbxContent":
            yield from _pieces(child)


def _row(row: Any) -> str:
    cells = [cell for cell in row.iter(f"{W}tc") if _nearest(cell, f"{W}tr") is row]
    texts = [" ".join(_blocks(cell)) for cell in cells]
    return " | ".join(texts).strip() if any(texts) else ""


def _nearest(element: Any, tag: str) -> Any:
    return next(element.iterancestors(tag), None)


def _parsed(blob: bytes) -> Any:
    from docx.oxml import parse_xml

    return parse_xml(blob)
