"""The second, independent look: does any identifier of the patient still stand in what would flow on?

It shares nothing with the finder but the list of values. A hit means that a replacement went wrong, and the record is
quarantined.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from stages.deidentify.labels import ADDRESSES, NAMES, NUMBERS, PLACES
from stages.records import Span

LEAST_LETTERS, LEAST_DIGITS = 3, 5


@dataclass(slots=True)
class Residue:
    """The values of one patient that must not stand in any output.

    Attributes:
        words: Whole values of words, plain.
        numbers: Letters and digits of numbers, addresses and codes.
        parts: Parts of names, folded.
    """

    words: set[str] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)
    parts: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, identifiers: Iterable[tuple[str, str]], parts: Iterable[str]) -> Residue:
        """From (label, value) of everything that was replaced, and the parts of names that must not stand alone."""
        residue = cls(parts={part for part in parts if len(part) > LEAST_LETTERS})
        for label, value in identifiers:
            words = _plain(value).split()
            if label in NAMES and len(words) > 1 and any(len(word) >= LEAST_LETTERS for word in words):
                residue.words.add(" ".join(words))
                residue.words.add(" ".join(reversed(words)))
            elif label in PLACES and len(words) > 1 and not any(word.isdigit() for word in words):
                residue.words.add(" ".join(words))
            elif label in (*NUMBERS, *ADDRESSES):
                joint = "".join(words)
                if (len(joint) >= LEAST_DIGITS and sum(map(str.isdigit, joint)) >= LEAST_DIGITS) or "@" in value:
                    residue.numbers.add(joint)
        return residue

    def stands_in(self, text: str, replaced: Sequence[Span]) -> bool:
        """Whether a value stands in a text, or a part of a name in what of the text was not replaced."""
        plain = f" {' '.join(_plain(text).split())} "
        if any(f" {value} " in plain for value in self.words):
            return True
        joint = re.sub(r"[\s./()_-]+(?=\w)", "", _plain_marks(text))
        if any(value in joint and re.search(rf"(?<![a-z0-9]){value}(?![a-z0-9])", joint) for value in self.numbers):
            return True
        return any(self._is_part(word) for word in re.findall(r"[^\W_](?:[\w]|['’-](?=\w))*", _outside(text, replaced)))

    def _is_part(self, word: str) -> bool:
        return word[0].isupper() and word.casefold() in self.parts


def _outside(text: str, replaced: Sequence[Span]) -> str:
    pieces, end = [], 0
    for span in replaced:
        pieces.append(text[end : span.start])
        end = span.end
    return "\n".join([*pieces, text[end:]])


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", _plain_marks(text))


def _plain_marks(text: str) -> str:
    return unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
