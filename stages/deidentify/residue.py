"""The second, independent look: does any identifier of the patient still stand in what would flow on?

It shares nothing with the finder but the list of values, and reads a text in its own way: without case, accents, marks
and breaks, with a word that is hyphenated over a line made whole. A hit means that a replacement went wrong, and the
record is quarantined.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from stages.deidentify.english import frequent
from stages.deidentify.labels import ADDRESSES, NAMES, NUMBERS, PLACES
from stages.records import Span

LEAST_LETTERS, LEAST_DIGITS = 3, 5
LEAST_ALONE = 6  # letters of a part of a name, or digits of a number without what stands before them, that tell alone
DATE_WORDS = 3
_BROKEN = re.compile(r"(?<=[^\W\d_])[-\u2010\u2011\xad][ \t]*\r?\n\s*(?=[^\W\d_])")
_UNSEEN = re.compile("[\xad\u200b-\u200d\u2060\ufeff]")


@dataclass(slots=True)
class Residue:
    """The values of one patient that must not stand in any output.

    Attributes:
        words: Whole values of words, plain.
        numbers: Letters and digits of numbers, addresses and codes.
        dates: Whole dates, plain; sought in what was not replaced, since another date may have been moved there.
        parts: Parts of names, folded.
    """

    words: set[str] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)
    dates: set[str] = field(default_factory=set)
    parts: set[str] = field(default_factory=set)
    _number: re.Pattern[str] | None = None

    @classmethod
    def of(cls, identifiers: Iterable[tuple[str, str]], parts: Iterable[str]) -> Residue:
        """From (label, value) of everything that was replaced, and the parts of names that must not stand alone."""
        residue = cls(parts={part for part in parts if len(part) > LEAST_LETTERS})
        for label, value in identifiers:
            words = _plain(value).split()
            if label in NAMES and len(words) > 1 and any(len(word) >= LEAST_LETTERS for word in words):
                residue.words |= {" ".join(order) for order in _orders(words)}
            elif label in PLACES and len(words) > 1 and not any(word.isdigit() for word in words):
                residue.words.add(" ".join(words))
            elif label in (*NUMBERS, *ADDRESSES):
                residue.numbers |= set(_numbers("".join(words), "@" in value))
            elif label == "DATE" and len(words) >= DATE_WORDS and any(map(str.isdigit, value)):
                residue.dates.add(" ".join(words))
        residue._number = _any_of(residue.numbers)
        return residue

    def stands_in(self, text: str, replaced: Sequence[Span]) -> bool:
        """Whether a value stands in a text, or a date or part of a name in what of the text was not replaced."""
        outside = _outside(text, replaced)
        return any(self._stands_in(whole, rest) for whole, rest in {(text, outside), (_joined(text), _joined(outside))})

    def _stands_in(self, text: str, outside: str) -> bool:
        if _has_any(self.words, text) or _has_any(self.dates, outside):
            return True
        if self._number and self._number.search(_plain_marks(text)):
            return True
        return any(self._is_part(word) for word in re.findall(r"[^\W_](?:[\w]|['’-](?=\w))*", outside))

    def _is_part(self, word: str) -> bool:
        plain = re.sub(r"['’]s?$", "", word.casefold())
        if plain not in self.parts:
            return False
        # In small letters a name may be a common word.
        return word[0].isupper() or (len(plain) >= LEAST_ALONE and plain not in frequent())


def _orders(words: Sequence[str]) -> Iterator[list[str]]:
    """The words with each of them first in turn, and backwards."""
    yield list(reversed(words))
    for at in range(len(words)):
        yield [*words[at:], *words[:at]]


def _numbers(joint: str, is_mail: bool) -> Iterator[str]:
    if is_mail or (len(joint) >= LEAST_DIGITS and sum(map(str.isdigit, joint)) >= LEAST_DIGITS):
        yield joint
        yield from re.findall(rf"\d{{{LEAST_ALONE},}}", joint)


def _any_of(numbers: Iterable[str]) -> re.Pattern[str] | None:
    """What finds each number with up to three other marks or breaks between any two of its characters."""
    each = (r"[^a-z0-9]{0,3}".join(number) for number in sorted(numbers))
    expression = "|".join(each)
    return re.compile(rf"(?<![a-z0-9])(?:{expression})(?![a-z0-9])") if expression else None


def _has_any(values: Iterable[str], text: str) -> bool:
    plain = f" {' '.join(_plain(text).split())} "
    return any(f" {value} " in plain for value in values)


def _outside(text: str, replaced: Sequence[Span]) -> str:
    pieces, end = [], 0
    for span in replaced:
        pieces.append(text[end : span.start])
        end = span.end
    return "\n".join([*pieces, text[end:]])


def _joined(text: str) -> str:
    """The text with words made whole that a hyphen breaks over a line, and without marks that nobody sees."""
    return _UNSEEN.sub("", _BROKEN.sub("", text))


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", _plain_marks(text))


def _plain_marks(text: str) -> str:
    return unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
