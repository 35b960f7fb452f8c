"""How common a word is in English: a rare word with a capital is more likely a name."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

_LETTERS = re.compile(r"[^\W\d_]+")


@cache
def frequent(most: int | None = None) -> frozenset[str]:
    """The `most` frequent words of English in small letters, of symspellpy's dictionary; without a limit all 82,765."""
    lines = files("symspellpy").joinpath("frequency_dictionary_en_82_765.txt").read_text(encoding="utf-8-sig")
    return frozenset(line.split(" ", 1)[0] for line in lines.splitlines()[:most])


def ordinary_words(word: str) -> bool:
    """Whether a word, or each word of a phrase, is common in English; many given names are."""
    plain = word.casefold()
    pieces = [plain] if plain.isalpha() else _LETTERS.findall(plain)
    return all(map(frequent().__contains__, pieces))
