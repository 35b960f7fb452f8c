"""Broken files, each really broken: its reason is counted, and its good neighbour is read."""

from __future__ import annotations

import io
import struct
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from stages.extract import ocr, reasons
from stages.params.extract import Extract
from tests.extract import made
from tests.extract.conftest import LIMITS, extracted, needs_tesseract

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def _zip(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name.replace("__", "/"), data)
    return file.getvalue()


def _docx_with(name: str, data: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made.docx())) as source, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.namelist():
            target.writestr(part, data if part == name else source.read(part))
        if name not in source.namelist():
            target.writestr(name, data)
    return file.getvalue()


def _docx_without(name: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made.docx())) as source, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.namelist():
            if part != name:
                target.writestr(part, source.read(part))
    return file.getvalue()


def _bit_flipped(data: bytes, within: bytes) -> bytes:
    at = data.index(within) + len(within) + 40
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


def _png_header(width: int, height: int) -> bytes:
    """A PNG that says to be of any size and holds next to nothing: a decompression bomb's face."""
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def _linearized_cut() -> bytes:
    data = made.pdf()
    whole = data.replace(b"%PDF-1.3\n", b"%PDF-1.3\n9 0 obj <</Linearized 1 /L 999999>> endobj\n", 1)
    assert b"/Linearized" in whole
    return whole


def _noise() -> bytes:
    import numpy as np
    from PIL import Image

    grain = np.random.default_rng(1).integers(0, 256, (400, 600), dtype=np.uint8)
    return made.saved(Image.fromarray(grain), "PNG", dpi=(150, 150))


def _pixels_in_pdf() -> bytes:
    from PIL import Image

    return made.scanned_pdf([Image.new("1", (5000, 5000), 1)], dpi=1000)


EMPTY_PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
EMPTY_PDF += b"trailer<</Root 1 0 R>>\n%%EOF\n"

DOCUMENTS: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "no bytes": ("a.pdf", lambda: b"", reasons.EMPTY),
    "blanks alone": ("a.txt", lambda: b" \n\t\r\n ", reasons.EMPTY),
    "too large": ("a.txt", lambda: b"word " * 200_000, reasons.TOO_LARGE),
    "encrypted PDF": ("a.pdf", lambda: made.encrypted_pdf("secret"), reasons.ENCRYPTED),
    "encrypted Office file": ("a.docx", lambda: OLE + "EncryptedPackage".encode("utf-16-le"), reasons.ENCRYPTED),
    "truncated PDF": ("a.pdf", lambda: made.pdf()[:-200], reasons.TRUNCATED),
    "truncated linearized PDF": ("a.pdf", _linearized_cut, reasons.TRUNCATED),
    "PDF of garbage": ("a.pdf", lambda: b"%PDF-1.7\n" + bytes(range(256)) * 9 + b"%%EOF", reasons.DAMAGED),
    "PDF without pages": ("a.pdf", lambda: EMPTY_PDF, reasons.NO_PAGES),
    "PDF of too many pages": ("a.pdf", lambda: made.pdf([[made.TEXT]] * 5), reasons.TOO_MANY_PAGES),
    "PDF of one huge page": ("a.pdf", lambda: made.pdf([[]], pagesize=(14000, 14000)), reasons.TOO_MANY_PIXELS),
    "PDF with a huge image": ("a.pdf", _pixels_in_pdf, reasons.TOO_MANY_PIXELS),
    "PDF of a blank page": ("a.pdf", lambda: made.pdf([[]]), reasons.NO_TEXT),
    "text named PDF": ("a.pdf", lambda: made.TEXT.encode(), reasons.MISLABELLED),
    "PDF named text": ("a.txt", made.pdf, reasons.MISLABELLED),
    "PNG named JPEG": ("a.jpg", lambda: made.saved(made.image(), "PNG"), reasons.MISLABELLED),
    "HTML named text": ("a.txt", lambda: b"<!DOCTYPE html><html><body>x</body></html>", reasons.MISLABELLED),
    "truncated PNG": ("a.png", lambda: made.saved(made.image(), "PNG")[:900], reasons.TRUNCATED),
    "truncated JPEG": ("a.jpg", lambda: made.saved(made.image(), "JPEG")[:3000], reasons.TRUNCATED),
    "PNG with a wrong checksum": (
        "a.png", lambda: _bit_flipped(made.saved(made.image(), "PNG"), b"IDAT"), reasons.DAMAGED,
    ),
    "truncated TIFF": ("a.tif", lambda: made.saved(made.image(), "TIFF")[:2000], reasons.TRUNCATED),
    "truncated BMP": ("a.bmp", lambda: made.saved(made.image(), "BMP")[:2000], reasons.TRUNCATED),
    "decompression bomb": ("a.png", lambda: _png_header(60_000, 60_000), reasons.TOO_MANY_PIXELS),
    "too many pixels": ("a.png", lambda: _png_header(3000, 3000), reasons.TOO_MANY_PIXELS),
    "TIFF of too many pages": (
        "a.tif",
        lambda: made.saved(made.image(size=(1, 1)), "TIFF", save_all=True, append_images=[made.image(size=(1, 1))] * 4),
        reasons.TOO_MANY_PAGES,
    ),
    "half a DOCX": ("a.docx", lambda: made.docx()[:9000], reasons.TRUNCATED),
    "start of a DOCX": ("a.docx", lambda: made.docx()[:300], reasons.TRUNCATED),
    "DOCX without its end": ("a.docx", lambda: made.docx()[:-30], reasons.TRUNCATED),
    "DOCX with a wrong checksum": ("a.docx", lambda: _bit_flipped(made.docx(), b"word/document.xml"), reasons.DAMAGED),
    "DOCX without a document": ("a.docx", lambda: _docx_without("word/document.xml"), reasons.MISLABELLED),
    "DOCX without content types": ("a.docx", lambda: _docx_without("[Content_Types].xml"), reasons.DAMAGED),
    "DOCX of broken XML": ("a.docx", lambda: _docx_with("word/document.xml", b"<w:document><w:body>"), reasons.DAMAGED),
    "zip bomb in a DOCX": (
        "a.docx", lambda: _docx_with("word/media/a.bin", bytes(30_000_000)), reasons.EXPANDS_TOO_MUCH,
    ),
    "DOCX without words": ("a.docx", lambda: made.docx([]), reasons.NO_TEXT),
    "legacy Word": ("a.doc", lambda: OLE, reasons.UNSUPPORTED),
    "legacy Excel": ("a.xls", lambda: OLE, reasons.UNSUPPORTED),
    "zip archive": ("a.zip", lambda: _zip(a=b"text"), reasons.UNSUPPORTED),
    "zip archive named DOCX": ("a.docx", lambda: _zip(a=b"text"), reasons.MISLABELLED),
    "spreadsheet": ("a.xlsx", lambda: _zip(xl__workbook=b"<x/>"), reasons.UNSUPPORTED),
    "sound": ("a.wav", lambda: b"RIFF" + bytes(200), reasons.UNSUPPORTED),
    "table among documents": ("a.csv", lambda: b"a,b\n1,2\n", reasons.UNSUPPORTED),
    "truncated RTF": ("a.rtf", lambda: made.rtf(made.TEXT)[:-1], reasons.TRUNCATED),
    "RTF of bytes that its code page lacks": (
        "a.rtf", lambda: made.rtf("word \\'81\\'8d"), reasons.ENCODING,
    ),
    "truncated HTML": ("a.html", lambda: b"<html><body><p>The patient", reasons.TRUNCATED),
    "HTML of scripts alone": ("a.html", lambda: b"<html><script>run()</script></html>", reasons.NO_TEXT),
    "binary named text": ("a.txt", lambda: bytes(range(256)) * 20, reasons.BINARY),
    "UTF-16 cut within a character": ("a.txt", lambda: made.TEXT.encode("utf-16")[:-1], reasons.ENCODING),
    "control characters": ("a.txt", lambda: b"\x01\x02\x03" * 30 + b"word", reasons.BINARY),
    "punctuation alone": ("a.txt", lambda: b"--- ... ---", reasons.NO_TEXT),
}  # fmt: skip


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_a_broken_document_is_quarantined_and_its_neighbour_is_read(tmp_path: Path, kind: str) -> None:
    name, make, reason = DOCUMENTS[kind]
    (tmp_path / name).write_bytes(make())
    (tmp_path / "good.txt").write_text(made.TEXT)
    limits = LIMITS.model_copy(update={"most_megabytes": 0.5})
    records, rejected = extracted(tmp_path, limits)
    assert [record.text for record in records] == [made.TEXT]
    assert [(found.file, found.reason) for found in rejected] == [(name, reason)]


def test_there_are_many_kinds() -> None:
    assert len(DOCUMENTS) >= 25


@needs_tesseract
def test_ocr_that_is_not_sure_is_quarantined(tmp_path: Path) -> None:
    (tmp_path / "noise.png").write_bytes(_noise())
    (tmp_path / "good.png").write_bytes(made.saved(made.image(["Lisinopril 10 mg daily"]), "PNG", dpi=(150, 150)))
    records, rejected = extracted(tmp_path)
    assert [record.text for record in records] == ["Lisinopril 10 mg daily"]
    assert [(found.file, found.reason) for found in rejected] == [("noise.png", reasons.OCR_CONFIDENCE)]


@needs_tesseract
def test_ocr_that_takes_too_long_is_quarantined(tmp_path: Path) -> None:
    (tmp_path / "page.png").write_bytes(made.saved(made.image(), "PNG"))
    limits = Extract(seconds_per_page=0.001)
    _, rejected = extracted(tmp_path, limits)
    assert [found.reason for found in rejected] == [reasons.OCR_TIMEOUT]


@needs_tesseract
def test_a_failure_of_tesseract_is_quarantined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "page.png").write_bytes(made.saved(made.image(), "PNG"))
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path))
    _, rejected = extracted(tmp_path)
    assert [found.reason for found in rejected] == [reasons.OCR_FAILED]


def test_tesseract_that_is_missing_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ValueError, match=r"apt-get install tesseract-ocr tesseract-ocr-eng"):
        ocr.check("eng")


@needs_tesseract
def test_a_language_that_is_missing_says_what_to_install() -> None:
    with pytest.raises(ValueError, match=r"extract.language.*'xyz'.*tesseract-ocr-xyz"):
        ocr.check("eng+xyz")


def test_a_split_of_another_name_is_quarantined(tmp_path: Path) -> None:
    for folder in ("train", "holdout"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.txt").write_text(made.TEXT)
    records, rejected = extracted(tmp_path, pattern="{split}/*")
    assert [record.split for record in records] == ["train"]
    assert [found.reason for found in rejected] == [reasons.UNKNOWN_SPLIT]


def test_no_message_quotes_the_file(tmp_path: Path) -> None:
    for number, (name, make, _) in enumerate(DOCUMENTS.values()):
        (tmp_path / f"{number}{name}").write_bytes(make())
    _, rejected = extracted(tmp_path)
    assert len(rejected) >= len(DOCUMENTS)
    assert not any("Lisinopril" in found.detail or "patient" in found.detail for found in rejected)


def test_the_command_tells_the_reason_and_goes_on(tmp_path: Path) -> None:
    import sys

    (tmp_path / "a.txt").write_bytes(made.pdf())
    (tmp_path / "b.txt").write_text(made.TEXT)
    command = [sys.executable, "-m", "stages.extract", "--text", str(tmp_path / "a.txt"), str(tmp_path / "b.txt")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout == made.TEXT + "\n"
    assert done.stderr.strip().endswith("a.txt: mislabelled (named .txt, holds pdf)")
