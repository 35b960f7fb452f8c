"""RTF, by striprtf."""

from __future__ import annotations

import re

from stages.extract.page import Page
from stages.extract.reader import Unreadable
from stages.extract.reasons import ENCODING, TRUNCATED
from stages.params.extract import Extract


def pages(data: bytes, _limits: Extract) -> list[Page]:
    """The text as one page; raises `Unreadable` when its groups are not closed."""
    from striprtf.striprtf import rtf_to_text

    # RTF is ASCII with escapes; bytes above it are of the code page that the file itself names.
    source = data.rstrip(b"\0 \r\n\t").decode("latin-1")
    if _open_groups(source) > 0:
        raise Unreadable(TRUNCATED, "a group of the RTF is never closed")
    try:
        text = rtf_to_text(source, errors="strict")
        # RTF writes what lies beyond 16 bits as two surrogates.
        whole = text.encode("utf-16", "surrogatepass").decode("utf-16")
        # striprtf puts a bar behind every cell.
        return [Page(re.sub(r"\|(?=.)", " | ", re.sub(r"\|$", "", whole, flags=re.MULTILINE)), wrapped=False)]
    except (UnicodeError, LookupError):
        raise Unreadable(ENCODING) from None


def _open_groups(source: str) -> int:
    marks = re.findall(r"\\[\\{}]|[{}]", source)
    return marks.count("{") - marks.count("}")
