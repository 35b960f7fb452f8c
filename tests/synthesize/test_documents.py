"""Reports as files: every format holds the whole text, is the same bytes twice, and scans can be read."""

from __future__ import annotations

import io
import random
import re
import shutil
from dataclasses import replace
from datetime import date

import pytest

from stages.synthesize.case import make_case
from stages.synthesize.chart import make_report
from stages.synthesize.documents import Report, Section, docx, outline, pdf, reading_order, rtf, scan, text
from stages.synthesize.fill import Filled
from stages.synthesize.identity import make_cast

WRITERS = {"pdf": pdf.render, "docx": docx.render, "rtf": rtf.render, "txt": text.render}


def report(seed: int, held_out: bool = False) -> Report:
    rng = random.Random(seed)
    case = make_case(rng, held_out)
    cast = make_cast(rng, held_out, case.sex, date(2020 - case.age, 1, 1), date(2020, 6, 1))
    return make_report(case, cast, rng)


def plain(words: str) -> str:
    return re.sub(r"\s+", " ", words)


def read_pdf(content: bytes) -> str:
    import pypdfium2

    return "\n".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(content))


def read_docx(content: bytes) -> str:
    from docx import Document

    document = Document(io.BytesIO(content))
    page = document.sections[0]
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    lines = [paragraph.text for paragraph in (*document.paragraphs, *page.header.paragraphs, *page.footer.paragraphs)]
    return "\n".join([*lines, *cells])


def read_rtf(content: bytes) -> str:
    from striprtf.striprtf import rtf_to_text

    # The library leaves out what pages repeat; as plain groups it is read like the rest.
    return rtf_to_text(content.decode("ascii").replace("{\\header", "{").replace("{\\footer", "{"))


READERS = {"pdf": read_pdf, "docx": read_docx, "rtf": read_rtf, "txt": bytes.decode}


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("seed", range(8))
def test_every_identifier_can_be_read_in_the_file(kind, seed):
    made = report(seed, held_out=seed % 2 == 1)
    found = plain(READERS[kind](WRITERS[kind](made)))
    missing = [value for _, value in reading_order(made).values() if plain(value) not in found]
    assert not missing


@pytest.mark.parametrize("kind", WRITERS)
def test_every_word_can_be_read_in_the_file(kind):
    made = report(3)
    # RTF's cells are read with bars between them.
    found = set(READERS[kind](WRITERS[kind](made)).replace("|", " ").lower().split())
    assert set(reading_order(made).text.replace("|", " ").lower().split()) <= found


@pytest.mark.parametrize("kind", WRITERS)
def test_the_same_report_gives_the_same_bytes_at_any_time(kind, monkeypatch):
    made = report(5)
    first = WRITERS[kind](made)
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    assert WRITERS[kind](made) == first


def test_long_reports_have_several_pages_each_with_header_and_footer():
    import pypdfium2

    made = report(2)
    body = replace(made.sections[0], lines=((Filled("Rest and fluids. " * 700),),))
    made = replace(made, sections=(body,), running=Filled("Running head"), footer=Filled("Running foot"))
    pages = [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(pdf.render(made))]
    assert len(pages) > 1
    for number, page in enumerate(pages, 1):
        assert "Running head" in page
        assert "Running foot" in page
        assert f"Page {number}" in page
    assert text.render(made).decode().count("Running head") > 1


@pytest.mark.parametrize("seed", range(20))
def test_the_outline_says_where_sections_stand(seed):
    made = report(seed)
    whole = reading_order(made).text
    for header, start, end in outline(made):
        assert whole[start:end].startswith(header)
    assert len(outline(made)) >= 8


def test_text_and_table_rows_of_a_section_alternate():
    line, row = (Filled("a"),), (Filled("b"), Filled("c"))
    section = Section("H", (line, line, row, row, line))
    assert list(section.blocks()) == [(line,), (line,), (row, row), (line,)]


def test_what_no_font_shows_is_refused():
    with pytest.raises(ValueError, match=r"\\u4e2d"):
        replace(report(1), running=Filled("中"))


def test_rtf_escapes_what_would_be_control_words():
    made = replace(report(1), title=r"a \b {c} é")
    content = rtf.render(made)
    assert rb"a \\b \{c\} \'e9" in content
    assert r"a \b {c} é" in read_rtf(content)


def scans(number: int) -> list[tuple[Report, str, bytes]]:
    return [(made, *scan.scan(made, random.Random(seed))) for seed in range(number) for made in [report(seed)]]


def test_scans_are_images_without_a_text_layer():
    made = scans(6)
    assert {kind for _, kind, _ in made} == {"pdf", "png"}
    for _, kind, content in made:
        if kind == "pdf":
            assert not read_pdf(content).strip()
        else:
            assert content.startswith(b"\x89PNG")


def test_the_same_scan_gives_the_same_bytes_at_any_time(monkeypatch):
    made = report(4)
    for seed in (0, 1, 2, 3):
        first = scan.scan(made, random.Random(seed))
        monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
        assert scan.scan(made, random.Random(seed)) == first
        monkeypatch.undo()


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract is not installed")
def test_scans_can_be_read_by_ocr(monkeypatch):
    import pypdfium2
    import pytesseract
    from PIL import Image

    monkeypatch.setenv("OMP_THREAD_LIMIT", "1")
    for made, kind, content in scans(2):
        if kind == "png":
            pages = [Image.open(io.BytesIO(content))]
        else:
            pages = [page.render(scale=200 / 72).to_pil() for page in pypdfium2.PdfDocument(content)]
        read = set(" ".join(pytesseract.image_to_string(page) for page in pages).lower().split())
        words = reading_order(made).text.lower().split()
        assert sum(word in read for word in words) / len(words) > 0.9
