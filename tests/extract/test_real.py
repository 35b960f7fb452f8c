"""Real documents of other projects' tests, with the texts that they are known to hold."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from stages.params.extract import Extract
from tests.extract.conftest import extracted, needs_tesseract, public

DOCX = "documents/docling/tests/data/docx"
OCR = "documents/docling/tests/data/ocr"
TRUTH = "groundtruth/tesseract/full_page"
TEXTRACT = "documents/textract/tests"
PHOTO = "documents/tesseract-test/testing"


def _text(path: Path) -> str:
    records, rejected = extracted(path, Extract())
    assert not rejected
    (record,) = records
    assert record.text
    return " ".join(record.text.split())


def _error_rate(found: str, expected: str) -> float:
    """Character error rate over texts with blanks made single."""
    from rapidfuzz.distance import Levenshtein

    expected = " ".join(expected.split())
    return Levenshtein.distance(found, expected) / len(expected)


@needs_tesseract
@pytest.mark.parametrize(
    ("file", "expected", "most"),
    [
        (f"{PHOTO}/phototest.tif", f"{PHOTO}/phototest.gold.txt", 0.0),
        (f"{PHOTO}/phototest-rotated-180.png", f"{PHOTO}/phototest.gold.txt", 0.0),
        (f"{PHOTO}/eurotext.tif", f"{PHOTO}/eurotext.txt", 0.03),
        (f"{TEXTRACT}/pdf/ocr_text.pdf", f"{TEXTRACT}/pdf/ocr_text.txt", 0.06),
        (f"{TEXTRACT}/jpg/raw_text.jpg", f"{TEXTRACT}/jpg/raw_text.txt", 0.01),
        (f"{TEXTRACT}/jpg/standardized_text.jpg", f"{TEXTRACT}/jpg/standardized_text.txt", 0.0),
        (f"{TEXTRACT}/png/raw_text.png", f"{TEXTRACT}/png/raw_text.txt", 0.0),
        (f"{TEXTRACT}/png/standardized_text.png", f"{TEXTRACT}/png/standardized_text.txt", 0.0),
        *(
            (f"{OCR}/sources/ocr_test{turn}.pdf", f"{OCR}/{TRUTH}/ocr_test{turn}.tesseract.full_page.md", 0.0)
            for turn in ("", "_rotated_90", "_rotated_180", "_rotated_270")
        ),
    ],
)  # fmt: skip
def test_scans(file: str, expected: str, most: float) -> None:
    assert _error_rate(_text(public(file)), public(expected).read_text()) <= most


@pytest.mark.parametrize("kind", ["pdf", "docx"])
def test_born_digital(kind: str) -> None:
    expected = public(f"{TEXTRACT}/{kind}/raw_text.txt").read_text()
    assert _error_rate(_text(public(f"{TEXTRACT}/{kind}/raw_text.{kind}")), expected) <= 0.01


@pytest.mark.parametrize(
    "name",
    ["docx_lists", "docx_page_header_footer_first_page", "lorem_ipsum", "tablecell", "unit_test_headers",
     "unit_test_headers_numbered", "word_sample", "word_tables", "docx_checkboxes"],
)  # fmt: skip
def test_no_word_of_a_docx_is_lost(name: str) -> None:
    found = set(_words(_text(public(f"{DOCX}/sources/{name}.docx"))))
    expected = re.sub(r"<!--.*?-->", "", public(f"{DOCX}/groundtruth/{name}.docx.md").read_text())
    assert set(_words(expected)) <= found


def _words(text: str) -> list[str]:
    # Markdown escapes underscores; numbers of headings and lists are the converter's own.
    return re.findall(r"[^\W\d_]{2,}", text.replace("\\_", "_"))


def test_a_table_stands_between_its_paragraphs() -> None:
    text = _text(public(f"{TEXTRACT}/docx/paragraphs_and_tables.docx"))
    expected = " ".join(public(f"{TEXTRACT}/docx/paragraphs_and_tables.txt").read_text().split())
    assert text.replace(" | ", " ") == expected


@pytest.mark.parametrize(
    "file",
    ["doc/raw_text.doc", "doc/standardized_text_1.odt", "wav/raw_text.wav", "mp3/raw_text.mp3", "ogg/raw_text.ogg"],
)
def test_what_no_reader_knows_is_quarantined(file: str) -> None:
    records, rejected = extracted(public(f"{TEXTRACT}/{file}"), Extract())
    assert not records
    assert [found.reason for found in rejected] == ["unsupported_format"]


def test_a_png_named_tiff_is_mislabelled() -> None:
    _, rejected = extracted(public(f"{TEXTRACT}/tiff/raw_text.tiff"), Extract())
    assert [(found.reason, found.detail) for found in rejected] == [("mislabelled", "named .tiff, holds png")]
