"""Text of a page's image, by Tesseract.

The image goes to Tesseract through a pipe and the words come back through one: no page of a patient ever lies in a
temporary folder, where a killed process would leave it.
"""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from stages.extract.deskew import straightened
from stages.extract.layout import CELL, CELL_GAP, Line, laid_out
from stages.extract.page import Page
from stages.extract.reader import Unreadable
from stages.extract.reasons import OCR_CONFIDENCE, OCR_FAILED, OCR_TIMEOUT
from stages.params.extract import Extract

if TYPE_CHECKING:
    from PIL import Image

# A page is blank where less than this share of it is darker than its surroundings, noise and shadows levelled out.
BLANK, DARKER = 0.0001, 0.93
# Inches over which a page is smoothed: Tesseract takes a scanner's grain for dots and accents. On noisy scans this
# halves the words it gets wrong; print without noise is read as before.
SMOOTH = 1 / 200
# Confidence, in percent, below which a page may stand on its head or side.
DOUBTFUL = 75.0
# Tesseract sees blanks about the sign of an address: "name @ example.org".
MAIL = re.compile(r"(\w) ?@ ?((?:[\w-]+\.)+[a-z]{2,}\b)")
INSTALL = "install it with `apt-get install tesseract-ocr tesseract-ocr-{}` (apt.txt lists it), or set extract.language"


@dataclass(frozen=True, slots=True)
class Word:
    """A word that Tesseract read: its place in pixels, its line, its confidence in percent."""

    line: tuple[int, int, int]
    left: int
    width: int
    height: int
    bottom: int
    confidence: float
    text: str


def recognise(image: Image.Image, dpi: int, limits: Extract) -> Page:
    """The text of a page's image; blank pages give none, with full confidence.

    Raises `Unreadable` when it takes longer than `limits.seconds_per_page`, when Tesseract fails, and when the mean
    confidence of the words is below `limits.least_confidence`: ink without a word counts as none.
    """
    from PIL import Image, ImageFilter

    grey = image.convert("L").filter(ImageFilter.GaussianBlur(SMOOTH * dpi))
    if _is_blank(grey):
        return Page("", 100.0)
    upright = straightened(grey)
    words = _words(upright, dpi, limits)
    if _confidence(words) < DOUBTFUL and (turn := _turned_by(upright, dpi, limits)):
        again = _words(straightened(grey.transpose(getattr(Image.Transpose, f"ROTATE_{360 - turn}"))), dpi, limits)
        words = max(words, again, key=_confidence)
    confidence = _confidence(words)
    if confidence < limits.least_confidence:
        raise Unreadable(OCR_CONFIDENCE, f"{confidence:.0f} %, below {limits.least_confidence:g} %")
    return Page(_text(words), confidence)


def check(language: str) -> str:
    """Tesseract's version; raises `ValueError` saying what to install where it or its language data is missing."""
    if shutil.which("tesseract") is None:
        raise ValueError(f"Tesseract reads scans and is not installed: {INSTALL.format(language.split('+')[0])}")
    listed = subprocess.run(["tesseract", "--list-langs"], capture_output=True, text=True, check=True).stdout.split()
    if missing := [name for name in language.split("+") if name not in listed]:
        raise ValueError(f"extract.language: Tesseract has no data for {missing[0]!r}: {INSTALL.format(missing[0])}")
    told = subprocess.run(["tesseract", "--version"], capture_output=True, text=True, check=True)
    return (told.stdout or told.stderr).split("\n", 1)[0]


def _words(image: Image.Image, dpi: int, limits: Extract) -> list[Word]:
    told = _tesseract(
        image, dpi, limits, "-l", limits.language, "--oem", "1", "--psm", "3", "-c", "tessedit_create_tsv=1"
    )
    rows = csv.DictReader(io.StringIO(told), delimiter="\t", quoting=csv.QUOTE_NONE)
    return [_word(row) for row in rows if row["level"] == "5" and (row["text"] or "").strip()]


def _word(row: dict[str, str]) -> Word:
    return Word(
        line=(int(row["block_num"]), int(row["par_num"]), int(row["line_num"])),
        left=int(row["left"]), width=int(row["width"]), height=int(row["height"]),
        bottom=int(row["top"]) + int(row["height"]),
        confidence=float(row["conf"]), text=row["text"],
    )  # fmt: skip


def _turned_by(image: Image.Image, dpi: int, limits: Extract) -> int:
    """Degrees (0, 90, 180, 270), clockwise, by which the page is to be turned; 0 where Tesseract cannot tell."""
    try:
        told = _tesseract(image, dpi, limits, "-l", "osd", "--psm", "0")
    except Unreadable as fault:
        if fault.reason == OCR_TIMEOUT:
            raise
        # Tesseract fails on pages with too few letters to tell which way they stand.
        return 0
    found = re.search(r"^Rotate: (\d+)", told, re.MULTILINE)
    return int(found[1]) % 360 if found else 0


def _tesseract(image: Image.Image, dpi: int, limits: Extract, *options: str) -> str:
    file = io.BytesIO()
    image.save(file, "PPM")
    command = ["tesseract", "stdin", "stdout", "--dpi", str(dpi), *options]
    # One thread: the pages themselves are spread over the cores.
    single = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    try:
        done = subprocess.run(
            command, input=file.getvalue(), capture_output=True, timeout=limits.seconds_per_page, env=single, check=True
        )
    except subprocess.TimeoutExpired:
        raise Unreadable(OCR_TIMEOUT, f"more than {limits.seconds_per_page:g} s") from None
    except subprocess.CalledProcessError as error:
        raise Unreadable(OCR_FAILED, f"exit status {error.returncode}") from None
    return done.stdout.decode()


def _confidence(words: list[Word]) -> float:
    return sum(word.confidence for word in words) / len(words) if words else 0.0


def _is_blank(grey: Image.Image) -> bool:
    import numpy as np
    from PIL import ImageFilter

    small = grey.reduce(4)
    around = np.asarray(small.filter(ImageFilter.BoxBlur(15)), dtype=np.float32)
    return bool((np.asarray(small) < DARKER * around).mean() < BLANK)


def _text(words: list[Word]) -> str:
    lines = [_line(list(same)) for _, same in groupby(words, key=lambda word: word.line)]
    return MAIL.sub(r"\1@\2", laid_out(lines))


def _line(words: list[Word]) -> Line:
    height = max(word.height for word in words)
    gaps = [after.left - before.left - before.width for before, after in pairwise(words)]
    parts = [words[0].text]
    for gap, word in zip(gaps, words[1:], strict=True):
        parts += [CELL if gap > CELL_GAP * height else " ", word.text]
    first, last = words[0], words[-1]
    bottom = sorted(word.bottom for word in words)[len(words) // 2]
    return Line("".join(parts), first.left, last.left + last.width, bottom, height, first.width, CELL in parts)
