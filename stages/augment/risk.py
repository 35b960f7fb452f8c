"""How much a child may have lost that no rule sees: what a reviewer should read first."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from stages import guard

NEAR = 3
"""Words from protected content within which a change counts as beside it."""

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


def risk(before: str, after: str, names: guard.Names) -> float:
    """From 0 (the same words) to 1: the mean of three shares, each of which is seen in the texts alone.

    - changed: words that went, came or were replaced, of the words of the longer text;
    - near: changed places at most `NEAR` words from protected content of the parent, of all changed places;
    - strange: how far each changed place is from what stood there, in letters (normalised Levenshtein distance), so
      that a slip of a key counts less than another word; the mean over the places.
    """
    from rapidfuzz.distance import Levenshtein

    old, new = list(_WORD.finditer(before)), list(_WORD.finditer(after))
    was, now = ([m.group().lower() for m in words] for words in (old, new))
    opcodes = SequenceMatcher(None, was, now, autojunk=False).get_opcodes()
    edits = [opcode for opcode in opcodes if opcode[0] != "equal"]
    if not edits:
        return 0.0
    kept = guard.protected(before, names)
    covered = [any(start < m.end() and m.start() < end for start, end in kept) for m in old]
    changed = sum(max(i2 - i1, j2 - j1) for _, i1, i2, j1, j2 in edits) / max(len(was), len(now))
    near = sum(any(covered[max(0, i1 - NEAR) : i2 + NEAR]) for _, i1, i2, _, _ in edits) / len(edits)
    distances = (
        Levenshtein.normalized_distance(" ".join(was[i1:i2]), " ".join(now[j1:j2])) for _, i1, i2, j1, j2 in edits
    )
    return (min(1.0, changed) + near + sum(distances) / len(edits)) / 3
