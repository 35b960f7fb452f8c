"""Born-digital PDF: pages with a text layer."""

from __future__ import annotations

import io
from typing import Any
from xml.sax.saxutils import escape

from stages.synthesize.documents import Layout, Report, Row, Section, heading

FACES = {
    "Helvetica": ("Helvetica", "Helvetica-Bold"),
    "Times": ("Times-Roman", "Times-Bold"),
    "Courier": ("Courier", "Courier-Bold"),
}


def render(report: Report) -> bytes:
    """The report as pages with letterhead, running header and numbered footer."""
    from reportlab.lib.pagesizes import A4, letter
    from reportlab.platypus import SimpleDocTemplate

    file = io.BytesIO()
    layout = report.layout
    template = SimpleDocTemplate(
        file,
        pagesize=letter if layout.paper == "letter" else A4,
        leftMargin=layout.margin,
        rightMargin=layout.margin,
        topMargin=layout.margin + 14,
        bottomMargin=layout.margin,
        title=report.title,
        invariant=1,
    )

    def margins(canvas: Any, page: Any) -> None:
        width, height = page.pagesize
        canvas.saveState()
        canvas.setFont(FACES[layout.font][0], 9)
        canvas.drawString(layout.margin, height - layout.margin + 6, report.running.text)
        canvas.drawString(layout.margin, layout.margin - 20, report.footer.text)
        canvas.drawRightString(width - layout.margin, layout.margin - 20, f"Page {canvas.getPageNumber()}")
        canvas.restoreState()

    template.build(_story(report, template.width), onFirstPage=margins, onLaterPages=margins)
    return file.getvalue()


def _story(report: Report, width: float) -> list[Any]:
    from reportlab.platypus import HRFlowable, Paragraph, Spacer

    layout = report.layout
    body, bold, top, title = _styles(layout)
    story: list[Any] = [Paragraph(_markup(line.text), top) for line in report.letterhead]
    story += [HRFlowable(width="100%", thickness=0.8, spaceBefore=3, spaceAfter=5)] if story else []
    story.append(Paragraph(_markup(report.title), title))
    for section in report.sections:
        story.append(Paragraph(_markup(heading(report, section)), bold))
        if layout.heading == "ruled" and section.header:
            story.append(HRFlowable(width="100%", thickness=0.4, spaceAfter=3))
        for block in section.blocks():
            is_text = len(block[0]) == 1
            story += (
                [Paragraph(_markup(block[0][0].text), body)] if is_text else _table(section, block, body, bold, width)
            )
    story.append(Spacer(1, 14))
    return story + [Paragraph(_markup(line.text), body) for line in report.signature]


def _styles(layout: Layout) -> tuple[Any, Any, Any, Any]:
    from reportlab.lib.styles import ParagraphStyle

    plain, strong = FACES[layout.font]
    leading = layout.size * 1.3
    body = ParagraphStyle("body", fontName=plain, fontSize=layout.size, leading=leading, spaceAfter=4)
    bold = ParagraphStyle("heading", body, fontName=strong, spaceBefore=7, spaceAfter=2, keepWithNext=1)
    top = ParagraphStyle("letterhead", body, alignment=int(layout.centred), spaceAfter=0)
    title = ParagraphStyle("title", top, fontName=strong, fontSize=layout.size + 3, leading=leading + 5, spaceAfter=5)
    return body, bold, top, title


def _table(section: Section, rows: tuple[Row, ...], body: Any, bold: Any, width: float) -> list[Any]:
    from reportlab.lib import colors
    from reportlab.platypus import Paragraph, Spacer, Table

    head = bold if section.headed else body
    cells = [[Paragraph(_markup(cell.text), body if at else head) for cell in row] for at, row in enumerate(rows)]
    grid = [("GRID", (0, 0), (-1, -1), 0.4, colors.grey), ("VALIGN", (0, 0), (-1, -1), "MIDDLE")]
    columns = len(rows[0])
    table = Table(cells, colWidths=[width / columns] * columns, style=grid, repeatRows=int(section.headed))
    return [Spacer(1, 3), table, Spacer(1, 5)]


def _markup(text: str) -> str:
    return escape(text).replace("\n", "<br/>")
