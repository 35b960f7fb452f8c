"""Reading documents beside peers on the same files: `python benchmarks/extract.py [--documents 8]`.

A mix of born-digital and scanned PDFs with known words. The peers: pytesseract with its defaults on every page (as
textract's `method=tesseract` does it), the same on the scanned pages alone, and pdfminer.six on the born-digital ones
where it is installed. All run one after the other in one process, Tesseract in one thread for all. Last line: one JSON
object of theirs / ours, of times and of word error rates.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec

from stages.extract import documents, pdf
from stages.params.extract import Extract

LIMITS = Extract()
DPI = 200
WORDS = [
    "patient", "reports", "cough", "fever", "chest", "pain", "denies", "nausea", "history", "of", "hypertension",
    "takes", "lisinopril", "daily", "examination", "shows", "clear", "lungs", "without", "edema", "hemoglobin",
    "was", "normal", "plan", "rest", "fluids", "return", "if", "worse", "seen", "by", "doctor", "nurse",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Paper:
    """A PDF with the words that stand in it."""

    data: bytes
    words: list[str]
    scanned: bool


def main() -> None:
    """Time ours and each peer on each kind of document; print seconds, error rates and ratios."""
    parser = argparse.ArgumentParser(description="Reading documents beside peers.")
    parser.add_argument("--documents", type=int, default=8, help="documents of two pages (default: %(default)s)")
    os.environ["OMP_THREAD_LIMIT"] = "1"
    papers = [_paper(number, scanned=number % 2 == 0) for number in range(parser.parse_args().documents)]
    scans = [paper for paper in papers if paper.scanned]
    typed = [paper for paper in papers if not paper.scanned]
    ratios = _beside("all", papers, "every_page", _pytesseract) | _beside("scans", scans, "scans", _pytesseract)
    if find_spec("pdfminer"):
        ratios |= _beside("typed", typed, "pdfminer", _pdfminer)
    print(json.dumps(ratios))


def _beside(kind: str, papers: Sequence[Paper], name: str, peer: Callable[[bytes], str]) -> dict[str, float]:
    ours, our_errors = _measured(f"ours, {kind}", papers, _ours)
    theirs, their_errors = _measured(f"{name}, {kind}", papers, peer)
    ratios = {f"{name}_seconds": round(theirs / ours, 2)}
    if our_errors:
        ratios[f"{name}_word_errors"] = round(their_errors / our_errors, 2)
    return ratios


def _measured(label: str, papers: Sequence[Paper], read: Callable[[bytes], str]) -> tuple[float, float]:
    import jiwer

    start = time.perf_counter()
    texts = [read(paper.data) for paper in papers]
    seconds = time.perf_counter() - start
    errors = jiwer.wer([" ".join(paper.words) for paper in papers], [" ".join(text.split()) for text in texts])
    print(f"{label:<28}{seconds:8.2f} s   word error rate {errors:.4f}")
    return seconds, float(errors)


def _ours(data: bytes) -> str:
    return documents.joined(pdf.pages(data, LIMITS))


def _pytesseract(data: bytes) -> str:
    import pypdfium2
    import pytesseract

    pages = (page.render(scale=DPI / 72).to_pil() for page in pypdfium2.PdfDocument(data))
    return "\n".join(pytesseract.image_to_string(page) for page in pages)


def _pdfminer(data: bytes) -> str:
    from pdfminer.high_level import extract_text

    return str(extract_text(io.BytesIO(data)))


def _paper(number: int, *, scanned: bool) -> Paper:
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate

    rng = random.Random(number)
    body = getSampleStyleSheet()["BodyText"]
    paragraphs = [[rng.choice(WORDS) for _ in range(rng.randint(20, 70))] for _ in range(12)]
    story = [Paragraph(" ".join(words), body) for words in paragraphs]
    story.insert(6, PageBreak())
    file = io.BytesIO()
    SimpleDocTemplate(file, invariant=1).build(story)
    data = file.getvalue()
    return Paper(_scan(data, rng) if scanned else data, [word for words in paragraphs for word in words], scanned)


def _scan(data: bytes, rng: random.Random) -> bytes:
    """The pages as a scanner sees them: turned, grainy, grey."""
    import numpy as np
    import pypdfium2
    from PIL import Image

    pages = []
    for page in pypdfium2.PdfDocument(data):
        image = page.render(scale=175 / 72, grayscale=True).to_pil()
        image = image.rotate(rng.uniform(-2, 2), Image.Resampling.BICUBIC, fillcolor=255)
        grain = np.random.default_rng(rng.getrandbits(32)).normal(0, 8, (image.height, image.width))
        grey = 40 + np.asarray(image) * 0.8 + grain
        pages.append(Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8)))
    file = io.BytesIO()
    pages[0].save(file, "PDF", save_all=True, append_images=pages[1:], resolution=175, quality=75)
    return file.getvalue()


if __name__ == "__main__":
    main()
