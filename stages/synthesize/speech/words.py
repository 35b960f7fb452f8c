"""What a transcript writes, and what is said for it.

Facts are written in words as they are said ("five hundred milligrams"): that is what a speech model is to learn.
Identifiers are written as a scribe writes them ("555-0142", "March 14th, 1962"), the form in which they are sought in
any other text; what is said for them stands here. A medical term keeps its number ("type 2 diabetes").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from stages.synthesize.fill import Filled, Piece, from_pieces
from stages.synthesize.speech.numbers import cardinal, ordinal, year

UNITS = {
    "kg": "kilograms",
    "mg": "milligrams",
    "mcg": "micrograms",
    "g": "grams",
    "ml": "milliliters",
    "mL": "milliliters",
}
TITLES = {"Dr.": "Doctor", "Mr.": "Mister", "Mrs.": "Missus", "Ms.": "Miz", "St.": "Saint", "Apt.": "Apartment"}
SIGNS = {"@": "at", ".": "dot", "_": "underscore", "/": "slash", "&": "and", "+": "plus", "#": "number"}
BY_DIGITS = {
    "MRN",
    "ACCOUNT",
    "OTHER_ID",
    "HEALTH_PLAN",
    "LICENSE",
    "SSN",
    "PHONE",
    "FAX",
    "DEVICE",
    "VEHICLE",
    "BIOMETRIC",
}
BY_SIGNS = {"EMAIL", "URL", "IP"}

_AMOUNT = re.compile(rf"\b(\d+(?:\.\d+)?) ({'|'.join(UNITS)})\b")
_PERCENT = re.compile(r"(?<=\d)%")
_NUMBER = re.compile(r"(?<!type )(?<![\w.,-])\d{1,4}(?:\.\d+)?(?![\w.,]*\d)(?!\w)")
_TITLE = re.compile("|".join(map(re.escape, TITLES)))
_DATE = re.compile(r"(\d{1,2})(st|nd|rd|th), (\d{4})")
_FEWEST_BY_DIGITS = 3  # a house number of so many digits is said digit by digit


@dataclass(frozen=True, slots=True)
class Said:
    """What is said for a text: words alone, and (start, end, label) of the identifiers among them, in code points."""

    text: str
    spans: tuple[tuple[int, int, str], ...]


def transcript(filled: Filled) -> Filled:
    """The text as a transcript writes it: facts in words, identifiers as they are."""
    return from_pieces((value if label else in_words(value), label) for value, label in pieces(filled))


def said(filled: Filled) -> Said:
    """What is said for a transcript's text."""
    spoken = from_pieces(
        (_identifier(value, label) if label else _plain(value), label) for value, label in pieces(filled)
    )
    return Said(spoken.text, tuple((span.start, span.end, span.label) for span in spoken.spans))


def pieces(filled: Filled) -> Iterator[Piece]:
    """The stretches between the identifiers and the identifiers with their labels, in order."""
    at = 0
    for span in filled.spans:
        yield filled.text[at : span.start], None
        yield filled.text[span.start : span.end], span.label
        at = span.end
    yield filled.text[at:], None


def in_words(text: str) -> str:
    """Numbers and units of a text in words: "54-year-old" -> "fifty-four year old", "5 mg" -> "five milligrams"."""
    text = _PERCENT.sub(" percent", text.replace("-year-old", " year old"))
    text = _AMOUNT.sub(lambda found: f"{found[1]} {_unit(found[1], found[2])}", text)
    return _NUMBER.sub(lambda found: cardinal(found[0]), text)


def _unit(amount: str, unit: str) -> str:
    return UNITS[unit].removesuffix("s") if amount == "1" else UNITS[unit]


def _plain(text: str) -> str:
    return in_words(_TITLE.sub(lambda found: TITLES[found[0]], text))


def _identifier(value: str, label: str) -> str:
    if label == "DATE":
        return _DATE.sub(lambda found: f"{ordinal(int(found[1]))} {year(int(found[3]))}", value)
    if label in BY_DIGITS:
        return _by_digits(value)
    if label in BY_SIGNS:
        return _by_signs(value)
    if label == "AGE":
        return in_words(value)
    named = _TITLE.sub(lambda found: TITLES[found[0]], value).replace("&", "and")
    named = re.sub(r"(?<=\d)-(?=\d)", ", ", named)
    return re.sub(r"\d+", lambda found: _house(found[0]), named)


def _by_digits(value: str) -> str:
    """Groups of letters and digits, each sign by its name, a short rest between the groups."""
    groups = re.findall(r"[A-Za-z]+|\d+", value)
    return ", ".join(" ".join(_sign(sign) for sign in group) for group in groups)


def _by_signs(value: str) -> str:
    parts = re.findall(r"[A-Za-z]+|\d|[^A-Za-z\d]", value)
    return " ".join(part if part.isalpha() else _sign(part) for part in parts if part.isalnum() or part in SIGNS)


def _sign(sign: str) -> str:
    if sign.isdigit():
        return "oh" if sign == "0" else cardinal(sign)
    return SIGNS.get(sign, sign.upper())


def _house(digits: str) -> str:
    return " ".join(map(_sign, digits)) if len(digits) >= _FEWEST_BY_DIGITS else cardinal(digits)
