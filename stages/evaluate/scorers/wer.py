"""Word and character error rate, as jiwer gives them; alignments are taken where it takes them, from rapidfuzz."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any, Literal

from stages.evaluate.measures import Array
from stages.evaluate.normalisers import DOSE_SAFE, Normaliser
from stages.evaluate.predictions import Answer
from stages.evaluate.scorers import Metric, metric, stacked

ERRORS = ("substitutions", "deletions", "insertions")
Chunk = tuple[str, int, int, int, int]


@dataclass(frozen=True)
class ErrorRate:
    """(S + D + I) / (H + S + D), pooled over the examples, on normalised words or the characters of their text.

    Words on an empty reference are insertions like others; where all references are empty there is no rate.
    """

    unit: Literal["wer", "cer"] = "wer"
    normaliser: Normaliser = DOSE_SAFE
    prefix: str = ""
    columns: tuple[str, ...] = (*ERRORS, "hits")
    invalid: None = None
    counts: tuple[str, ...] = ()
    metrics: dict[str, Metric] = field(init=False)

    def __post_init__(self) -> None:
        name = self.prefix + self.unit
        over = "words" if self.unit == "wer" else "characters"
        settings = f"pooled:{over}|costs:1,1,1|{self.normaliser.signature}|version:rapidfuzz-{version('rapidfuzz')}"
        # Of the plain rates only: counts of several rates under one name would not say whose they are.
        object.__setattr__(self, "counts", ERRORS if name == "wer" else ())
        object.__setattr__(self, "metrics", {name: metric(name, self.columns, settings)})

    def rows(self, answers: Sequence[Answer]) -> Array:
        """`(answers, 4)`: substitutions, deletions, insertions, hits."""
        return stacked([self._row(answer) for answer in answers], self.columns)

    def _row(self, answer: Answer) -> tuple[float, ...]:
        gold, said = self.normaliser.tokens(answer.reference), self.normaliser.tokens(answer.prediction)
        return _tallied(aligned(gold, said) if self.unit == "wer" else aligned(" ".join(gold), " ".join(said)))


def aligned(gold: Sequence[str], said: Sequence[str]) -> list[Chunk]:
    """How two sequences are aligned: (kind, start and end in the reference, start and end in the prediction).

    Kinds are equal, replace, delete and insert; all costs are 1. Of several best alignments it is jiwer's.
    """
    from rapidfuzz.distance import Levenshtein

    return [(c.tag, c.src_start, c.src_end, c.dest_start, c.dest_end) for c in Levenshtein.opcodes(gold, said)]


def confusions(answers: Sequence[Answer], normaliser: Normaliser = DOSE_SAFE, most: int = 25) -> dict[str, Any]:
    """The most frequent errors: `substitutions` [reference, prediction, times], `deletions` and `insertions`."""
    found: dict[str, Counter[tuple[str, ...]]] = {kind: Counter() for kind in ERRORS}
    for answer in answers:
        one, other = normaliser.tokens(answer.reference), normaliser.tokens(answer.prediction)
        for kind, start, end, begin, stop in aligned(one, other):
            if kind == "replace":
                found["substitutions"].update(zip(one[start:end], other[begin:stop], strict=True))
            elif kind == "delete":
                found["deletions"].update((word,) for word in one[start:end])
            elif kind == "insert":
                found["insertions"].update((word,) for word in other[begin:stop])
    return {kind: [[*words, times] for words, times in _most(counted, most)] for kind, counted in found.items()}


def _most(counted: Counter[tuple[str, ...]], most: int) -> list[tuple[tuple[str, ...], int]]:
    return sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:most]


def _tallied(chunks: Sequence[Chunk]) -> tuple[float, float, float, float]:
    """Substitutions, deletions, insertions and hits."""
    counted = dict.fromkeys(("replace", "delete", "insert", "equal"), 0)
    for kind, start, end, begin, stop in chunks:
        counted[kind] += stop - begin if kind == "insert" else end - start
    replaced, deleted, inserted, equal = map(float, counted.values())
    return replaced, deleted, inserted, equal
