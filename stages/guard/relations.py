"""Which concept or drug a dose, schedule, degree, time, doubt or relative belongs to."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import accumulate

from stages import cues
from stages.guard.tokens import Item, Mark

_HEADS = frozenset({"names", "drugs"})
_BEFORE = frozenset({"doses", "schedules"})
"""What belongs to the concept before it where it stands in the middle of two; other modifiers to the one behind."""
_MODIFIERS = _BEFORE | {"qualifiers", "temporality", "certainty", "people"}
_WHOEVER = frozenset({"she", "he", "female", "male"})
_JOINS = frozenset({",", "and", "or", "with"})


def relations(
    marks: list[Mark], items: list[Item], canonical: list[str | None], sentences: list[tuple[int, int]]
) -> Iterator[Mark]:
    """Each modifier with the concept or drug of its sentence that fewest words of content stand between."""
    heads = [mark for mark in marks if mark.category in _HEADS]
    modifiers = [mark for mark in marks if mark.category in _MODIFIERS and mark.value not in _WHOEVER]
    if not heads or not modifiers:
        return
    so_far = [0, *accumulate(_weighs(word) for word in canonical)]
    starts = [item.start for item in items]
    ends = [items[end - 1].end if end > start else -1 for start, end in sentences]
    placed: dict[int, list[tuple[int, int, str]]] = {}
    for head in heads:
        first, behind = bisect_left(starts, head.start), bisect_left(starts, head.end)
        placed.setdefault(bisect_right(ends, head.start), []).append((first, behind, head.value or ""))
    for mark in modifiers:
        first, behind = bisect_left(starts, mark.start), bisect_left(starts, mark.end)
        best = min(
            (
                (so_far[first] - so_far[after], mark.category not in _BEFORE, value)
                if after <= first
                else (so_far[at] - so_far[behind], mark.category in _BEFORE, value)
                for at, after, value in placed.get(bisect_right(ends, mark.start), ())
                if after <= first or behind <= at
            ),
            default=None,
        )
        if best is not None:
            yield Mark("relations", f"{mark.value} {best[2]}", mark.start, mark.start)


def _weighs(word: str | None) -> bool:
    """Whether a word between a modifier and a concept parts them: not a measure or what carries nothing."""
    if word is None or word[0].isdigit() or word in cues.UNITS:
        return False
    return word in _JOINS or (word[0].isalpha() and word not in cues.EMPTY_WORDS) or word[0] == "="
