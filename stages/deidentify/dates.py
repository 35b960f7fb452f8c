"""Dates as people write them: found, parsed, shifted and written back in the same form.

A date is changed inside its own text: each part (day, month, year, weekday) is replaced where it stands, so separators,
order, case and padding stay. What is no possible date gives None, and its place is taken by a tag: moving look-alikes
(scores, fractions) would let an attacker solve the offset (Alexander & Beatty, JAMIA 2022, ocac147).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
WEEKDAYS = (
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
)  # fmt: skip
ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth",
    "twentieth", "twenty-first", "twenty-second", "twenty-third", "twenty-fourth", "twenty-fifth", "twenty-sixth",
    "twenty-seventh", "twenty-eighth", "twenty-ninth", "thirtieth", "thirty-first",
)  # fmt: skip
UNITS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
TENS = (
    "zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
)  # fmt: skip

_MON = r"(?P<mon>" + "|".join(f"{m[:3]}(?:{m[3:]})?" if m != "may" else "may" for m in MONTHS) + r"|sept)\b\.?"
_DAY = r"(?P<d>0?[1-9]|[12]\d|3[01])(?P<ord>st|nd|rd|th)?\b"
_DAYWORD = r"(?P<dw>" + "|".join(o.replace("-", "[- ]") for o in sorted(ORDINALS, key=len, reverse=True)) + r")\b"
_YEAR = r"(?P<y>(?:18|19|20)\d\d|['’]\d\d)\b"
_YEARWORD = (
    r"(?P<yw>(?:two thousand(?: and)?|nineteen|twenty)"
    r"(?:[- ](?:" + "|".join([*TENS[1:], *UNITS[1:]]) + r")){0,2})\b"
)
_WEEKDAY = r"(?:(?P<wd>" + "|".join(f"{w[:3]}(?:{w[3:]})?|{w[:4]}" for w in WEEKDAYS) + r")\b[.,]?\s+(?:the\s+)?)?"
_TIME = r"(?:[T ]?\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?)?"

# Forms that are dates wherever they stand.
CERTAIN = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        r"(?<![\d./-])(?P<y>(?:18|19|20)\d\d)(?P<sep> ?[-/.] ?)(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2})(?!\d)" + _TIME,
        r"(?<![\d-])(?<!\d[./])" + _WEEKDAY + r"(?P<a>\d{1,2})(?P<sep> ?[-/.] ?)(?P<b>\d{1,2})(?P=sep)"
        r"(?P<y>(?:18|19|20)\d\d|\d\d)(?![\d/]|[.-]\d)",
        rf"\b{_WEEKDAY}{_MON}[ \t\n-]*{_DAY}(?:(?:\s*,\s*|\s+|-)(?:of\s+)?(?:{_YEAR}|{_YEARWORD}))?",
        rf"(?<![\d.,/-]){_WEEKDAY}{_DAY}[ \t\n./-]*(?:day\s+)?(?:of\s+)?{_MON}(?:[\s,./-]*(?:{_YEAR}|{_YEARWORD}))?",
        rf"(?<![\d.,/-])(?P<d>0[1-9]|[12]\d|3[01])(?P<mon>{'|'.join(m[:3] for m in MONTHS)})(?P<y>(?:19|20)?\d\d)\b",
        rf"\b{_WEEKDAY}{_MON}\s+(?:the\s+)?{_DAYWORD}(?:\s*,?\s+(?:{_YEAR}|{_YEARWORD}))?",
        rf"\b{_WEEKDAY}{_DAYWORD}\s+(?:day\s+)?(?:of\s+)?{_MON}(?:\s*,?\s+(?:{_YEAR}|{_YEARWORD}))?",
        rf"\b{_MON},?\s+(?:of\s+)?{_YEAR}",
        rf"\b{_MON}\s+(?:of\s+)?{_YEARWORD}",
    )
)
# Forms that need the words around them to be dates.
PARTIAL = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        r"(?P<a>0?[1-9]|[12]\d|3[01])(?P<sep>[/-])(?P<b>0?[1-9]|[12]\d|3[01])",
        r"(?P<m>0?[1-9]|1[0-2])/(?P<y>(?:19|20)\d\d)",
        r"(?P<y>(?:19|20)\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])",
        r"(?P<mon>" + "|".join(MONTHS) + r"|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\.?",
    )
)

Order = Literal["month", "day", "unknown"]


@dataclass(frozen=True, slots=True)
class Written:
    """A date as it stands in a text: the match of its form, the day that it means and what of it is written."""

    match: re.Match[str]
    day: date
    parts: frozenset[str]
    month_first: bool = True


def parse(text: str, anchor: int, order: Order = "month") -> Written | None:
    """The date that the whole text is; None where it is no form of a date, no day of the calendar, or doubtful.

    `anchor` is the year of dates without one, and the latest that a year of two digits means; `order` says which comes
    first in 03/04/2023. A month without a day means its middle.
    """
    for form in (*CERTAIN, *PARTIAL):
        if match := form.fullmatch(text):
            return _read(match, anchor, order)
    return None


def rewritten(written: Written, new: date) -> str:
    """The text of the date with another day in it, in its own form."""
    match = written.match
    fresh = {name: _part(name, written, new) for name in written.parts if name != "sep"}
    text, end = "", match.start()
    for name in sorted(fresh, key=match.start):
        text += match.string[end : match.start(name)] + fresh[name]
        end = match.end(name)
    return text + match.string[end : match.end()]


def year_of(written: Written) -> str | None:
    """The year alone, in four digits; None where none is written."""
    return str(written.day.year) if written.parts & {"y", "yw"} else None


def order_of(texts: Iterable[str]) -> Order:
    """Which part comes first in a patient's dates with slashes: from those that can be read in one way only."""
    first, second = False, False
    for text in texts:
        if match := CERTAIN[1].fullmatch(text):
            if "." in match["sep"]:
                continue
            first |= int(match["a"]) > 12
            second |= int(match["b"]) > 12
    return "unknown" if first and second else "day" if first else "month"


def _read(match: re.Match[str], anchor: int, order: Order) -> Written | None:
    found = {name: value for name, value in match.groupdict().items() if value}
    year = _year(found, anchor)
    month, day, month_first = _month_and_day(found, order)
    if year is None or month is None:
        return None
    try:
        when = date(year, month, day or 15)
    except ValueError:
        return None
    if not 1880 <= year <= anchor + 20:
        return None
    return Written(match, when, frozenset(found), month_first)


def _year(found: dict[str, str], anchor: int) -> int | None:
    if "yw" in found:
        return _year_in_words(found["yw"])
    if "y" not in found:
        return anchor
    digits = found["y"].strip("'’")
    if len(digits) == 4:
        return int(digits)
    # Two digits mean the latest year that is not far ahead: records tell of what was.
    century = (anchor + 2) // 100 * 100 + int(digits)
    return century if century <= anchor + 2 else century - 100


def _month_and_day(found: dict[str, str], order: Order) -> tuple[int | None, int | None, bool]:
    if "mon" in found:
        month = next(n for n, name in enumerate(MONTHS, 1) if name.startswith(found["mon"].lower()[:3]))
        if "dw" in found:
            return month, ORDINALS.index(found["dw"].lower().replace(" ", "-")) + 1, True
        return month, int(found["d"]) if "d" in found else None, True
    if "m" in found:
        return int(found["m"]), int(found["d"]) if "d" in found else None, True
    a, b = int(found["a"]), int(found["b"])
    # Dots are written where the day comes first; with other marks the patient's own dates say what does.
    day_first = a > 12 or (b <= 12 and ("." in found["sep"] or order == "day"))
    if order == "unknown" and "." not in found["sep"] and a <= 12 and b <= 12 and a != b:
        return None, None, True
    return (b, a, False) if day_first else (a, b, True)


def _part(name: str, written: Written, new: date) -> str:
    match, was = written.match, written.match[name]
    match name:
        case "y":
            digits = was.lstrip("'’")
            return was[: len(was) - len(digits)] + (f"{new.year:04d}" if len(digits) == 4 else f"{new.year % 100:02d}")
        case "yw":
            return _cased(_words_of_year(new.year, "and" in was.lower().split()), was)
        case "mon":
            name_of = MONTHS[new.month - 1]
            # May is its own short form: 01-May-2000 and "May." show which it is.
            beside = match.string[match.start(name) - 1 : match.start(name)] + match.string[match.end(name) :][:1]
            short = len(was) <= 4 and (was.lower() not in MONTHS or bool(re.search(r"[-.\d]", beside)))
            return _cased(name_of[:3] if short else name_of, was)
        case "wd":
            name_of = WEEKDAYS[new.weekday()]
            return _cased(name_of if was.lower() in WEEKDAYS else name_of[:3], was)
        case "ord":
            return _cased("th" if 11 <= new.day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(new.day % 10, "th"), was)
        case "dw":
            word = ORDINALS[new.day - 1]
            return _cased(word if "-" in was or " " not in was else word.replace("-", " "), was)
    value = new.month if name == "m" or name == ("a" if written.month_first else "b") else new.day
    return f"{value:02d}" if _padded(match) else str(value)


def _padded(match: re.Match[str]) -> bool:
    found = {name: value for name, value in match.groupdict().items() if value and name in ("a", "b", "m", "d", "mon")}
    numbers = [value for name, value in found.items() if name != "mon"]
    if any(number.startswith("0") for number in numbers):
        return True
    if "mon" in found:
        # 14-Mar-2023 and 14Mar2023 are written by machines, which pad; 14 March 2023 is not.
        return (
            bool(numbers)
            and all(len(n) == 2 for n in numbers)
            and match.string[match.end("d") : match.end("d") + 1] in ("-", ".", "/", *"JFMASOND")
        )
    return len(numbers) > 1 and all(len(number) == 2 for number in numbers)


def _cased(word: str, like: str) -> str:
    if like.isupper():
        return word.upper()
    return word[:1].upper() + word[1:] if like[:1].isupper() else word


def _year_in_words(words: str) -> int | None:
    parts = [word for word in re.split(r"[- ]", words.lower()) if word != "and"]
    if parts[:2] == ["two", "thousand"]:
        base, rest = 2000, parts[2:]
    else:
        base, rest = {"nineteen": 1900, "twenty": 2000}[parts[0]], parts[1:]
        if not rest:
            return None
    value = 0
    for word in rest:
        value += TENS.index(word) * 10 if word in TENS[1:] else UNITS.index(word)
    return base + value if value < 100 else None


def _words_of_year(year: int, joined: bool) -> str:
    century, rest = divmod(year, 100)
    small = UNITS[rest] if rest < 20 else TENS[rest // 10] + (f"-{UNITS[rest % 10]}" if rest % 10 else "")
    if century == 20:
        return "two thousand" + ((" and " if joined else " ") + small if rest else "")
    return f"nineteen {small}" if rest else "nineteen hundred"
