"""Attacks by dates: the days between two visits, the days on which somebody was seen, births and ages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from benchmarks.attack.dates import BORN, DATE, VISIT, by_visit, dates, day_of
from benchmarks.attack.people import Person, Texts
from benchmarks.attack.words import texts

LEAST_VISITS = 3  # days of a list that must fit one offset over all records of a patient
LEAST_IN_VISIT = 2  # the same within the records of one visit


def intervals(groups: Texts, people: Sequence[Person], most_days: int) -> Iterator[tuple[str, set[str]]]:
    """The offset under which most days of a known list of visits stand in the records."""
    for group, records in groups.items():
        there = {day.toordinal() for day in dates(records)}
        fits = {person.id: _fit(there, person.visits, most_days) for person in people}
        most = max(fits.values(), default=0)
        yield group, {person for person, fit in fits.items() if fit == most >= LEAST_VISITS}


def intervals_in_a_visit(groups: Texts, people: Sequence[Person], most_days: int) -> Iterator[tuple[str, set[str]]]:
    """The same in each visit for itself, the birth date known too: who fits the most days over all visits."""
    for group, records in groups.items():
        votes: Counter[str] = Counter()
        for days in by_visit(records):
            there = {day.toordinal() for day in days}
            for person in people:
                known = (*person.visits, *([person.birth] if person.birth else []))
                fit = _fit(there, known, most_days)
                votes[person.id] += fit if fit >= LEAST_IN_VISIT else 0
        most = max(votes.values(), default=0)
        yield group, {person for person, number in votes.items() if number == most > 0}


def visit_windows(groups: Texts, people: Sequence[Person], most_days: int) -> Iterator[tuple[str, set[str]]]:
    """Who was seen, for each visit that the records tell, on a day that a shift may have moved there."""
    for group, records in groups.items():
        told = [
            day
            for text in texts(records)
            for match in DATE.finditer(text)
            if VISIT.search(text[max(0, match.start() - 30) : match.start()])
            and not BORN.search(text[max(0, match.start() - 30) : match.start()])
            and (day := day_of(match))
        ]
        yield (
            group,
            {
                person.id
                for person in people
                if told
                and person.visits
                and all(min(abs((day - v).days) for v in person.visits) <= most_days for day in told)
            },
        )


def birth_windows(groups: Texts, people: Sequence[Person], most_days: int) -> Iterator[tuple[str, set[str]]]:
    """Who was born near the birth date, or in the birth year, that the records tell: candidates, not yet a person."""
    for group, records in groups.items():
        told = [text[match.end() : match.end() + 30] for text in texts(records) for match in BORN.finditer(text)]
        days = [day for tail in told if (match := DATE.match(tail)) and (day := day_of(match))]
        years = [int(match[1]) for tail in told if (match := re.match(r"((?:19|20)\d\d)(?!\S*\d)", tail))]
        near = {p.id for p in people if p.birth and any(abs((day - p.birth).days) <= most_days for day in days)}
        yield group, near or {p.id for p in people if p.birth and p.birth.year in years}


def _fit(there: set[int], known: Iterable[date], most_days: int) -> int:
    """How many known days stand among those that are there, under the offset that fits best."""
    days = {day.toordinal() for day in known}
    offsets = Counter(one - day for one in there for day in days if abs(one - day) <= most_days)
    return max(offsets.values(), default=0)
