"""Scans: a printed report as a scanner sees it, turned a little, noisy, without a text layer."""

from __future__ import annotations

import io
import random
import time
from dataclasses import replace
from typing import Any

from stages.synthesize.documents import Report
from stages.synthesize.documents.pdf import render

POINTS_PER_INCH = 72
EPOCH = time.gmtime(0)
PNG_SHARE = 0.45
SMALL_PRINT: dict[str, Any] = {"size": 9.5, "margin": 48.0}


def scan(report: Report, rng: random.Random) -> tuple[str, bytes]:
    """The report's pages as images: (`pdf` or `png`, bytes). A PNG needs a report that fits one page in small print."""
    dpi = rng.choice((150, 175, 200))
    small = replace(report, layout=replace(report.layout, **SMALL_PRINT)) if rng.random() < PNG_SHARE else None
    # Small print needs the scanner's best.
    pages = _pages(render(small), 200) if small else []
    as_png = len(pages) == 1
    pages = [_scanned(page, rng) for page in (pages if as_png else _pages(render(report), dpi))]
    file = io.BytesIO()
    if as_png:
        # Sixteen greys are what a document scanner keeps, and a fifth of the bytes.
        pages[0].quantize(16).save(file, "PNG", dpi=(200, 200), optimize=False)
        return "png", file.getvalue()
    first, *others = pages
    first.save(
        file, "PDF", save_all=True, append_images=others, resolution=dpi, quality=70, creationDate=EPOCH, modDate=EPOCH
    )
    return "pdf", file.getvalue()


def _pages(content: bytes, dpi: int) -> list[Any]:
    import pypdfium2

    document = pypdfium2.PdfDocument(content)
    try:
        return [page.render(scale=dpi / POINTS_PER_INCH, grayscale=True).to_pil().convert("L") for page in document]
    finally:
        document.close()


def _scanned(page: Any, rng: random.Random) -> Any:
    import numpy as np
    from PIL import Image, ImageFilter

    paper, ink = rng.randint(225, 250), rng.randint(10, 60)
    page = page.rotate(rng.uniform(-2.0, 2.0), Image.Resampling.BICUBIC, fillcolor=255)
    page = page.filter(ImageFilter.GaussianBlur(rng.uniform(0.2, 0.6)))
    noise = np.random.default_rng(rng.getrandbits(64))
    grey = ink + np.asarray(page, dtype=np.float32) * ((paper - ink) / 255)
    grey -= np.linspace(0, rng.uniform(0, 18), grey.shape[1], dtype=np.float32)  # the shadow towards the binding
    grey += noise.standard_normal(grey.shape, dtype=np.float32) * rng.uniform(1.5, 6)
    grey[noise.random(grey.shape, dtype=np.float32) < 0.0002] = ink  # specks of dust
    return Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8))
