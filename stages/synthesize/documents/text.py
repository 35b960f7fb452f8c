"""Plain text, as it is printed from a terminal: fixed width, tables in columns, pages with header and footer."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from stages.synthesize.documents import Report, Row, heading

WIDTH = 88
LINES_A_PAGE = 58


def render(report: Report) -> bytes:
    """The report as UTF-8 text; pages end with a form feed."""
    lines = list(_lines(report))
    pages = [lines[at : at + LINES_A_PAGE] for at in range(0, len(lines), LINES_A_PAGE)]
    texts = []
    for number, page in enumerate(pages, 1):
        foot = f"{report.footer.text}  Page {number} of {len(pages)}".strip()
        texts.append("\n".join([*([report.running.text] if report.running.text else []), *page, "", foot]) + "\n")
    return "\f".join(texts).encode()


def _lines(report: Report) -> Iterator[str]:
    for line in report.letterhead:
        yield line.text.center(WIDTH).rstrip() if report.layout.centred else line.text
    yield from ("", report.title.upper(), "=" * len(report.title), "")
    for section in report.sections:
        yield from ("", heading(report, section)) if section.header else ("",)
        if report.layout.heading == "ruled" and section.header:
            yield "-" * len(section.header)
        for block in section.blocks():
            yield from _wrapped(block[0][0].text) if len(block[0]) == 1 else _columns(block)
    yield ""
    for line in report.signature:
        yield from _wrapped(line.text)


def _wrapped(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        # Break at spaces alone: a number cut at its hyphen would be two numbers.
        yield from textwrap.wrap(line, WIDTH, break_long_words=False, break_on_hyphens=False) or [""]


def _columns(rows: tuple[Row, ...]) -> Iterator[str]:
    widths = [max(len(row[at].text) for row in rows) for at in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(cell.text.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
