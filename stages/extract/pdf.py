"""PDF, by PDFium: the text layer of a page, or OCR where it has none."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from stages.extract import glyphs
from stages.extract.images import too_many_pixels
from stages.extract.layout import laid_out
from stages.extract.ocr import recognise
from stages.extract.page import Page
from stages.extract.reader import Unreadable
from stages.extract.reasons import DAMAGED, ENCRYPTED, NO_PAGES, TOO_MANY_PAGES, TRUNCATED
from stages.params.extract import Extract

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

POINTS_PER_INCH = 72
# A text layer of fewer letters than this over a picture of the page is a stamp or a fax header, not the page's text.
STAMP_LETTERS = 200
# The share of a page that a picture covers to be a picture of the page.
COVERS = 0.5
# The share of characters without a meaning above which a text layer is a font without a map to Unicode.
MEANINGLESS = 0.1
# The end mark stands in the last bytes of a whole file (ISO 32000-1, annex H, as readers do it, with room for junk).
END_WITHIN = 2048


def pages(data: bytes, limits: Extract) -> list[Page]:
    """Every page in order; raises `Unreadable` when it needs a password, is cut, damaged, too long or too large."""
    if _is_cut(data):
        raise Unreadable(TRUNCATED)
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise _fault(error, data) from None
    try:
        if len(document) > limits.most_pages:
            raise Unreadable(TOO_MANY_PAGES, f"more than {limits.most_pages}")
        if document.get_formtype():
            document.init_forms()
        return [_read(document, number, limits) for number in range(len(document))]
    except pypdfium2.PdfiumError:
        raise Unreadable(DAMAGED, "a page cannot be loaded") from None
    finally:
        document.close()


def _is_cut(data: bytes) -> bool:
    """Whether the end is missing. PDFium would rebuild such a file and lose pages without a word."""
    linear = re.search(rb"/Linearized\b.{0,200}?/L\s+(\d+)", data[:2048], re.DOTALL)
    return b"%%EOF" not in data[-END_WITHIN:] or (linear is not None and len(data) < int(linear[1]))


def _fault(error: Exception, data: bytes) -> Unreadable:
    import pypdfium2.raw

    if getattr(error, "err_code", None) in (pypdfium2.raw.FPDF_ERR_PASSWORD, pypdfium2.raw.FPDF_ERR_SECURITY):
        return Unreadable(ENCRYPTED)
    return Unreadable(NO_PAGES if re.search(rb"/Count\s+0\b", data) else DAMAGED)


def _read(document: PdfDocument, number: int, limits: Extract) -> Page:
    page = document[number]
    if page.formenv and page.flatten() == _flattened():
        # What is filled into a form is no text of the page until the form becomes one with it.
        page = document[number]
    text = laid_out(glyphs.lines(page))
    if not _needs_ocr(page, text, limits):
        return Page(text)
    width, height = page.get_size()
    scale = limits.dpi / POINTS_PER_INCH
    too_many_pixels(width * scale, height * scale, limits)
    return recognise(page.render(scale=scale, grayscale=True).to_pil(), limits.dpi, limits)


def _needs_ocr(page: PdfPage, text: str, limits: Extract) -> bool:
    letters = sum(character.isalnum() for character in text)
    pictured = _covered(page, limits)
    if letters == 0:
        return True
    return _meaningless(text) > MEANINGLESS or (letters < STAMP_LETTERS and pictured > COVERS)


def _covered(page: PdfPage, limits: Extract) -> float:
    """Share of the page under its largest picture; raises `Unreadable` for one of too many pixels."""
    from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE

    width, height = page.get_size()
    largest = 0.0
    for picture in page.get_objects([FPDF_PAGEOBJ_IMAGE]):
        across, down = picture.get_px_size()
        too_many_pixels(across, down, limits)
        left, bottom, right, top = map(float, picture.get_bounds())
        largest = max(largest, (right - left) * (top - bottom))
    return largest / max(1.0, float(width * height))


def _meaningless(text: str) -> float:
    solid = [character for character in text if not character.isspace()]
    unknown = sum(character == "\ufffd" or unicodedata.category(character) in ("Co", "Cn", "Cc") for character in solid)
    return unknown / max(1, len(solid))


def _flattened() -> int:
    import pypdfium2.raw

    return int(pypdfium2.raw.FLATTEN_SUCCESS)
