"""Addresses beyond their first line: what follows a street, and who is named above it.

A street was found; its flat, town, region, country and postal code stand behind it in no fixed order, over lines, with
the empty fields that exports leave. Above it, in a letterhead or on an envelope, stand the addressee and the firm.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from stages.deidentify.english import frequent
from stages.deidentify.names import NO_NAMES
from stages.deidentify.places import COUNTRIES, STATES, UPPER
from stages.records import Span

MOST_PIECES = 8
COMMON = 5_000  # a line of words all as common as these is a heading

_PARTICLE = (
    r"(?:am|an|auf|da|de|del|della|den|der|di|do|dos|du|el|en|im|la|las|le|les|los|nad|of|on|pod|the|upon|van|von)"
)
_WORD = rf"[{UPPER}](?:[^\W\d_]|['’.-](?=[^\W\d_]))*(?!\w)"
_GAP = re.compile(
    r"[ \t]*[,;]?(?:[ \t]*\n[ \t>]*){0,2}[,;]?[ \t]*(?:(?:nan|null|none|n/a|-)(?![\w])[ \t]*[,;]?(?:[ \t]*\n[ \t>]*)?)?"
)
_UNIT = re.compile(
    r"(?:apt|apartment|unit|suite|ste|flat|floor|fl|room|rm|building|bldg|block|box|lot|space)\b\.?[ \t]*#?[ \t]?"
    r"[A-Za-z]?-?\d[\w-]*|#[ \t]?\d[\w-]*",
    re.IGNORECASE,
)
# With a space, a code of the Netherlands or the United Kingdom, Canada, Sweden or Greece; a year is none.
_CODE = re.compile(
    r"(?:[A-Z]{1,2}-)?(?:\d{5}(?:-\d{3,4})?|\d{3}[ ]\d{2}|\d{2}-\d{3}|\d{6}|\d{4}[ ][A-Z]{2}|(?!19|20)\d{3,4}|"
    r"[A-Z]{1,2}\d[A-Z\d]?[ ]?\d[A-Z]{2}|[A-Z]\d[A-Z][ ]?\d[A-Z]\d)(?![\w%]|[-/.:]\d|[ ](?:\d|mg|mcg|ml|g|kg|units?|cc|"
    r"cm|mm|times|years?|months?|weeks?|days?)\b)"
)
_HOUSE = re.compile(r"[ ]\d{1,5}[A-Za-z]?(?![\w%]|[-/.:]\d|[ ](?:mg|mcg|ml|kg|units?|years?|months?|weeks?|days?)\b)")
_COUNTRY = re.compile(
    rf"(?:{'|'.join(sorted(map(re.escape, COUNTRIES), key=len, reverse=True))})(?![\w-])", re.IGNORECASE
)
_STATE = re.compile(rf"(?:{'|'.join(STATES)})(?![\w])")  # alone it is no identifier
_REGION = re.compile(r"[A-Z]{2,3}(?=[ \t\n,]+[A-Z]?\d)")
_TOWN = re.compile(
    rf"{_WORD}(?:(?:[ ]|-)(?:{_PARTICLE}(?:[ ]|-)){{0,2}}{_WORD}){{0,3}}(?:[ ]\d{{1,2}}(?=[ \t]*[,\n]))?"
)
# The number of the house before a street of which only the name was found.
_NUMBERED = re.compile(r"(?:^|[\n>:,(][ \t>]*|\b(?:at|in|is|to|on|of|with)[ ])(?P<v>\d{1,5}[A-Za-z]?)[ ]$")
_ENDED = re.compile(r"[ \t]*(?:[.;?!]|\n|$)")
_FIELD = re.compile(r"[ \t]*[:(]")
_LINE = rf"{_WORD}(?:(?:,?[ ]|-)(?:{_PARTICLE}[ ]|and[ ]|&[ ])?(?:{_WORD}|[{UPPER}]\.?)){{0,4}}\.?"
_ABOVE = re.compile(
    rf"(?:(?:^|\n)[ \t>]*(?P<v>{_LINE})[ \t]*)?(?:^|\n)[ \t>]*(?P<w>{_LINE})[ \t]*(?:\n[ \t>]*)?\n[ \t>]*$"
)
_FIRM = re.compile(r"&|\b(?:and|Inc|Ltd|LLC|PLC|Group|Sons|Partners|Company|Corp|Systems?|Services)\b")

_FIRM_PIECES = (_UNIT, _COUNTRY, _CODE, _REGION)
_HEADINGS = NO_NAMES | {"tel", "telephone", "fax", "mobile", "cell", "email", "attn", "re", "website", "web"}


def addresses(text: str, spans: Iterable[Span]) -> Iterator[Span]:
    """Spans of the pieces behind each street among `spans`, and of the lines above one; they may overlap others."""
    for span in spans:
        if span.label == "LOCATION" and _is_street(text[span.start : span.end]):
            if number := _NUMBERED.search(text[max(0, span.start - 20) : span.start]):
                yield Span(span.start - len(number["v"]) - 1, span.start, "LOCATION", 0.8, "pattern")
            yield from _behind(text, span)
            yield from _above(text, span)


def _is_street(value: str) -> bool:
    return any(map(str.isdigit, value)) and any(map(str.isalpha, value))


def _behind(text: str, street: Span) -> Iterator[Span]:
    """The pieces up to the last that can be nothing else; towns before it come along, one after it does not."""
    pieces: list[tuple[int, int]] = []
    firm, at = 0, street.end
    if (house := _HOUSE.match(text, at)) and not text[street.start : street.end][-1].isdigit():
        pieces.append((house.start() + 1, house.end()))
        firm, at = 1, house.end()
    while len(pieces) < MOST_PIECES:
        gap = _GAP.match(text, at)
        start = gap.end() if gap else at
        if start == at:
            break
        if state := _STATE.match(text, start):
            firm, at = len(pieces), state.end()
            continue
        if piece := next(filter(None, (form.match(text, start) for form in _FIRM_PIECES)), None):
            firm = len(pieces) + 1
        elif (piece := _TOWN.match(text, start)) and not _is_heading(text, piece):
            # A comma before it and nothing behind it: the end of an address that names no country.
            if "," in text[at:start] and "\n" not in text[at:start] and _ENDED.match(text, piece.end()):
                firm = len(pieces) + 1
        else:
            break
        pieces.append(piece.span())
        at = piece.end()
    for start, end in pieces[:firm]:
        yield Span(start, end, "LOCATION", 0.8, "pattern")


def _is_heading(text: str, town: re.Match[str]) -> bool:
    words = town.group().casefold().split()
    return words[0] in _HEADINGS or bool(_FIELD.match(text, town.end()))


def _above(text: str, street: Span) -> Iterator[Span]:
    """Whoever is named in the one or two lines over a street that begins its line."""
    line = text.rfind("\n", 0, street.start) + 1
    if text[line : street.start].strip(" \t>"):
        return
    found = _ABOVE.search(text[max(0, line - 160) : line])
    if not found:
        return
    offset = max(0, line - 160)
    lines = [found.span(group) for group in ("v", "w") if found[group]]
    for number, (start, end) in enumerate(lines):
        value = found.string[start:end]
        words = re.findall(r"[^\W\d_]+", value.casefold())
        if any(word in NO_NAMES for word in words) or frequent(COMMON).issuperset(words):
            continue
        label = "ORGANIZATION" if number or _FIRM.search(value) else "PATIENT"
        yield Span(offset + start, offset + end, label, 0.6, "pattern")
