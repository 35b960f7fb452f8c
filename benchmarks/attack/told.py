"""Attacks by distances as people tell them: ages in whole years, and weeks, months and years between days.

`dates: visit` redraws a day among those that are told alike, and the rule is no secret: it stands in
`stages/deidentify/calendars.py`. So whoever rounds as it does compares what it keeps.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from math import log

from benchmarks.attack.dates import by_visit
from benchmarks.attack.people import Person, Texts
from stages.deidentify.calendars import day_of_visit, window

AGE = log(30)  # what a birth date of the right age says for a person: one of some thirty has it
TOLD = log(8)  # the same of a day as far from the visit as another day on which the person was seen

Window = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Seen:
    """A day on which a person was seen, and how far from it, in days, the birth date and the other days are told."""

    birth: Window | None
    others: tuple[Window, ...]


def ages(groups: Texts, people: Sequence[Person], _: int) -> Iterator[tuple[str, set[str]]]:
    """Who was as old on days of known visits as the records tell, the birth date known, by it and the visit's day."""
    known = {person.id: [Seen(seen.birth, ()) for seen in _days_seen(person)] for person in people}
    yield from _likeliest(groups, known)


def told_distances(groups: Texts, people: Sequence[Person], _: int) -> Iterator[tuple[str, set[str]]]:
    """The same, and the other days on which the person was seen as far from the visit as the records tell."""
    yield from _likeliest(groups, {person.id: list(_days_seen(person)) for person in people})


def _likeliest(groups: Texts, known: dict[str, list[Seen]]) -> Iterator[tuple[str, set[str]]]:
    for group, records in groups.items():
        visits = [_distances(days) for days in by_visit(records) if days]
        scores = {
            person: sum(max((_score(far, seen) for seen in days), default=0.0) for far in visits)
            for person, days in known.items()
        }
        most = max(scores.values(), default=0.0)
        yield group, {person for person, score in scores.items() if score == most > 0}


def _days_seen(person: Person) -> Iterator[Seen]:
    for day in person.visits:
        birth = _told(day, person.birth) if person.birth else None
        yield Seen(birth, tuple(_told(day, other) for other in person.visits if other != day))


def _told(visit: date, day: date) -> Window:
    first, last = window(visit, day)
    return (first - visit).days, (last - visit).days


def _distances(days: Sequence[date]) -> set[int]:
    visit = day_of_visit(days)
    return {(day - visit).days for day in days} - {0}


def _score(distances: set[int], seen: Seen) -> float:
    score = 0.0
    for far in distances:
        if seen.birth and _within(far, seen.birth):
            score += AGE
        elif any(_within(far, other) for other in seen.others):
            score += TOLD
    return score


def _within(far: int, told: Window) -> bool:
    return told[0] <= far <= told[1]
