"""What a file is, by its content, and whether its name agrees."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from stages.extract.reader import Unreadable
from stages.extract.reasons import EMPTY, ENCRYPTED, MISLABELLED, UNSUPPORTED

# Formats with a mark at their start; those that no module reads are listed so that they are named, not taken for text.
MAGIC = (
    (b"%PDF-", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"BM", "bmp"),
    (b"{\\rtf", "rtf"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"GIF8", "gif"),
    (b"RIFF", "riff"),
    (b"\x1f\x8b", "gzip"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x7fELF", "program"),
    (b"MZ", "program"),
    (b"OggS", "audio"),
    (b"ID3", "audio"),
    (b"fLaC", "audio"),
    (b"PAR1", "parquet"),
    (b"%!PS", "postscript"),
)
ENDINGS = {
    "pdf": "pdf", "png": "png", "jpg": "jpeg", "jpeg": "jpeg", "tif": "tiff", "tiff": "tiff", "bmp": "bmp",
    "docx": "docx", "docm": "docx", "rtf": "rtf", "txt": "text", "text": "text", "md": "text", "htm": "html",
    "html": "html", "xhtml": "html", "doc": "ole", "xls": "ole", "ppt": "ole", "msg": "ole", "zip": "zip",
    "xlsx": "zip", "odt": "zip", "pptx": "zip", "gif": "gif", "webp": "riff", "wav": "riff", "gz": "gzip",
}  # fmt: skip
READ = ("pdf", "png", "jpeg", "tiff", "bmp", "docx", "rtf", "text", "html")
# Where PDF readers still look for the mark: scanners and mail gateways put junk before it (ISO 32000-1, annex H).
PDF_WITHIN = 1024
# The record that ends an archive, and where its longest comment lets it stand.
ZIP_END, ZIP_END_WITHIN = b"PK\x05\x06", 65_557
HTML = re.compile(
    rb"^(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
TAG = re.compile(rb"<(?:p|div|span|br|h[1-6]|table|ul|ol|li|b|i|body|meta|title)\b[^>]*>", re.IGNORECASE)


def kind(file: str, data: bytes) -> str:
    """One of `READ`.

    Raises `Unreadable` when nothing is there, when the name's ending stands for another format than the content, and
    when no module reads the format.
    """
    if not data:
        raise Unreadable(EMPTY)
    ending = PurePosixPath(file).suffix.lower().removeprefix(".")
    expected, found = ENDINGS.get(ending), _found(data)
    if found == "text" and expected == "html" and TAG.search(data):
        found = "html"
    if found == "zip" and expected == "docx" and ZIP_END not in data[-ZIP_END_WITHIN:]:
        # Its parts cannot be listed: what is missing is the end, not the right name.
        found = "docx"
    if found == "ole" and _is_encrypted_office(data):
        raise Unreadable(ENCRYPTED, "an Office file with a password")
    if expected is not None and found != expected:
        raise Unreadable(MISLABELLED, f"named .{ending}, holds {found}")
    if found not in READ or (found == "text" and expected is None and ending):
        raise Unreadable(UNSUPPORTED, f".{ending}" if found == "text" else found)
    return found


def _found(data: bytes) -> str:
    if b"%PDF-" in data[:PDF_WITHIN]:
        return "pdf"
    named = next((name for mark, name in MAGIC if data.startswith(mark)), None)
    if named == "zip" and b"word/document.xml" in data:
        return "docx"
    if named == "bmp" and not _is_bmp(data):
        return "text"
    if named in ("program", "audio") and data[:512].isascii() and b"\0" not in data[:512]:
        return "text"
    return named or ("html" if HTML.match(data[:4096]) else "text")


def _is_bmp(data: bytes) -> bool:
    """Two letters are a weak mark: the size of the header that follows must be one that BMP knows."""
    return len(data) > 18 and int.from_bytes(data[14:18], "little") in (12, 40, 52, 56, 64, 108, 124)


def _is_encrypted_office(data: bytes) -> bool:
    return "EncryptedPackage".encode("utf-16-le") in data
