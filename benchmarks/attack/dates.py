"""Days that stand in records, and what is said of them: births and visits."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

from benchmarks.attack.words import texts
from stages.records import Record

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DATE = re.compile(
    r"(?P<y>\d{4})-(?P<m>\d\d?)-(?P<d>\d\d?)|(?P<m2>\d\d?)/(?P<d2>\d\d?)/(?P<y2>\d{4}|\d\d)(?!\d)"
    r"|(?P<mon>[A-Z][a-z]{2})[a-z]*\.? (?P<d3>\d\d?)(?:st|nd|rd|th)?,? (?P<y3>\d{4})"
    r"|(?<![\d.])(?P<d5>\d\d?)\.(?P<m5>\d\d?)\.(?P<y5>\d{4})"
    r"|(?P<d4>\d\d?)[- ](?P<mon4>[A-Z][a-z]{2})[a-z]*[- ](?P<y4>\d{4})"
)
BORN = re.compile(r"(?i)\b(?:d\.?o\.?b\.?|born|birth(?:\s?date)?)\b[^\d\n]{0,20}")
VISIT = re.compile(
    r"(?i)\b(?:visit|seen|saw|service|encounter|admitted|admission|discharged?|arrived|date|recheck|review|again|f/u)\b"
    r"[^\d\n]{0,20}$"
)


def dates(records: Iterable[Record]) -> Iterator[date]:
    """Every day that stands in the records."""
    for text in texts(records):
        yield from (day for match in DATE.finditer(text) if (day := day_of(match)))


def by_visit(records: Iterable[Record]) -> list[list[date]]:
    """The days that stand in the records of each visit, as often as they stand there."""
    visits: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        visits[record.encounter or record.id].append(record)
    return [list(dates(each)) for each in visits.values()]


def day_of(match: re.Match[str]) -> date | None:
    """The day that a match of `DATE` tells; null where there is no such day."""
    part = {name.rstrip("2345"): value for name, value in match.groupdict().items() if value}
    try:
        month = MONTHS.index(part["mon"].lower()) + 1 if "mon" in part else int(part["m"])
        year = int(part["y"])
        return date(year if year > 99 else year + (1900 if year > 30 else 2000), month, int(part["d"]))
    except ValueError:
        return None
