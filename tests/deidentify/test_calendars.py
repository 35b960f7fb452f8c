from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from stages.deidentify.calendars import VisitCalendar, day_of_visit, offset_of, window
from stages.keys import Key

KEY = Key(b"a secret of the tests, 32 bytes and more")
VISITS = st.dates(date(1990, 1, 1), date(2023, 12, 31))
FAR = st.lists(st.integers(-36000, 1500), max_size=6)


def calendar(visit: date, far: list[int], unit: str = "v1") -> tuple[list[date], VisitCalendar]:
    days = [visit] * 8 + [visit + timedelta(days=days) for days in far]
    return days, VisitCalendar(KEY, unit, days, 3650)


def test_a_few_days_are_a_few_days_and_a_week_a_week() -> None:
    visit = date(2019, 5, 21)
    for far, least, most in ((0, 0, 0), (1, 1, 3), (-3, -3, -1), (4, 4, 10), (-14, -17, -11), (31, 25, 31)):
        first, last = window(visit, visit + timedelta(days=far))
        assert ((first - visit).days, (last - visit).days) == (least, most)


def test_no_interval_stays_to_the_day() -> None:
    visit = date(2019, 5, 21)
    for far in (2, 5, 14, 60, 200):
        day = visit + timedelta(days=far)
        found = (VisitCalendar(KEY, unit, [visit, visit, day], 3650) for unit in map(str, range(40)))
        assert len({(moved(day) - moved(visit)).days for moved in found}) > 1


@given(visit=VISITS, far=FAR)
def test_what_came_first_comes_first(visit: date, far: list[int]) -> None:
    days, moved = calendar(visit, far)
    assert [moved(day) for day in sorted(days)] == sorted(moved(day) for day in days)


@given(visit=VISITS, far=FAR)
def test_a_far_day_stays_as_far_as_it_is_told(visit: date, far: list[int]) -> None:
    days, moved = calendar(visit, far)
    for day in days:
        first, last = window(day_of_visit(days), day)
        assert first <= day <= last
        assert first <= moved(day) - timedelta(days=offset_of(KEY, "v1", 3650)) <= last


@given(birth=st.dates(date(1935, 1, 1), date(2000, 12, 31)), visit=st.dates(date(2010, 1, 1), date(2023, 12, 31)))
def test_the_age_on_the_day_of_the_visit_stays(birth: date, visit: date) -> None:
    first, last = window(visit, birth)

    def age(born: date) -> int:
        return visit.year - born.year - ((visit.month, visit.day) < (born.month, born.day))

    assert age(first) == age(birth) == age(last)
    assert (last - first).days >= 363


def test_the_day_of_birth_moves_against_the_visit() -> None:
    visit, birth = date(2019, 5, 21), date(1969, 7, 28)
    ages = set()
    for unit in map(str, range(40)):
        moved = VisitCalendar(KEY, unit, [visit, visit, birth], 3650)
        ages.add((moved(visit) - moved(birth)).days)
    assert len(ages) > 30


@given(visit=VISITS, far=st.lists(st.integers(-400, 400), max_size=4))
def test_no_day_keeps_its_distance_where_there_is_another(visit: date, far: list[int]) -> None:
    days, moved = calendar(visit, far)
    seen = day_of_visit(days)
    for day in set(days):
        first, last = window(seen, day)
        beside = {other for other in days if window(seen, other) == (first, last)}
        # Three days of a window of three have one order, and it is their own.
        if (last - first).days >= 6 >= 2 * len(beside):
            assert moved(day) - timedelta(days=offset_of(KEY, "v1", 3650)) != day


def test_visits_move_apart() -> None:
    visits = [VisitCalendar(KEY, unit, [date(2019, 5, 21)], 3650)(date(2019, 5, 21)) for unit in ("a", "b", "c", "d")]
    assert len(set(visits)) == 4


def test_the_day_of_the_visit_is_where_most_days_are() -> None:
    birth, visit = date(1969, 7, 28), date(2019, 5, 21)
    assert day_of_visit([birth, birth, visit, visit, visit + timedelta(days=21)]) == visit
