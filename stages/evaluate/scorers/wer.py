"""Word and character error rate, by jiwer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
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
        settings = f"pooled:{over}|costs:1,1,1|{self.normaliser.signature}|version:jiwer-{version('jiwer')}"
        # Of the plain rates only: counts of several rates under one name would not say whose they are.
        object.__setattr__(self, "counts", ERRORS if name == "wer" else ())
        object.__setattr__(self, "metrics", {name: metric(name, self.columns, settings)})

    def rows(self, answers: Sequence[Answer]) -> Array:
        """`(answers, 4)`: substitutions, deletions, insertions, hits."""
        gold, said = (
            [" ".join(self.normaliser.tokens(text)) for text in side]
            for side in ([answer.reference for answer in answers], [answer.prediction for answer in answers])
        )
        return stacked([_tallied(chunks) for chunks in _aligned(self.unit, gold, said)], self.columns)


def alignments(gold: Sequence[Sequence[str]], said: Sequence[Sequence[str]]) -> Iterator[list[Chunk]]:
    """How the words of each pair are aligned: (kind, start and end in the reference, start and end in the prediction).

    Words hold no white space. Of several best alignments it is jiwer's, all costs 1.
    """
    yield from _aligned("wer", [" ".join(words) for words in gold], [" ".join(words) for words in said])


def confusions(answers: Sequence[Answer], normaliser: Normaliser = DOSE_SAFE, most: int = 25) -> dict[str, Any]:
    """The most frequent errors: `substitutions` [reference, prediction, times], `deletions` and `insertions`."""
    found: dict[str, Counter[tuple[str, ...]]] = {kind: Counter() for kind in ERRORS}
    gold = [normaliser.tokens(answer.reference) for answer in answers]
    said = [normaliser.tokens(answer.prediction) for answer in answers]
    for one, other, chunks in zip(gold, said, alignments(gold, said), strict=True):
        for kind, start, end, begin, stop in chunks:
            if kind == "substitute":
                found["substitutions"].update(zip(one[start:end], other[begin:stop], strict=True))
            elif kind == "delete":
                found["deletions"].update((word,) for word in one[start:end])
            elif kind == "insert":
                found["insertions"].update((word,) for word in other[begin:stop])
    return {kind: [[*words, times] for words, times in _most(counted, most)] for kind, counted in found.items()}


def _most(counted: Counter[tuple[str, ...]], most: int) -> list[tuple[tuple[str, ...], int]]:
    return sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:most]


def _aligned(unit: Literal["wer", "cer"], gold: list[str], said: list[str]) -> Iterator[list[Chunk]]:
    from jiwer import process_characters, process_words

    if not gold:
        return
    found = process_words(gold, said) if unit == "wer" else process_characters(gold, said)
    for chunks in found.alignments:
        yield [
            (chunk.type, chunk.ref_start_idx, chunk.ref_end_idx, chunk.hyp_start_idx, chunk.hyp_end_idx)
            for chunk in chunks
        ]


def _tallied(chunks: Sequence[Chunk]) -> tuple[float, float, float, float]:
    counted = dict.fromkeys(("substitute", "delete", "insert", "equal"), 0)
    for kind, start, end, begin, stop in chunks:
        counted[kind] += stop - begin if kind == "insert" else end - start
    return tuple(map(float, counted.values()))  # type: ignore[return-value]
