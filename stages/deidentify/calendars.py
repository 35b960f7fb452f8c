"""Where the dates of a patient go: one offset for all of them, or for each visit one of its own.

The days between two dates tell a patient to whoever knows two or three visits, whatever the offset. So the calendar of
a visit keeps its dates in their order and no interval to the day: each is redrawn among the days that are as far from
the visit's day as people tell it: a few days, weeks up to three months, months up to a year, whole years beyond.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from math import ceil
from typing import Protocol

from stages.keys import Key

NEAR, WEEKS_UNTIL = 31, 94  # days
MONTH = 30.44  # days
ATTEMPTS = 50  # at days of which none keeps its own, of which a window of as many days has few or none


class Calendar(Protocol):
    """Where a day goes; the same day always to the same."""

    def __call__(self, day: date) -> date: ...


class PatientCalendar:
    """One offset for every date of a patient: every interval stays, and so does what it tells."""

    def __init__(self, key: Key, group: str, most_days: int) -> None:
        self._days = offset_of(key, group, most_days)

    def __call__(self, day: date) -> date:
        """The day moved by the patient's offset."""
        return day + timedelta(days=self._days)


class VisitCalendar:
    """An offset for one visit, and distances from its day as exact as people tell them.

    Args:
        unit: Id of the visit, or of the record where no visit is known.
        days: Every date of the visit's records, as often as it stands there.
    """

    def __init__(self, key: Key, unit: str, days: Sequence[date], most_days: int) -> None:
        self._key, self._unit = key, unit
        self._days = offset_of(key, unit, most_days)
        self._moved = self._redrawn(day_of_visit(days), set(days)) if days else {}

    def __call__(self, day: date) -> date:
        """Where a day goes; raises `KeyError` for one that is none of the visit's."""
        return self._moved[day]

    def _redrawn(self, visit: date, days: set[date]) -> dict[date, date]:
        moved: dict[date, date] = {}
        alike: dict[tuple[date, date], list[date]] = {}
        for day in days:
            alike.setdefault(window(visit, day), []).append(day)
        offset = timedelta(days=self._days)
        for (first, last), members in alike.items():
            moved |= {day: new + offset for day, new in self._laid(sorted(members), first, last)}
        return moved

    def _laid(self, members: Sequence[date], first: date, last: date) -> list[tuple[date, date]]:
        """The days with new ones from the first to the last in the same order, none its own but where few are left."""
        for attempt in range(ATTEMPTS):
            laid = list(zip(members, sorted(self._drawn(day, first, last, attempt) for day in members), strict=True))
            if all(day != new for day, new in laid):
                break
        return laid

    def _drawn(self, day: date, first: date, last: date, attempt: int) -> date:
        span = (last - first).days
        again = [str(attempt)] if attempt else []
        away = self._key.rng("date", self._unit, day.isoformat(), *again).randint(1, span) if span else 0
        return first + timedelta(days=((day - first).days + away) % (span + 1))


def offset_of(key: Key, unit: str, most_days: int) -> int:
    """The secret shift of a patient's or a visit's dates, in days: never 0, at most `most_days` either way."""
    rng = key.rng("offset", unit)
    return rng.choice((-1, 1)) * rng.randint(1, most_days)


def day_of_visit(days: Iterable[date]) -> date:
    """The day that most others lie near to: a note tells of its own time more than of any other."""
    often = Counter(days)
    near = {day: sum(times for other, times in often.items() if abs((other - day).days) <= NEAR) for day in often}
    return max(often, key=lambda day: (near[day], often[day], day))


def window(visit: date, day: date) -> tuple[date, date]:
    """The first and last day that are as far from the visit as the day is, told as people tell it."""
    far = (day - visit).days
    sign = 1 if far > 0 else -1
    if not far:
        return day, day
    if abs(far) <= WEEKS_UNTIL:
        weeks = round(abs(far) / 7)
        low, high = max(7 * weeks - 3, 1), min(7 * weeks + 3, WEEKS_UNTIL)
    elif years := _whole_years(visit, day):
        edges = (_anniversary(visit, sign * years), _anniversary(visit, sign * (years + 1)))
        return (edges[0], edges[1] - timedelta(days=1)) if far > 0 else (edges[1] + timedelta(days=1), edges[0])
    else:
        months = int(abs(far) / MONTH + 0.5)
        year = abs((_anniversary(visit, sign) - visit).days)
        low, high = max(ceil((months - 0.5) * MONTH), WEEKS_UNTIL + 1), min(ceil((months + 0.5) * MONTH), year) - 1
    edges = (visit + timedelta(days=sign * low), visit + timedelta(days=sign * high))
    return min(edges), max(edges)


def _whole_years(visit: date, day: date) -> int:
    """Birthdays between the two: the age on the day of the visit, where the day is one of birth."""
    years = day.year - visit.year
    if day > visit:
        return years - (_anniversary(visit, years) > day)
    return -years - (_anniversary(visit, years) < day)


def _anniversary(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)
