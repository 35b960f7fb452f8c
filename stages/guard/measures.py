"""Numbers with their comparators and units, and schedules: how much, how often and by which way."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stages import cues
from stages.guard.tokens import Item, Mark

_COMPARATORS = frozenset("<>≤≥±~")
_COUNTED = cues.NUMBER_WORDS | cues.ORDINALS
_DIGIT = re.compile(r"\.?\d|[½¼¾⅓⅔]")
_GRADE = re.compile(r"[a-z]|[ivx]{1,4}[a-d]?")


def schedules(items: list[Item], words: list[str], taken: bytearray) -> Iterator[Mark]:
    """Every schedule; its items are marked in `taken`."""
    i = 0
    while i < len(words):
        begins = words[i] in cues.SCHEDULE_STARTS and not (words[i] == "iv" and i and words[i - 1] in cues.GRADED)
        length, value = _schedule(words, i) if begins else (0, "")
        if length:
            yield Mark("schedules", value, items[i].start, items[i + length - 1].end)
            taken[i : i + length] = b"\1" * length
        i += length or 1


def quantities(text: str, items: list[Item], words: list[str], taken: bytearray) -> Iterator[Mark]:
    """Every number, its dose where a unit follows, and every unit; `taken` are the items of schedules."""
    for i, item in enumerate(items):
        if taken[i]:
            continue
        number = _number(words, i)
        if number is None:
            if item.word in cues.LONE_UNITS:
                yield Mark("units", cues.UNITS[item.word], item.start, item.end)
            continue
        start = item.start
        sign, told = _comparator(words, i)
        if told:
            number, start = sign + number, items[i - told].start
        elif text[start - 1 : start] in ("-", "−") and not text[max(0, start - 2) : start - 1].strip():
            number, start = "-" + number, start - 1
        number = re.sub(r"(?<=\d),(?=\d{3}\b)", "", number)
        yield Mark("numbers", number, start, item.end)
        unit, end = _unit(words, i + 1)
        if unit:
            yield Mark("doses", f"{number} {unit}", start, items[end - 1].end)
            for j in range(i + 1, end):
                if words[j] in cues.UNITS and words[j] not in cues.LONE_UNITS:
                    yield Mark("units", cues.UNITS[words[j]], items[j].start, items[j].end)


def _schedule(words: list[str], i: int) -> tuple[int, str]:
    """Length in words and meaning of the schedule that begins at a word; length 0 where none does."""
    # q6h, q 6 hours, every six hours
    if words[i] in ("q", "every") and i + 2 < len(words) and words[i + 2] in cues.UNITS:
        number = cues.NUMBER_WORDS.get(words[i + 1], words[i + 1])
        if number[0].isdigit():
            return 3, f"every {number} {cues.UNITS[words[i + 2]]}"
    for length in range(min(cues.LONGEST_SCHEDULE, len(words) - i), 0, -1):
        if (meaning := cues.SCHEDULES.get(tuple(words[i : i + length]))) is not None:
            return length, meaning
    return 0, ""


def _number(words: list[str], i: int) -> str | None:
    """The number that a word is: in digits or in words, or a letter or Roman number after what is graded by them."""
    word = words[i]
    if _DIGIT.match(word):
        return f"0{word}" if word[0] == "." else word
    if i and words[i - 1] in cues.GRADED and _GRADE.fullmatch(word):
        return cues.ROMAN.get(word, word)
    if word == "second" and i and _DIGIT.match(words[i - 1]):
        return None
    return _COUNTED.get(word)


def _comparator(words: list[str], i: int) -> tuple[str, int]:
    """The comparator before a number and how many words it has: none, one or two."""
    if i and words[i - 1] in _COMPARATORS:
        return words[i - 1], 1
    for length in (2, 1):
        if i >= length and (sign := cues.COMPARATORS.get(tuple(words[i - length : i]))) is not None:
            return sign, length
    return "", 0


def _unit(words: list[str], i: int) -> tuple[str, int]:
    """The unit that begins at a word (`mg/kg per day`) and the place after it; an empty one where none does."""
    parts: list[str] = []
    while i < len(words) and words[i] in cues.UNITS:
        parts.append(cues.UNITS[words[i]])
        i += 1
        if i + 1 < len(words) and words[i] in ("/", "per") and words[i + 1] in cues.UNITS:
            i += 1
        else:
            break
    return "/".join(parts), i
