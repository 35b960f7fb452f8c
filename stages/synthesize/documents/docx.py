"""Word documents."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from typing import Any

from stages.synthesize.documents import Report, Row, heading

FACES = {"Helvetica": "Arial", "Times": "Times New Roman", "Courier": "Courier New"}


def render(report: Report) -> bytes:
    """The report with real headings, tables, page header and footer."""
    from docx import Document
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    document = Document()
    style: Any = document.styles["Normal"]
    style.font.name, style.font.size = FACES[report.layout.font], Pt(report.layout.size)
    page = document.sections[0]
    page.left_margin = page.right_margin = Pt(report.layout.margin)
    page.header.paragraphs[0].text = report.running.text
    page.footer.paragraphs[0].text = report.footer.text
    for line in report.letterhead:
        paragraph = document.add_paragraph(line.text)
        if report.layout.centred:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.add_heading(report.title, 1)
    for section in report.sections:
        if section.header:
            document.add_heading(heading(report, section), 2)
        for block in section.blocks():
            if len(block[0]) == 1:
                document.add_paragraph(block[0][0].text)
            else:
                _add_table(document, block)
    for line in report.signature:
        document.add_paragraph(line.text)
    return _saved(document)


def _add_table(document: Any, rows: tuple[Row, ...]) -> None:
    table = document.add_table(0, len(rows[0]), "Table Grid")
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text.text


def _saved(document: Any) -> bytes:
    """The document's bytes; its own dates and those of the archive's members are fixed."""
    properties = document.core_properties
    properties.created = properties.modified = datetime(2020, 1, 1, tzinfo=UTC)
    properties.author = properties.last_modified_by = properties.comments = ""
    dated, file = io.BytesIO(), io.BytesIO()
    document.save(dated)
    with zipfile.ZipFile(dated) as source, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(zipfile.ZipInfo(name), source.read(name), zipfile.ZIP_DEFLATED)
    return file.getvalue()
