"""Filler words put in, at gaps that touch nothing protected (random insertion of Wei and Zou 2019, restricted)."""

from __future__ import annotations

import re
from random import Random

from stages import guard
from stages.augment.operator import Place, chosen, overlaps, with_replaced

FILLERS = ("um", "uh", "well", "actually", "really", "just", "quite", "basically")
_GAP = re.compile(r"(?<=[a-z,]) (?=[a-z])")


class Insertion:
    """Puts fillers into a share of the gaps between words."""

    def __init__(self, rate: float, names: guard.Names) -> None:
        self._rate, self._names = rate, names

    def __call__(self, text: str, rng: Random, rank: int) -> str:  # noqa: ARG002 - the generator tells tries apart
        kept = guard.protected(text, self._names)
        gaps = [
            Place(match.start(), match.end())
            for match in _GAP.finditer(text)
            # A word beside protected content may be read as belonging to it.
            if not overlaps(kept, match.start() - 1, match.end() + 1)
        ]
        picked = chosen(gaps, self._rate, rng)
        return with_replaced(text, [(gap, f" {rng.choice(FILLERS)} ") for gap in picked])
