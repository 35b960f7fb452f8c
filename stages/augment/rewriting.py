"""Sentences said anew by seq2seq models: there and back through another language, or in other words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random

from stages.augment.operator import Place, RefusedError, chosen, with_replaced
from stages.models.seq2seq import Seq2Seq

_SENTENCE = re.compile(r"[^\s.!?](?:[^.!?\n]|[.!?](?!\s|$))*[.!?]?")
_SPEAKER = re.compile(r"[A-Z][\w -]{0,30}:\s+")
LEAST_WORDS = 3


class Rewriting:
    """Sends a share of the sentences through one model after the other; `rank` takes a lower beam of the last.

    A speaker's label and everything between sentences stay. The seed chooses the sentences, the models draw nothing.
    """

    def __init__(self, models: Sequence[Seq2Seq], rate: float) -> None:
        self._models, self._rate = models, rate

    def __call__(self, text: str, rng: Random, rank: int) -> str:
        places = chosen(sentences(text), self._rate, rng)
        said = [text[place.start : place.end] for place in places]
        for model in self._models:
            rewritten = model.rewrite(said, rank if model is self._models[-1] else 0)
            if fault := next((r.fault for r in rewritten if r.fault), ""):
                raise RefusedError(fault)
            said = [r.text for r in rewritten]
        return with_replaced(text, list(zip(places, said, strict=True)))


def sentences(text: str) -> list[Place]:
    """Sentences of at least three words, without the label of who speaks."""
    found = []
    for match in _SENTENCE.finditer(text):
        label = _SPEAKER.match(match.group())
        start = match.start() + (label.end() if label else 0)
        if len(text[start : match.end()].split()) >= LEAST_WORDS:
            found.append(Place(start, match.end()))
    return found
