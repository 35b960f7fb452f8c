"""Reads a document of any format that the content shows: PDF, image, DOCX, RTF, TXT or HTML; one record a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module

from stages.extract import content, furniture
from stages.extract.characters import clean
from stages.extract.layout import ENDED, WRAPPED
from stages.extract.page import Page
from stages.extract.paragraphs import reflow
from stages.extract.reader import Identity, Item, Unreadable
from stages.extract.reasons import NO_PAGES, NO_TEXT
from stages.flow import Count, Rejected
from stages.params.extract import Extract
from stages.records import Record

# Content -> the module that reads it: `pages(data, limits)` gives a list of `Page`.
FORMATS = {
    "pdf": "pdf", "png": "images", "jpeg": "images", "tiff": "images", "bmp": "images",
    "docx": "docx", "rtf": "rtf", "text": "plain", "html": "html",
}  # fmt: skip
PAGED = ("pdf", "images")


def read(item: Item, limits: Extract, _identity: Identity) -> Iterator[Record | Rejected | Count]:
    """The file as one record of kind `document`, its text repaired, its pages joined."""
    data = item.bytes()
    kind = content.kind(item.file, data)
    module = FORMATS[kind]
    pages: list[Page] = import_module(f"stages.extract.{module}").pages(data, limits)
    text = joined(pages)
    paged = module in PAGED
    confidences = [page.confidence for page in pages if page.confidence is not None]
    meta: dict[str, float] = {"pages": len(pages)} if paged else {}
    if confidences:
        meta |= {"ocr_pages": len(confidences), "confidence": round(sum(confidences) / len(confidences), 2)}
    yield Record(
        id=item.id, source=item.source, group=item.group, kind="document", encounter=item.encounter, split=item.split,
        origin=item.origin(f"documents.{kind}", 1 if paged else None), text=text, meta=meta,
    )  # fmt: skip
    yield Count(f"formats.{kind}")
    yield Count("pages", len(pages) if paged else 0)
    yield Count("ocr_pages", len(confidences))


def joined(pages: Sequence[Page]) -> str:
    """The document's text: page furniture removed, paragraphs re-flowed, also over the ends of pages.

    Raises `Unreadable` when there is no page or no word.
    """
    if not pages:
        raise Unreadable(NO_PAGES)
    texts = [clean(page.text) for page in pages]
    wrapped = pages[0].wrapped
    text = _joined(furniture.remove(texts)) if wrapped else _joined(texts)
    text = reflow(text) if wrapped else text
    if not any(character.isalnum() for character in text):
        raise Unreadable(NO_TEXT)
    return text.strip()


def _joined(texts: Sequence[str]) -> str:
    return "\n".join(text.strip(f"\n{WRAPPED}{ENDED}") for text in texts if text.strip())
