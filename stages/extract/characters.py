"""Bytes to text, and text to clean characters."""

from __future__ import annotations

import codecs
import re
import unicodedata
from typing import TYPE_CHECKING

from stages.extract.reader import Unreadable
from stages.extract.reasons import BINARY, EMPTY, ENCODING

if TYPE_CHECKING:
    from charset_normalizer import CharsetMatch

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What European text that is not UTF-8 is written in; a guess among all code pages takes short notes for Chinese.
LEGACY = ["cp1252", "mac_roman", "cp1250", "cp850"]
SAME = 0.01
MOST_CONTROL = 0.01
LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
# Space-like and invisible characters: NBSP and its kin become a space; zero-width ones, soft hyphens and marks go.
INVISIBLE = str.maketrans(
    dict.fromkeys(
        "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " "
    )
    | dict.fromkeys("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff", "")
    | LIGATURES
)
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")


def decode(data: bytes) -> str:
    """Text of a file: by its byte order mark, else UTF-8, else the likeliest European code page.

    Raises `Unreadable` when it is empty, binary, or text in no such encoding.
    """
    if not data.strip():
        raise Unreadable(EMPTY)
    text = _decoded(data)
    if len(CONTROL.findall(text)) > MOST_CONTROL * len(text):
        raise Unreadable(BINARY)
    return text


def clean(text: str) -> str:
    """Unicode NFC, with line ends as newlines and without ligatures, control and invisible characters.

    The marks of `layout` at line ends stay.
    """
    lines = re.sub(r"\r\n?|[\x0b\x0c\x85]", "\n", text)
    return unicodedata.normalize("NFC", CONTROL.sub("", lines.translate(INVISIBLE)))


def _decoded(data: bytes) -> str:
    marked = next((name for mark, name in MARKS if data.startswith(mark)), None)
    try:
        return data.decode(marked or "utf-8")
    except UnicodeDecodeError:
        if marked:
            raise Unreadable(ENCODING, f"its mark says {marked}, and it is not") from None
    if b"\0" in data:
        raise Unreadable(BINARY)
    from charset_normalizer import from_bytes

    likely = list(from_bytes(data, cp_isolation=LEGACY))
    if not likely:
        raise Unreadable(ENCODING)
    least = min(match.chaos for match in likely)
    # Code pages that spell the text as well as each other are told apart by how common they are.
    return str(min((match for match in likely if match.chaos <= least + SAME), key=_rank))


def _rank(match: CharsetMatch) -> int:
    return min(LEGACY.index(name) for name in [match.encoding, *match.could_be_from_charset] if name in LEGACY)
