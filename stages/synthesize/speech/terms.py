"""The medical terms that are dictated, by specialty and category."""

from __future__ import annotations

import csv
import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

TABLE = Path(__file__).parents[3] / "data" / "lexicon" / "spoken_terms.csv"

Terms = Mapping[str, Mapping[str, Sequence[str]]]
"""Specialty -> category -> terms."""


@cache
def terms() -> Terms:
    """The terms of data/lexicon/spoken_terms.csv in its order, read once."""
    found: dict[str, dict[str, list[str]]] = {}
    with TABLE.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["specialty"], {}).setdefault(row["category"], []).append(row["term"])
    return found


class Decks:
    """Terms dealt like cards: each comes up as often as the others of its specialty and category."""

    def __init__(self, of: Terms, rng: random.Random) -> None:
        self._of = of
        self._rng = rng
        self._left: dict[tuple[str, str], list[str]] = defaultdict(list)

    def deal(self, specialty: str, category: str, fits: Callable[[str], bool]) -> str | None:
        """The next term that fits, or None where there is none."""
        known = self._of.get(specialty, {}).get(category, ())
        if not any(map(fits, known)):
            return None
        left = self._left[specialty, category]
        while not any(map(fits, left)):
            left += self._rng.sample(known, len(known))
        term = next(filter(fits, left))
        left.remove(term)
        return term

    def put_back(self, specialty: str, category: str, term: str) -> None:
        """Take back a term that was not used after all; it comes up next."""
        self._left[specialty, category].insert(0, term)
