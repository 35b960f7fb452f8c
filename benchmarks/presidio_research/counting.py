"""What is counted of a system's spans in a sentence, and the scores that follow; the same for both systems.

A gold span is found when all its letters and digits are covered, under any label: what is covered is gone from the
text, whatever it was taken for. Words count as in `stages.deidentify.score`. A found span is right when at least half
its letters and digits lie in gold values. What is annotated without being an identifier (a title, a nationality, an age
below 90) is neither asked for nor held against whoever marks it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from benchmarks.presidio_research.dataset import OURS, Sentence, is_judged, kind
from stages.deidentify.score import WORD
from stages.evaluate.statistics import Array
from stages.records import Span

# Columns of the rows that are resampled.
COLUMNS = ("spans", "whole", "words", "found", "both", "marked", "right", "annotated", "annotated_whole")


@dataclass(slots=True)
class Counts:
    """Sums over sentences.

    Attributes:
        rows: `(sentences, COLUMNS)`.
        spans, whole: By their type.
        marked, right: Found spans by kind, and those of them that are right.
    """

    rows: list[list[float]] = field(default_factory=list)
    spans: Counter[str] = field(default_factory=Counter)
    whole: Counter[str] = field(default_factory=Counter)
    marked: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)

    def add(self, sentence: Sentence, found: Sequence[Span]) -> None:
        """Count one sentence; `found` bears our labels and may overlap."""
        text = sentence.text
        asked = [span for span in sentence.spans if is_judged(span, text)]
        gold = _letters(text, asked)
        free = _letters(text, [span for span in sentence.spans if span not in asked]) - gold
        covered = _letters(text, found)
        row = Counter({"annotated": len(sentence.spans), "spans": len(asked)})
        for span in sentence.spans:
            whole = _letters(text, [span]) <= covered
            self.spans[span.label] += 1
            self.whole[span.label] += whole
            row["annotated_whole"] += whole
            row["whole"] += whole and span in asked
        for word in WORD.finditer(text):
            at = set(range(word.start(), word.end()))
            true, said = bool(at & gold), bool(at & (covered - free))
            row["words"] += true
            row["found"] += said
            row["both"] += true and at & gold <= covered
        for label, letters in _stretches(text, found):
            if judged := letters - free:
                is_right = 2 * len(judged & gold) >= len(judged)
                self.marked[label] += 1
                self.right[label] += is_right
                row["marked"] += 1
                row["right"] += is_right
        self.rows.append([float(row[name]) for name in COLUMNS])


def values(sums: Array) -> Mapping[str, Array]:
    """Scores of sums `(..., COLUMNS)`: see the module; `annotated_recall` is over all 17 types."""
    of = {name: sums[..., at] for at, name in enumerate(COLUMNS)}
    with np.errstate(invalid="ignore", divide="ignore"):
        return {
            "recall": of["whole"] / of["spans"],
            "precision": of["right"] / of["marked"],
            "word_recall": of["both"] / of["words"],
            "word_precision": of["both"] / of["found"],
            "annotated_recall": of["annotated_whole"] / of["annotated"],
        }


def kinds() -> list[str]:
    """Kinds in the order of their types, and those that only a false alarm can have."""
    return [*dict.fromkeys(kind(label) for labels in OURS.values() for label in labels), "OTHER_ID"]


def _letters(text: str, spans: Sequence[Span]) -> set[int]:
    return {at for span in spans for at in range(span.start, span.end) if text[at].isalnum()}


def _stretches(text: str, found: Sequence[Span]) -> list[tuple[str, set[int]]]:
    """Letters of each stretch that spans of one kind cover: two recognizers that see one number see one number."""
    stretches: list[tuple[str, set[int]]] = []
    for label in sorted({kind(span.label) for span in found}):
        covered = {at for span in found if kind(span.label) == label for at in range(span.start, span.end)}
        flags = "".join("x" if at in covered else " " for at in range(len(text)))
        for run in re.finditer("x+", flags):
            letters = _letters(text, [Span(run.start(), run.end(), label)])
            stretches += [(label, letters)] if letters else []
    return stretches
