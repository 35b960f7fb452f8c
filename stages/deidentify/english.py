"""How common a word is in English: a rare word with a capital is more likely a name."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def frequent(most: int | None = None) -> frozenset[str]:
    """The `most` frequent words of English in small letters, of symspellpy's dictionary; without a limit all 82,765."""
    lines = files("symspellpy").joinpath("frequency_dictionary_en_82_765.txt").read_text(encoding="utf-8-sig")
    return frozenset(line.split(" ", 1)[0] for line in lines.splitlines()[:most])
