"""The protected content of a text, and in what two texts differ."""

from __future__ import annotations

from dataclasses import dataclass, fields
from itertools import pairwise

from stages.guard.marks import headers, marks_of
from stages.guard.names import NO_NAMES, Names


@dataclass(frozen=True, slots=True)
class Critical:
    """The protected content of a text; each field is a category.

    Attributes:
        numbers: Every number in the order of the text, digits or words, with a comparator where one stands before it.
        doses: Numbers with the unit that follows: `2.5 mg`.
        units: Every unit, spellings made one: `mcg` for micrograms and µg.
        schedules: Frequency and route: `2/day` for BID and "twice a day", `oral` for PO.
        negation: Content words in the scope of a negation; an empty word for a cue that negates nothing named.
        certainty: Hedges such as `possible`, `suspected`.
        laterality: Sides, each with the content word that follows.
        temporality: `history`, `acute`, `ago`, `new` and the like.
        qualifiers: Direction, severity and course: `hypo`, `elevated`, `mild`, `stopped`.
        people: Whose finding it is and their sex: `mother`, `female`.
        names: Concepts of the lexicon, such as drugs and diagnoses; a synonym is the same concept.
        drugs: Words that bear the stem of an international nonproprietary name and are in no lexicon.
        sections: Headers in the order of the text.
        relations: Which concept or drug a dose, schedule, degree, time, doubt or relative stands beside, so that two of
            them cannot change places.
    """

    numbers: tuple[str, ...] = ()
    doses: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    schedules: tuple[str, ...] = ()
    negation: tuple[str, ...] = ()
    certainty: tuple[str, ...] = ()
    laterality: tuple[str, ...] = ()
    temporality: tuple[str, ...] = ()
    qualifiers: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    drugs: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    relations: tuple[str, ...] = ()


CATEGORIES = tuple(f.name for f in fields(Critical))


def critical(text: str, names: Names = NO_NAMES) -> Critical:
    """The protected content of a text."""
    found: dict[str, list[str]] = {category: [] for category in CATEGORIES}
    for mark in marks_of(text, names):
        if mark.value is not None:
            found[mark.category].append(mark.value)
    in_order = ("numbers", "sections")
    for category in ("people", "relations"):
        found[category] = list(set(found[category]))
    return Critical(**{c: tuple(v if c in in_order else sorted(v)) for c, v in found.items()})


def changed(before: str, after: str, names: Names = NO_NAMES) -> list[str]:
    """Names of the categories in which two texts differ; empty when all that is protected is the same.

    Where both have the same headers each section is compared with its own, so that nothing moves from one to another.
    """
    if before == after:
        return []
    pairs = [(before, after)]
    if len(one := _sections(before)) == len(other := _sections(after)) > 1:
        pairs = list(zip(one, other, strict=True))
    found = [(critical(old, names), critical(new, names)) for old, new in pairs if old != new]
    seen = [category for category in CATEGORIES if any(getattr(a, category) != getattr(b, category) for a, b in found)]
    # They follow from the others, so they say something only where nothing else does.
    return seen if seen == ["relations"] else [category for category in seen if category != "relations"]


def carries(text: str, names: Names = NO_NAMES) -> set[str]:
    """Names of the categories of which a text holds anything."""
    return {mark.category for mark in marks_of(text, names)}


def protected(text: str, names: Names = NO_NAMES) -> list[tuple[int, int]]:
    """Stretches (start, end in code points) that hold protected content, in order, none overlapping another."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted((mark.start, mark.end) for mark in marks_of(text, names) if mark.end > mark.start):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _sections(text: str) -> list[str]:
    """The text cut before every header."""
    cuts = [0, *(start for start, _ in headers(text)), len(text)]
    return [text[start:end] for start, end in pairwise(cuts) if end > start]
