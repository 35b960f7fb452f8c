"""Real files of every format, made for the tests."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

TEXT = "The patient denies chest pain. Lisinopril 10 mg daily was continued."


def pdf(pages: Sequence[Sequence[str]] = ((TEXT,),), size: float = 12.0, **canvas: Any) -> bytes:
    """Pages of lines as a born-digital PDF."""
    from reportlab.pdfgen.canvas import Canvas

    file = io.BytesIO()
    drawn = Canvas(file, invariant=1, **canvas)
    for lines in pages:
        drawn.setFont("Helvetica", size)
        for place, line in enumerate(lines):
            drawn.drawString(72, 740 - 1.25 * size * place, line)
        drawn.showPage()
    drawn.save()
    return file.getvalue()


def encrypted_pdf(password: str) -> bytes:
    from reportlab.lib.pdfencrypt import StandardEncryption

    return pdf(encrypt=StandardEncryption(password, "owner", strength=128))


def image(
    lines: Sequence[str] = (TEXT,), dpi: int = 150, size: tuple[float, float] = (6.5, 2.0), points: int = 14
) -> Any:
    """Black lines of text on white paper, in inches, as a Pillow image."""
    from PIL import Image, ImageDraw, ImageFont

    page = Image.new("L", (round(size[0] * dpi), round(size[1] * dpi)), 255)
    font = ImageFont.load_default(points * dpi / 72)
    for place, line in enumerate(lines):
        ImageDraw.Draw(page).text((0.3 * dpi, (0.3 + 0.35 * place) * dpi), line, fill=0, font=font)
    return page


def saved(picture: Any, format: str, **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, format, **options)
    return file.getvalue()


def scanned_pdf(pictures: Sequence[Any], dpi: int = 150) -> bytes:
    first, *others = pictures
    return saved(first, "PDF", save_all=True, append_images=others, resolution=dpi)


def docx(paragraphs: Sequence[str] = (TEXT,)) -> bytes:
    from docx import Document

    document = Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def rtf(*paragraphs: str) -> bytes:
    return ("{\\rtf1\\ansi\\ansicpg1252 " + "".join(f"{paragraph}\\par\n" for paragraph in paragraphs) + "}").encode(
        "ascii"
    )


def parquet(columns: dict[str, list[Any]]) -> bytes:
    import pyarrow
    import pyarrow.parquet

    file = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table(columns), file)
    return file.getvalue()
