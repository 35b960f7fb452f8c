"""The written forms of a date in clinical texts."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import date

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

# Forms of a whole date. The first ones come up most; strftime is not used, for its words follow the locale.
FORMS: Sequence[Callable[[date], str]] = (
    lambda d: f"{d.month:02d}/{d.day:02d}/{d.year}",
    lambda d: f"{d.month}/{d.day}/{d.year}",
    lambda d: f"{d.month}/{d.day}/{d.year % 100:02d}",
    lambda d: d.isoformat(),
    lambda d: f"{MONTHS[d.month - 1]} {d.day}, {d.year}",
    lambda d: f"{d.day} {MONTHS[d.month - 1]} {d.year}",
    lambda d: f"{d.day:02d}-{MONTHS[d.month - 1][:3]}-{d.year}",
    lambda d: f"{MONTHS[d.month - 1][:3]} {d.day}, {d.year}",
    lambda d: long(d),
    lambda d: f"{d.day:02d}.{d.month:02d}.{d.year}",
    lambda d: f"{d.month:02d}-{d.day:02d}-{d.year}",
    lambda d: f"{d.day} {MONTHS[d.month - 1][:3]} {d.year}",
    lambda d: f"{d.year}/{d.month:02d}/{d.day:02d}",
    lambda d: f"{DAYS[d.weekday()]}, {MONTHS[d.month - 1]} {d.day}, {d.year}",
    lambda d: f"{MONTHS[d.month - 1][:3]}. {d.day} {d.year}",
)
COMMON = 10  # how many of the forms a whole document may be written in


def written(day: date, form: int, rng: random.Random) -> str:
    """A whole date, mostly in the form that the document keeps to (any whole number), at times in another."""
    return FORMS[form % COMMON](day) if rng.random() < 0.85 else rng.choice(FORMS)(day)


def short(day: date) -> str:
    """Month and day as 3/14."""
    return f"{day.month}/{day.day}"


def long(day: date) -> str:
    """As one says it: March 14th, 2023."""
    ending = "th" if 11 <= day.day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day.day % 10, "th")
    return f"{MONTHS[day.month - 1]} {day.day}{ending}, {day.year}"


def month(day: date) -> str:
    """The month's name."""
    return MONTHS[day.month - 1]
