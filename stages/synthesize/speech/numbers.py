"""Numbers in American English words, as clinicians say them."""

from __future__ import annotations

ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
ORDINALS = {"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth"}
ORDINALS |= {"twelve": "twelfth"}
MOST = 9_999


def cardinal(number: str) -> str:
    """ "54" -> "fifty-four", "2.5" -> "two point five"; raises `ValueError` above 9,999."""
    whole, _, decimals = number.partition(".")
    return " ".join((_whole(int(whole)), *(("point", *(ONES[int(digit)] for digit in decimals)) if decimals else ())))


def ordinal(number: int) -> str:
    """21 -> "twenty-first"."""
    rest, hyphen, last = _whole(number).rpartition("-")
    ending = ORDINALS.get(last) or (f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th")
    return f"{rest}{hyphen}{ending}"


def year(number: int) -> str:
    """As years are said: 1962 and 2019 in two halves, 2005 whole."""
    century, rest = divmod(number, 100)
    if century % 10 == 0 and rest < 10:
        return _whole(number)
    last = "hundred" if rest == 0 else f"oh {ONES[rest]}" if rest < 10 else _whole(rest)
    return f"{_whole(century)} {last}"


def _whole(number: int) -> str:
    if number > MOST:
        raise ValueError(f"{number}: numbers to {MOST} are said in words")
    if number < 20:
        return ONES[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return TENS[tens] + (f"-{ONES[ones]}" if ones else "")
    size, name = (1000, "thousand") if number >= 1000 else (100, "hundred")
    first, rest = divmod(number, size)
    return f"{_whole(first)} {name}" + (f" {_whole(rest)}" if rest else "")
