"""How an identifier stands on the page: recall differs more by that than by what it identifies."""

from __future__ import annotations

import re
from itertools import pairwise

from stages.records import Span

LAYOUTS = ("broken", "glued", "table", "form", "capitals", "lower", "beyond_ascii", "prose")
_CELLS = re.compile(r"\||\t|\S[ ]{2,}\S.*\S[ ]{2,}\S")
_FIELD = re.compile(r"(?:^|[ ]{2,}|[|;,\t])\W*[^\W\d_][^:\n|]{0,40}:\s*$")
_FIELD_NUMBER = re.compile(r"(?:^|[ ]{2,}|[|;,\t])\W*[^\W\d_][^:\n|]{0,30}(?:#|[Nn]o\.?|ID)\s*$")


def layout(text: str, span: Span) -> str:
    """The first of `LAYOUTS` that holds for the span.

    `broken`: over lines; `glued`: a letter or digit stands right beside it; `table`: in a row of cells; `form`: behind
    the label of a field; `capitals`, `lower`: words of one case; `beyond_ascii`: letters of other alphabets or with
    marks; `prose`: anything else.
    """
    value = text[span.start : span.end]
    before = text[text.rfind("\n", 0, span.start) + 1 : span.start]
    end = text.find("\n", span.end)
    letters = "".join(filter(str.isalpha, value))
    holds = {
        "broken": "\n" in value,
        "glued": _joined(text, span.start) or _joined(text, span.end),
        "table": bool(_CELLS.search(before + value + text[span.end : len(text) if end < 0 else end])),
        "form": bool(_FIELD.search(before) or _FIELD_NUMBER.search(before)),
        "capitals": len(letters) > 2 and letters.isupper(),
        "lower": len(letters) > 2 and letters.islower(),
        "beyond_ascii": not value.isascii(),
        "prose": True,
    }
    return next(name for name in LAYOUTS if holds[name])


def _joined(text: str, at: int) -> bool:
    return any(one.isalnum() and other.isalnum() for one, other in pairwise(text[max(0, at - 1) : at + 1]))
