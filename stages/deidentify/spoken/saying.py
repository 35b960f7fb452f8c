"""How a written word is said, where a synthesizer reads it otherwise than people do.

Only its length matters here: the word is sought between words that are surely said as they are written.
"""

from __future__ import annotations

import re

from stages.deidentify.dates import MONTHS

_SAID = {
    "dr": "doctor", "mr": "mister", "mrs": "missus", "ms": "miz", "prof": "professor", "st": "saint",
    "mg": "milligrams", "mcg": "micrograms", "ml": "milliliters", "kg": "kilograms", "cm": "centimeters",
    "mm": "millimeters",
    "&": "and", "%": "percent", "@": "at", "+": "plus", "#": "number", "_": "underscore", "/": "slash",
}  # fmt: skip
_OUTSIDE = re.compile(r"^[^\w@#&+%]+|[^\w@#&+%]+$")
_DATE = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-]((?:18|19|20)\d\d|\d\d)")
_ISO = re.compile(r"((?:18|19|20)\d\d)[/.-](\d{1,2})[/.-](\d{1,2})")
_YEAR = re.compile(r"(?:1[89]|20)\d\d")
_MEASURE = re.compile(r"[1-9]\d{0,2}(?:\.\d+)?|0\.\d+|[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d{3}")
_AMOUNT = re.compile(r"(\d[\d.,]*)([a-zA-Zµ%]{1,3})")
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)")
_RATIO = re.compile(r"(\d{1,3})/(\d{1,3})")
_PHONE = re.compile(r"[\d().-]+(?<!\d\.)(?<=\d{4})")
_ORDINAL = re.compile(r"\d{1,2}(?:st|nd|rd|th)", re.IGNORECASE)


def said(word: str) -> str:
    """What is said for a word as it is written: "555-0142" -> "5 5 5 oh 1 4 2"; never empty for what holds a letter or
    digit."""
    plain = _OUTSIDE.sub("", word)
    if not any(map(str.isdigit, plain)):
        return _letters(plain, word)
    if match := _DATE.fullmatch(plain):
        return _date(match[3], match[1], match[2])
    if match := _ISO.fullmatch(plain):
        return _date(match[1], match[2], match[3])
    if match := _RATIO.fullmatch(plain):
        return f"{match[1]} over {match[2]}"
    if match := _CLOCK.fullmatch(plain):
        return f"{match[1]} {match[2]}"
    if word.startswith("(") and len(plain) == 3:
        return _signs(plain)
    if _YEAR.fullmatch(plain):
        return _year(plain)
    if _ORDINAL.fullmatch(plain) or _MEASURE.fullmatch(plain):
        return plain
    if match := _AMOUNT.fullmatch(plain):
        return f"{match[1]} {_SAID.get(match[2].casefold(), match[2])}"
    return _signs(plain)


def _letters(plain: str, word: str) -> str:
    if found := _SAID.get(plain.casefold()):
        return found
    if "@" in plain or re.search(r"\w\.\w{2,}", plain):
        return _signs(plain)
    # A synthesizer ends its sentence at a full stop within a word.
    return re.sub(r"[^\w'’-]+", " ", plain).strip() or word


def _date(year: str, first: str, second: str) -> str:
    month, day = (first, second) if int(first) <= 12 else (second, first)
    named = MONTHS[int(month) - 1] if 1 <= int(month) <= 12 else str(int(month))
    return f"{named} {int(day)} {_year(year)}"


def _year(digits: str) -> str:
    """In two halves, as 19 62; but two thousand five."""
    if len(digits) < 4 or digits.startswith("200"):
        return digits
    century, rest = digits[:2], digits[2:]
    return f"{century} hundred" if rest == "00" else f"{century} {rest.replace('0', 'oh ') if rest < '10' else rest}"


def _signs(plain: str) -> str:
    """Letters and digits one by one, names of signs between them; runs of small letters as the words that they are."""
    pieces = re.findall(r"[a-z]{3,}|[A-Z][a-z]{2,}|\w|[^\w\s]", plain)
    # The full stops of a telephone number are not said, those of an address are.
    named = {".": "" if _PHONE.fullmatch(plain) else "dot", "-": "", "0": "oh"}
    return " ".join(filter(None, (named.get(piece, _SAID.get(piece, piece)) for piece in pieces))) or plain
