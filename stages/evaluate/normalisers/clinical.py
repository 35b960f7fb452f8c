"""`clinical-1`: says the same thing in the same words, and never makes two findings one.

Signs, `<` and `>`, units, sides and types stay. Folded is what says nothing: case, punctuation, dashes, apostrophes,
number words (`twenty-five`, `point five milligrams`), spellings of units (`milligrams`, `mcg`, `cc`), `II` and `2` of a
type, `p.o.` and `po`. Made for word error rates of speech, where a number is said in words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from stages import cues
from stages.evaluate.tokens import dose_safe

_SPELLED = str.maketrans(
    {
        "\u00bd": " 1/2 ",
        "\u00bc": " 1/4 ",
        "\u00be": " 3/4 ",
        "\u2153": " 1/3 ",
        "\u2154": " 2/3 ",
        "\u00b0": " degrees ",
    }
)
_INITIALS = re.compile(r"(?<![\w.])(?:[^\W\d_]\.){2,}")
_SPACED_PERCENT = re.compile(r"(?<=\d)\s+%")
_PLAIN = re.compile(r"\d+(?:\.\d+)?")
_NUMBER = re.compile(r"[-+]?\d")
_NUMBER_WORDS = {word: int(said) for word, said in cues.NUMBER_WORDS.items() if said.isdigit() and word != "dozen"}
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8"}
_GRADED = frozenset({"type", "types", "stage", "grade", "class", "phase"})
_SIDES = {"lt": "left", "rt": "right"}
# After these a leading "point" is a decimal; after days or weeks it may as well be a point in time.
_OF_DOSES = frozenset({"mg", "mcg", "g", "kg", "ng", "ml", "dl", "l", "unit", "%", "mmol", "meq", "cm", "mm"})
_JOINED = {"to": "-", "over": "/"}


def clinical(text: str) -> str:
    """Normalise a text; to normalise what was normalised changes nothing.

    >>> clinical("Take two point five milligrams p.o. for type II; BP one hundred twenty over eighty, BNP < 100")
    'take 2.5 mg po for type 2 bp 120/80 bnp < 100'
    """
    plain = unicodedata.normalize("NFC", text).translate(_SPELLED)
    plain = _INITIALS.sub(lambda match: match.group().replace(".", ""), plain)
    tokens = list(dose_safe(_SPACED_PERCENT.sub("%", plain)))
    return " ".join(_units(_joined(_types(_cardinals(tokens)))))


def _cardinals(tokens: Sequence[str]) -> list[str]:
    """Number words to digits; digits that are said after a point stay apart: `two point two five` is `2 point 2 5`."""
    found: list[str] = []
    i = 0
    while i < len(tokens):
        if tokens[i] not in _NUMBER_WORDS:
            found.append(tokens[i])
            i += 1
            continue
        value, i = _cardinal(tokens, i)
        found.append(str(value))
    return found


def _cardinal(tokens: Sequence[str], i: int) -> tuple[int, int]:
    """The number that begins at a number word, and the place after it."""
    total, current = 0, _NUMBER_WORDS[tokens[i]]
    i += 1
    while i < len(tokens):
        # "one hundred and five"
        skip = tokens[i] == "and" and current >= 100 and current % 100 == 0 and i + 1 < len(tokens)
        value = _NUMBER_WORDS.get(tokens[i + skip])
        if value is None:
            break
        if value == 100 and not skip and 0 < current < 10:
            current *= 100
        elif value == 1000 and not skip and 0 < current < 1000:
            total, current = total + current * 1000, 0
        elif 0 < value < 100 and _adds(current, value, total):
            current += value
        else:
            break
        i += 1 + skip
    return total + current, i


def _adds(current: int, value: int, total: int) -> bool:
    """Whether a number below 100 goes on from what was said: `twenty five`, `hundred ten`, `thousand nineteen`."""
    if current == 0:
        return total > 0
    return current % 100 == 0 or (value < 10 and current % 100 >= 20 and current % 10 == 0)


def _types(tokens: Sequence[str]) -> list[str]:
    before = ("", *tokens)
    return [_ROMAN.get(token, token) if last in _GRADED else token for last, token in zip(before, tokens, strict=False)]


def _joined(tokens: Sequence[str]) -> list[str]:
    """Numbers that are said in several words: decimals, ranges, pressures, signs, percentages."""
    found: list[str] = []
    i = 0
    while i < len(tokens):
        word = tokens[i]
        following = tokens[i + 1] if i + 1 < len(tokens) else ""
        if word == "minus" and _PLAIN.fullmatch(following):
            found.append(f"-{following}")
            i += 2
        elif word == "point" and (digits := _digits(tokens, i + 1)) and found and found[-1].isdigit():
            found[-1] = _decimal(found[-1], digits)
            i += 1 + len(digits)
        elif word == "point" and digits and _of_a_dose(tokens, i + 1 + len(digits)):
            found.append(_decimal("0", digits))
            i += 1 + len(digits)
        elif word in ("to", "over") and found and _PLAIN.fullmatch(found[-1]) and _PLAIN.fullmatch(following):
            found[-1] = f"{found[-1]}{_JOINED[word]}{following}"
            i += 2
        elif found and _PLAIN.fullmatch(found[-1]) and cues.UNITS.get(word) == "%":
            found[-1] += "%"
            i += 1
        else:
            found.append(word)
            i += 1
    return found


def _digits(tokens: Sequence[str], start: int) -> Sequence[str]:
    """What is said after a point: single digits in a row, or one longer number."""
    end = start
    while end < len(tokens) and tokens[end].isdigit() and (len(tokens[end]) == 1 or end == start):
        end += 1
        if len(tokens[start]) > 1:
            break
    return tokens[start:end]


def _decimal(whole: str, digits: Sequence[str]) -> str:
    return f"{whole}.{''.join(digits)}".rstrip("0").rstrip(".")


def _of_a_dose(tokens: Sequence[str], i: int) -> bool:
    return i < len(tokens) and cues.UNITS.get(tokens[i]) in _OF_DOSES


def _units(tokens: Sequence[str]) -> list[str]:
    """One spelling of each unit, after a number, after another unit or where it can be nothing else; sides in full."""
    found: list[str] = []
    measured = False
    for i, word in enumerate(tokens):
        following = tokens[i + 1] if i + 1 < len(tokens) else ""
        if measured and word == "per" and following in cues.UNITS and _NUMBER.match(tokens[i - 1]) is None:
            continue
        unit = cues.UNITS.get(word) if measured or word in cues.LONE_UNITS else None
        measured = unit is not None or _NUMBER.match(word) is not None
        found.append(_spelling(word, unit))
    return found


def _spelling(word: str, unit: str | None) -> str:
    # The tokenizer drops a degree sign, and a percent sign that stands alone.
    if unit is None or unit == "%":
        return _SIDES.get(word, word)
    return "degrees" if unit == "\u00b0" else unit
