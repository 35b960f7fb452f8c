"""Who said what, and when: segments of recordings, and the formats that they are kept in, one a module."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from stages.segments.segment import Segment

__all__ = ["FORMATS", "Segment", "read"]

FORMATS: dict[str, str] = {
    ".ctm": "ctm",
    ".json": "seglst",
    ".rttm": "rttm",
    ".stm": "stm",
    ".uem": "uem",
}
"""Suffix of a file -> module of this package that reads it."""


def read(path: Path) -> dict[str, tuple[Segment, ...]]:
    """The segments of a file by recording, in the order in which they start.

    A format that does not name its recordings is of one, which bears the file's stem. Raises `ValueError` naming file
    and line where it does not parse, and where the suffix is of no known format; `FileNotFoundError` where it is gone.
    """
    name = FORMATS.get(path.suffix.lower())
    if name is None:
        raise ValueError(f"{path}: no format of segments; expected a file that ends in {', '.join(sorted(FORMATS))}")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"{path}: not UTF-8") from None
    found: dict[str, list[Segment]] = {}
    try:
        for segment in import_module(f"stages.segments.{name}").parse(text, path.stem):
            found.setdefault(segment.recording, []).append(segment)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
    return {recording: tuple(sorted(of, key=lambda s: (s.start, s.end))) for recording, of in found.items()}
