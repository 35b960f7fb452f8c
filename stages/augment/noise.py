"""Slips of the keyboard and of character recognition, by the tables of nlpaug; whitespace and digits stay."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from random import Random

from stages import cues, guard
from stages.augment.operator import chosen, free_words, with_replaced

LEAST_LETTERS = 4
# What scanners confuse beside the single letters of nlpaug's table.
_CONFUSED = {"rn": ["m"], "m": ["rn"], "cl": ["d"], "d": ["cl"], "vv": ["w"], "w": ["vv"], "li": ["h"], "h": ["li"]}


class Noise:
    """One wrong letter in a share of the words that are free to change."""

    def __init__(self, table: Mapping[str, Sequence[str]], rate: float, names: guard.Names) -> None:
        self._table, self._rate, self._names = table, rate, names

    def __call__(self, text: str, rng: Random, rank: int) -> str:  # noqa: ARG002 - the generator tells tries apart
        words = free_words(text, self._names, LEAST_LETTERS)
        able = [place for place in words if self._may_slip(text[place.start : place.end])]
        picked = chosen(able, self._rate, rng)
        return with_replaced(text, [(p, self._slip(text[p.start : p.end], rng)) for p in picked])

    def _may_slip(self, word: str) -> bool:
        # An empty word with a slip in it is no longer empty: beside a negation it would seem to be negated.
        return word.lower() not in cues.EMPTY_WORDS and bool(self._slips(word))

    def _slip(self, word: str, rng: Random) -> str:
        at, old = rng.choice(self._slips(word))
        return word[:at] + rng.choice(self._table[old]) + word[at + len(old) :]

    def _slips(self, word: str) -> list[tuple[int, str]]:
        """Where in a word, and in place of what, a slip may happen; never at its first letter."""
        pieces = [(at, word[at : at + length]) for at in range(1, len(word)) for length in (1, 2)]
        return [(at, piece) for at, piece in pieces if piece in self._table]


def keyboard(rate: float, names: guard.Names) -> Noise:
    """The key beside, on an English keyboard."""
    return Noise(_letters(_table("keyboard")), rate, names)


def ocr(rate: float, names: guard.Names) -> Noise:
    """A letter that looks alike in print."""
    table = _letters(_table("ocr"))
    both = {letter: list(alike) for letter, alike in table.items()}
    for letter, alike in table.items():
        for other in alike:
            both[other] = sorted({*both.get(other, ()), letter})
    return Noise({**both, **_CONFUSED}, rate, names)


def _table(name: str) -> dict[str, list[str]]:
    """A table of nlpaug, read without importing nlpaug, which would import torch."""
    found = find_spec("nlpaug")
    assert found is not None
    assert found.origin is not None
    path = Path(found.origin).parent / "res" / "char" / name / "en.json"
    return {key: list(values) for key, values in json.loads(path.read_text(encoding="utf-8")).items()}


def _letters(table: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Letters for letters alone: a digit in a word would be a number to its reader."""
    kept = {
        key: [v for v in values if v.isalpha() and v.lower() != key.lower()]
        for key, values in table.items()
        if key.isalpha()
    }
    return {key: values for key, values in kept.items() if values}
