"""Overlapping spans become a list that covers the same characters once, without a splice inside a word."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable, Sequence

from stages.deidentify.labels import ADDRESSES, NAMES, NUMBERS
from stages.records import Span

EDGES = frozenset(" \t\r\n.,;:()[]{}<>\"“”‘’'`*|/\\-–_#=&")
_EXACT = frozenset((*NUMBERS, *ADDRESSES))


def resolved(text: str, spans: Iterable[Span]) -> list[Span]:
    """Spans in order and without overlap that cover the names, digits and dates that the given ones cover.

    Where two overlap, the surer label wins, then the longer span; of the loser stays what the winner does not cover.
    """
    taken: list[Span] = []
    for span in sorted(spans, key=_preference):
        for free in _outside(span, taken):
            if (piece := trimmed(text, free)) and _holds(text, span, piece):
                insort(taken, piece, key=_start)
    return taken


def trimmed(text: str, span: Span) -> Span | None:
    """The span without white space and punctuation at its edges; None where nothing is left.

    A full stop or bracket that belongs to the value ("K.O.", "(617) 555-0100") stays.
    """
    start, end = span.start, span.end
    while start < end and text[start] in EDGES and not _belongs(text, start, end, opening=True):
        start += 1
    while end > start and text[end - 1] in EDGES and not _belongs(text, start, end, opening=False):
        end -= 1
    return moved(span, start, end) if any(map(str.isalnum, text[start:end])) else None


def moved(span: Span, start: int, end: int) -> Span:
    """The span at another place; itself where it stands there."""
    if (start, end) == (span.start, span.end):
        return span
    return Span(start, end, span.label, span.score, span.by)


def _holds(text: str, span: Span, piece: Span) -> bool:
    """Whether what is left of a number still holds digits; words beside a number are none."""
    if span.label not in NUMBERS or (piece.start, piece.end) == (span.start, span.end):
        return True
    return any(map(str.isdigit, text[piece.start : piece.end])) or not any(
        map(str.isdigit, text[span.start : span.end])
    )


def _belongs(text: str, start: int, end: int, opening: bool) -> bool:
    if opening:
        return text[start] == "(" and ")" in text[start : end - 1]
    return (
        text[end - 1] == "."
        and end - start >= 2
        and end - 3 >= start
        and text[end - 3] in ". "
        and text[end - 2].isupper()
    )


def _preference(span: Span) -> tuple[float, int, int, int, str, str]:
    return (-_weight(span), span.start - span.end, span.start, span.end, span.label, span.by)


def _weight(span: Span) -> float:
    exact = span.label in _EXACT
    # A pattern that names its kind knows a number better than the tagger does; of words the tagger knows more.
    return (
        span.score
        + (0.2 if exact and span.by == "pattern" else 0.0)
        + (0.05 if span.label in NAMES else 0.0)
        + (0.01 if span.by == "pattern" else 0.0)
    )


def _outside(span: Span, taken: Sequence[Span]) -> list[Span]:
    """What the taken spans, in order and without overlap, leave of a span."""
    pieces = []
    start = span.start
    for at in range(bisect_right(taken, span.start, key=_end), len(taken)):
        other = taken[at]
        if other.start >= span.end:
            break
        if start < other.start:
            pieces.append(moved(span, start, other.start))
        start = other.end
    return [*pieces, moved(span, start, span.end)] if start < span.end else pieces


def _start(span: Span) -> int:
    return span.start


def _end(span: Span) -> int:
    return span.end
