"""Reads the lexicon files that cleaning needs, each fault with its file and line."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

COLUMNS = ("abbreviation", "expansion", "context")


@dataclass(frozen=True, slots=True)
class Sense:
    """One meaning of an abbreviation, with the words (lower case) near which it has that meaning."""

    expansion: str
    context: frozenset[str]


def read_abbreviations(path: str | Path) -> dict[str, list[Sense]]:
    """Abbreviation -> its senses; raises `ValueError` naming file and line of a row that says nothing."""
    senses: dict[str, list[Sense]] = defaultdict(list)
    with Path(path).open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        if missing := set(COLUMNS) - set(rows.fieldnames or ()):
            raise ValueError(f"{path}: column {sorted(missing)[0]!r} is missing; expected {', '.join(COLUMNS)}")
        for row in rows:
            short, expansion = (row["abbreviation"] or "").strip(), (row["expansion"] or "").strip()
            if short.startswith("#"):
                continue
            if not short or not expansion:
                raise ValueError(f"{path}:{rows.line_num}: an abbreviation and its expansion are needed on every row")
            words = (row["context"] or "").lower().replace(";", " ").replace("|", " ").replace(",", " ").split()
            senses[short].append(Sense(expansion, frozenset(words)))
    return dict(senses)


def read_terms(path: str | Path) -> list[str]:
    """Medical terms, one a line, in lower case; empty lines and lines that start with # are skipped."""
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    return [line.strip().lower() for line in lines if line.strip() and not line.startswith("#")]


@cache
def english() -> dict[str, int]:
    """English words with their counts in a corpus of books: the 82,765 that symspellpy ships."""
    text = (files("symspellpy") / "frequency_dictionary_en_82_765.txt").read_text(encoding="utf-8-sig")
    return {word: int(count) for word, count in (line.split(" ") for line in text.splitlines())}
