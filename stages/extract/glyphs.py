"""The characters of a PDF page with their places, line by line, as PDFium orders them."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stages.extract.layout import CELL, CELL_GAP, Line

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

# What PDFium writes for a hyphen together with the line's end after it.
HYPHEN_AT_END = "\x02"


@dataclass(frozen=True, slots=True)
class Glyph:
    """A character with its box in points from the top left of the page; blanks have no box of their own."""

    text: str
    left: float = 0.0
    right: float = 0.0
    bottom: float = 0.0
    height: float = 0.0


def lines(page: PdfPage) -> list[Line]:
    """The page's lines that hold more than blanks, in PDFium's order."""
    return [_line(glyphs) for glyphs in _split(_glyphs(page)) if any(not glyph.text.isspace() for glyph in glyphs)]


def _glyphs(page: PdfPage) -> Iterator[Glyph]:
    from pypdfium2.raw import FS_RECTF, FPDFText_GetLooseCharBox, FPDFText_GetUnicode

    found, top, box = page.get_textpage(), page.get_height(), FS_RECTF()
    half = 0
    for place in range(found.count_chars()):
        code = FPDFText_GetUnicode(found, place)
        if 0xD800 <= code < 0xDC00:
            half = code
            continue
        if 0xDC00 <= code < 0xE000:
            code, half = 0x10000 + ((half - 0xD800) << 10) + code - 0xDC00, 0
        text = chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
        if text.isspace():
            yield Glyph(text)
        elif FPDFText_GetLooseCharBox(found, place, ctypes.byref(box)):
            yield Glyph(text, box.left, box.right, top - box.bottom, abs(box.top - box.bottom))


def _split(glyphs: Iterator[Glyph]) -> Iterator[list[Glyph]]:
    line: list[Glyph] = []
    for glyph in glyphs:
        if glyph.text == "\n":
            yield line
            line = []
        elif glyph.text == HYPHEN_AT_END:
            yield [*line, Glyph("-", glyph.left, glyph.right, glyph.bottom, glyph.height)]
            line = []
        else:
            # A return that no line feed follows is how some programs part words.
            line.append(Glyph(" ") if glyph.text == "\r" else glyph)
    yield line


def _line(glyphs: Sequence[Glyph]) -> Line:
    solid = [glyph for glyph in glyphs if not glyph.text.isspace()]
    height = sorted(glyph.height for glyph in solid)[len(solid) // 2] or 1.0
    parts: list[str] = []
    before, word_end, blank, first_ended = solid[0], solid[0].right, False, False
    for glyph in glyphs:
        if glyph.text.isspace():
            blank, first_ended = True, first_ended or bool(parts)
            continue
        if blank and parts:
            parts.append(CELL if glyph.left - before.right > CELL_GAP * height else " ")
        if not first_ended:
            word_end = glyph.right
        parts.append(glyph.text)
        before, blank = glyph, False
    bottom = sorted(glyph.bottom for glyph in solid)[len(solid) // 2]
    left = solid[0].left
    return Line(
        "".join(parts), left, max(glyph.right for glyph in solid), bottom, height, word_end - left, CELL in parts
    )
