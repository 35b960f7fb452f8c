"""Exposure: how much likelier a model finds a canary than identifiers of its kind that were never planted.

Carlini et al. 2019, "The Secret Sharer: Evaluating and Testing Unintended Memorization in Neural Networks"
(arXiv 1802.08232), definition 5 with the rank estimated by sampling: log2(n + 1) - log2(rank) among n references and
the canary. A model that never saw it gives every rank with the same probability, and so an exposure of 1.4 bits in the
mean; one that knows it by heart gives log2(n + 1).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Rank:
    """Where a canary stands among `of` identifiers, from 1; `extracted` says that greedy decoding writes it whole."""

    rank: int
    of: int
    extracted: bool

    @property
    def exposure(self) -> float:
        """In bits, from 0 to log2(of)."""
        return math.log2(self.of) - math.log2(self.rank)


def ranked(canary: tuple[float, bool], references: Sequence[float]) -> Rank:
    """The rank of a canary's (log-probability, greedy) among log-probabilities of references; the higher the better."""
    logprob, extracted = canary
    return Rank(1 + sum(other > logprob for other in references), len(references) + 1, extracted)


def summary(ranks: Sequence[Rank]) -> dict[str, Any]:
    """Mean exposure in bits, the share that can be extracted, and the chance of such ranks where nothing is known.

    The chance is Fisher's combination of the canaries' own probabilities, rank / of. All are null where there is none.
    """
    if not ranks:
        return {"exposure": None, "extraction_rate": None, "p": None}
    from scipy.stats import combine_pvalues

    chances = [one.rank / one.of for one in ranks]
    return {
        "exposure": math.fsum(one.exposure for one in ranks) / len(ranks),
        "extraction_rate": sum(one.extracted for one in ranks) / len(ranks),
        "p": float(combine_pvalues(chances, method="fisher").pvalue),
    }
