"""Who said what, and when: segments of recordings, and the formats that they are kept in, one a module."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from stages.segments.segment import Segment, TimesError

__all__ = ["FORMATS", "Segment", "TimesError", "read", "text_of"]

FORMATS: dict[str, str] = {
    ".ctm": "ctm",
    ".json": "seglst",
    ".jsonl": "manifest",
    ".rttm": "rttm",
    ".srt": "srt",
    ".stm": "stm",
    ".textgrid": "textgrid",
    ".uem": "uem",
    ".vtt": "vtt",
}
"""Suffix of a file -> module of this package that reads it."""
MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
"""First bytes -> encoding; Praat writes what is not ASCII so."""


def read(path: Path) -> dict[str, tuple[Segment, ...]]:
    """The segments of a file by recording, in the order in which they start.

    A format that does not name its recordings is of one, which bears the file's stem. Raises `ValueError` naming file
    and line where it does not parse (`TimesError` where it is the times), and where the suffix is of no known format;
    `FileNotFoundError` where it is gone.
    """
    name = FORMATS.get(path.suffix.lower())
    if name is None:
        raise ValueError(f"{path}: no format of segments; expected a file that ends in {', '.join(sorted(FORMATS))}")
    found: dict[str, list[Segment]] = {}
    try:
        for segment in import_module(f"stages.segments.{name}").parse(text_of(path.read_bytes()), path.stem):
            found.setdefault(segment.recording, []).append(segment)
    except ValueError as error:
        raise (TimesError if isinstance(error, TimesError) else ValueError)(f"{path}: {error}") from None
    return {recording: tuple(sorted(of, key=lambda s: (s.start, s.end))) for recording, of in found.items()}


def text_of(data: bytes) -> str:
    """The text of a file: UTF-8, or UTF-16 with its mark; raises `ValueError` where it is neither."""
    try:
        return data.decode(MARKS.get(data[:2], "utf-8-sig"))
    except UnicodeDecodeError:
        raise ValueError("not UTF-8") from None
