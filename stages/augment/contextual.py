"""Words replaced by words that a declared language model finds likely in their place (Kobayashi 2018)."""

from __future__ import annotations

from math import exp
from random import Random

from stages import guard
from stages.augment.operator import RefusedError, chosen, free_words, with_replaced
from stages.models.infill import Proposer

LEAST_LETTERS = 4


class Contextual:
    """Replaces a share of the words that are free to change."""

    def __init__(self, model: Proposer, rate: float, names: guard.Names) -> None:
        self._model, self._rate, self._names = model, rate, names

    def __call__(self, text: str, rng: Random, rank: int) -> str:  # noqa: ARG002 - the generator tells tries apart
        words = [w for w in free_words(text, self._names, LEAST_LETTERS) if w.start and text[w.start : w.end].islower()]
        replaced = []
        for place in chosen(words, self._rate, rng):
            old = text[place.start : place.end]
            found = [p for p in self._model.propose(text[: place.start], text[place.end :]) if p.word != old]
            if found:
                weights = [exp(proposal.logprob - found[0].logprob) for proposal in found]
                replaced.append((place, rng.choices(found, weights)[0].word))
        if not replaced:
            raise RefusedError("the model proposes no other word")
        return with_replaced(text, replaced)
