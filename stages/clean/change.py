"""What the operators of this stage share: their interface, a change, and changes applied under guard."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from stages import guard

Medium = Literal["note", "speech", "field"]


@dataclass(frozen=True, slots=True)
class Change:
    """A stretch (code points of the text that the operator was given) and what stands there afterwards."""

    operator: str
    start: int
    end: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Context:
    """What an operator may know of a text beside the text.

    Attributes:
        medium: A written note, what somebody said, or a field of a table.
        surrogates: Invented identifiers in the text, which no operator edits.
        earlier: The patient's earlier notes, first one first, as the stage was given them.
    """

    medium: Medium = "note"
    surrogates: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Edited:
    """The text after an operator, what it changed, and how many changes were held back to protect content."""

    text: str
    changes: tuple[Change, ...] = ()
    held_back: int = 0


class Operator(Protocol):
    """One kind of cleaning.

    Attributes:
        name: As it is declared under `clean.operators`.
        media: What kinds of text it is for.
    """

    name: str
    media: frozenset[Medium]

    def __call__(self, text: str, context: Context, /) -> Edited:
        """Clean a text."""


def rewritten(text: str, changes: Sequence[Change]) -> Edited:
    """Apply replacements, in the order of the text and none overlapping, that leave all protected content as it was.

    Where the replacements of a sentence together touch protected content, they are tried one by one, and those that do
    are held back. What a replacement replaces is taken to name the same thing; its numbers, units, negations and sides
    are not: one that changes these by itself is held back wherever it stands, for what stands beside it can hide that.
    """
    kept: list[Change] = []
    for start, end, inside in _sentences(text, [c for c in changes if _harmless(text, c.start, c.end, [c])]):
        if _harmless(text, start, end, inside):
            kept += inside
            continue
        good: list[Change] = []
        for change in inside:
            if _harmless(text, start, end, [*good, change]):
                good.append(change)
        kept += good
    return Edited(applied(text, kept), tuple(kept), len(changes) - len(kept))


def applied(text: str, changes: Sequence[Change]) -> str:
    """The text with all changes made."""
    parts, place = [], 0
    for change in changes:
        parts += [text[place : change.start], change.after]
        place = change.end
    return "".join([*parts, text[place:]])


def surrogate_spans(text: str, surrogates: Sequence[str]) -> list[tuple[int, int]]:
    """Where surrogates, and tags such as [PATIENT_NAME], stand in a text."""
    names = sorted({s for s in surrogates if s.strip()}, key=lambda s: (-len(s), s))
    pattern = "|".join([r"\[[A-Z][A-Z0-9_ -]*\]", *map(re.escape, names)])
    return [match.span() for match in re.finditer(pattern, text)]


# Cuts a text only where the guard, too, sees a sentence end, so that a check of the pieces is a check of the whole.
_END = re.compile(r"[.!?](?=\s+[A-Z])|\n[ \t]*\n")


def _sentences(text: str, changes: Sequence[Change]) -> Iterator[tuple[int, int, list[Change]]]:
    """Start, end and changes of every sentence that holds any; a change over an end joins two sentences."""
    start, todo = 0, deque(changes)
    inside: list[Change] = []
    for end in [*(match.end() for match in _END.finditer(text)), len(text)]:
        while todo and todo[0].start < end:
            inside.append(todo.popleft())
        if inside and inside[-1].end > end:
            continue
        if inside:
            yield start, end, inside
        start, inside = end, []


def _harmless(text: str, start: int, end: int, changes: Sequence[Change]) -> bool:
    shifted = [Change(c.operator, c.start - start, c.end - start, c.before, c.after) for c in changes]
    before = text[start:end]
    names = guard.Names.of([(c.after, c.before) for c in changes])
    return not guard.changed(before, applied(before, shifted), names)
