"""What a sound file is, by its content, whether its name agrees, and whether it is there to its end."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from stages.extract.reader import Unreadable
from stages.extract.reasons import (
    EMPTY,
    ENCRYPTED,
    HEADER_LENGTH,
    MISLABELLED,
    NO_PERMISSION,
    TRUNCATED,
    UNSUPPORTED,
    VANISHED,
)

HEAD = 4096
# How the file begins -> its container. What a sound file may be taken for is told from it by the order.
MAGIC = (
    (re.compile(rb"(?:RIFF|RF64|BW64)....WAVE", re.S), "wav"),
    (re.compile(rb"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb"), "w64"),
    (re.compile(rb"fLaC"), "flac"),
    (re.compile(rb"OggS"), "ogg"),
    (re.compile(rb"FORM....AIF[FC]", re.S), "aiff"),
    (re.compile(rb"caff\x00"), "caf"),
    (re.compile(rb"\.snd"), "au"),
    (re.compile(rb"NIST_1A\n"), "sphere"),
    (re.compile(rb"....ftyp", re.S), "mp4"),
    (re.compile(rb"\x1a\x45\xdf\xa3"), "matroska"),
    (re.compile(rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11"), "asf"),
    (re.compile(rb"#!AMR"), "amr"),
    (re.compile(rb"[\x02\x03]dss"), "dss"),
    (re.compile(rb"\x03ds2"), "ds2"),
    (re.compile(rb"\x03enc"), "encrypted"),
    (re.compile(rb"\xff[\xf0\xf1\xf8\xf9]"), "aac"),
    (re.compile(rb"ID3|\xff[\xe2-\xe7\xf2-\xf7\xfa-\xfd]"), "mp3"),
)  # fmt: skip
ENDINGS = {
    "wav": ("wav", "sphere"), "wave": ("wav",), "w64": ("w64",), "flac": ("flac",), "ogg": ("ogg",), "oga": ("ogg",),
    "opus": ("ogg",), "aif": ("aiff",), "aiff": ("aiff",), "aifc": ("aiff",), "caf": ("caf",), "au": ("au",),
    "snd": ("au",), "sph": ("sphere",), "m4a": ("mp4",), "m4b": ("mp4",), "mp4": ("mp4",), "mov": ("mp4",),
    "3gp": ("mp4",), "mka": ("matroska",), "mkv": ("matroska",), "webm": ("matroska",), "wma": ("asf",),
    "asf": ("asf",), "amr": ("amr",), "dss": ("dss", "encrypted"), "ds2": ("ds2", "encrypted"), "aac": ("aac",),
    "mp3": ("mp3",),
}  # fmt: skip
# A size that a program writes who does not know it: it wrote to a pipe.
UNKNOWN_SIZES = (0xFFFFFFFF, 0x7FFFFFFF, 0x80000000)
OGG_LONGEST_PAGE = 65_307
OGG_LAST = 4


def kind(file: str, path: Path) -> str:
    """The container of a sound file.

    Raises `Unreadable` when nothing is there, when the name's ending stands for another format than the content, when
    no reader knows the format, and when the header tells of more or of less than there is.
    """
    ending = PurePosixPath(file).suffix.lower().removeprefix(".")
    try:
        with path.open("rb") as opened:
            found = _named(opened.read(HEAD), ending)
            if check := CHECKS.get(found):
                check(opened, os.fstat(opened.fileno()).st_size)
            return found
    except FileNotFoundError:
        raise Unreadable(VANISHED) from None
    except PermissionError:
        raise Unreadable(NO_PERMISSION) from None


def _named(head: bytes, ending: str) -> str:
    if not head.strip():
        raise Unreadable(EMPTY)
    found = next((name for mark, name in MAGIC if mark.match(head)), "")
    if found == "mp3" and head.startswith(b"ID3") and b"fLaC" in head:
        # FLAC with tags that belong to MP3.
        found = "flac"
    expected = ENDINGS.get(ending)
    if expected and found not in expected:
        raise Unreadable(MISLABELLED, f"named .{ending}, holds {found or 'no sound format that is known'}")
    if found == "encrypted":
        raise Unreadable(ENCRYPTED, "a dictation file with a password")
    if not found or found == "ds2":
        raise Unreadable(UNSUPPORTED, found or f".{ending}".rstrip("."))
    return found


def _wav(opened: BinaryIO, size: int) -> None:
    """The length that the header gives the samples against what is there (RIFF; RF64 by EBU Tech 3306)."""
    wide: int | None = None
    for name, start, told in _chunks(opened, size):
        if name == b"ds64":
            opened.seek(start + 8)
            wide = int.from_bytes(opened.read(8), "little")
        if name != b"data":
            continue
        told = wide if wide is not None and told == 0xFFFFFFFF else told
        rest = size - start
        if told in UNKNOWN_SIZES:
            return
        if told > rest:
            raise Unreadable(TRUNCATED, f"the header tells of {told} bytes of sound, there are {rest}")
        if not _is_chunk(opened, start + told + told % 2, size):
            raise Unreadable(HEADER_LENGTH, f"the header tells of {told} bytes of sound, there are {rest}")
        return


def _chunks(opened: BinaryIO, size: int) -> Iterator[tuple[bytes, int, int]]:
    """Name, start and declared length of each chunk of a RIFF file."""
    place = 12
    while place + 8 <= size:
        opened.seek(place)
        head = opened.read(8)
        length = int.from_bytes(head[4:], "little")
        yield head[:4], place + 8, length
        place += 8 + length + length % 2


def _is_chunk(opened: BinaryIO, place: int, size: int) -> bool:
    """Whether nothing follows but another chunk, or less than one."""
    if place + 8 > size:
        return True
    opened.seek(place)
    name, length = opened.read(4), int.from_bytes(opened.read(4), "little")
    return name.isascii() and name.decode().isprintable() and length <= size - place - 8


def _aiff(opened: BinaryIO, size: int) -> None:
    opened.seek(4)
    told = int.from_bytes(opened.read(4), "big") + 8
    if told > size + 1:
        raise Unreadable(TRUNCATED, f"the header tells of {told} bytes, there are {size}")


def _ogg(opened: BinaryIO, size: int) -> None:
    """The last page is marked as the last (RFC 3533)."""
    opened.seek(max(0, size - OGG_LONGEST_PAGE))
    tail = opened.read()
    page = tail.rfind(b"OggS")
    if page < 0 or len(tail) < page + 6 or not tail[page + 5] & OGG_LAST:
        raise Unreadable(TRUNCATED, "its last page is missing")


CHECKS = {"wav": _wav, "aiff": _aiff, "ogg": _ogg}
