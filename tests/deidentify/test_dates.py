from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.deidentify.dates import MONTHS, ORDINALS, WEEKDAYS, Written, order_of, parse, rewritten, year_of

DAYS = st.dates(date(1935, 1, 1), date(2022, 12, 31))
SHIFTS = st.integers(-365, 365).filter(bool)
ANCHOR = 2024


def shifted(written: Written, days: int) -> str:
    return rewritten(written, written.day + timedelta(days=days))


def ordinal(day: int) -> str:
    return "th" if 11 <= day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def month(day: date) -> str:
    return MONTHS[day.month - 1].capitalize()


FORMS = {
    "padded": lambda d: f"{d.month:02d}/{d.day:02d}/{d.year}",
    "iso": lambda d: d.isoformat(),
    "slashes from the year": lambda d: f"{d.year}/{d.month:02d}/{d.day:02d}",
    "hyphens": lambda d: f"{d.month:02d}-{d.day:02d}-{d.year}",
    "dots, day first": lambda d: f"{d.day:02d}.{d.month:02d}.{d.year}",
    "in words": lambda d: f"{month(d)} {d.day}, {d.year}",
    "in capitals": lambda d: f"{month(d).upper()} {d.day}, {d.year}",
    "as said": lambda d: f"{month(d)} {d.day}{ordinal(d.day)}, {d.year}",
    "day first in words": lambda d: f"{d.day} {month(d)} {d.year}",
    "short month": lambda d: f"{d.day:02d}-{month(d)[:3]}-{d.year}",
    "short month with a dot": lambda d: f"{month(d)[:3]}. {d.day} {d.year}",
    "with its weekday": lambda d: f"{WEEKDAYS[d.weekday()].capitalize()}, {month(d)} {d.day}, {d.year}",
    "in ordinal words": lambda d: f"{month(d)} {ORDINALS[d.day - 1]}, {d.year}",
    "day of month": lambda d: f"the {d.day}{ordinal(d.day)} of {month(d)} {d.year}".removeprefix("the "),
}


@pytest.mark.parametrize("form", FORMS)
@given(day=DAYS, days=SHIFTS)
def test_a_shifted_date_is_the_later_day_in_the_same_form(form: str, day: date, days: int) -> None:
    written = parse(FORMS[form](day), ANCHOR)
    assert written is not None
    assert written.day == day
    assert shifted(written, days) == FORMS[form](day + timedelta(days=days))


@given(
    first=DAYS,
    second=DAYS,
    days=SHIFTS,
    forms=st.tuples(st.sampled_from(sorted(FORMS)), st.sampled_from(sorted(FORMS))),
)
def test_the_days_between_two_dates_stay(first: date, second: date, days: int, forms: tuple[str, str]) -> None:
    moved = []
    for day, form in zip((first, second), forms, strict=True):
        old = parse(FORMS[form](day), ANCHOR)
        assert old is not None
        new = parse(shifted(old, days), ANCHOR)
        assert new is not None
        moved.append(new.day)
    assert moved[1] - moved[0] == second - first


@given(day=st.dates(date(1970, 1, 1), date(2022, 12, 31)), days=SHIFTS)
def test_two_digit_years_stay_two_digits(day: date, days: int) -> None:
    written = parse(f"{day.month}/{day.day}/{day.year % 100:02d}", ANCHOR)
    assert written is not None
    assert written.day == day
    new = day + timedelta(days=days)
    assert shifted(written, days).split("/")[2] == f"{new.year % 100:02d}"


@pytest.mark.parametrize(
    "text",
    ["13/45/2023", "02/30/2023", "February 30, 2021", "2023-13-01", "31 April 2020", "hello", "120/80", "1/1/1700"],
)
def test_what_is_no_day_of_the_calendar_is_not_read(text: str) -> None:
    assert parse(text, ANCHOR) is None


@pytest.mark.parametrize(
    ("text", "moved"),
    [
        ("3/14", "3/24"),
        ("03/05", "03/15"),
        ("March", "March"),
        ("March 2023", "March 2023"),
        ("25 March '23", "4 April '23"),
        ("March fourteenth, two thousand twenty-three", "March twenty-fourth, two thousand twenty-three"),
        ("December twenty-fifth, nineteen ninety-nine", "January fourth, two thousand"),
        ("2023-03-14T10:30:00Z", "2023-03-24T10:30:00Z"),
        ("14Mar2023", "24Mar2023"),
        ("20230325", "20230404"),
    ],
)
def test_partial_and_rare_forms_keep_their_form(text: str, moved: str) -> None:
    written = parse(text, 2023)
    assert written is not None
    assert shifted(written, 10) == moved


def test_the_patients_own_dates_say_whether_the_day_comes_first() -> None:
    assert order_of(["03/04/2023", "25/12/2022"]) == "day"
    assert order_of(["03/04/2023", "12/25/2022"]) == "month"
    assert order_of(["25/12/2022", "12/25/2022"]) == "unknown"
    day_first = parse("03/04/2023", ANCHOR, "day")
    assert day_first is not None
    assert (day_first.day, shifted(day_first, 1)) == (date(2023, 4, 3), "04/04/2023")


def test_a_date_that_could_be_two_is_not_read() -> None:
    assert parse("03/04/2023", ANCHOR, "unknown") is None
    assert parse("25/12/2023", ANCHOR, "unknown") is not None


@pytest.mark.parametrize(
    ("text", "year"), [("3/14/58", "1958"), ("March 3rd, 2020", "2020"), ("3/14", None), ("March", None)]
)
def test_the_year_alone(text: str, year: str | None) -> None:
    written = parse(text, ANCHOR)
    assert written is not None
    assert year_of(written) == year
