"""Errors on the words that matter: B-WER over listed medical words, and recall, precision and F1 of whole terms.

`medical_term_wer` follows the B-WER rule (Le et al. 2021, arXiv 2104.02194): texts are aligned once; substitutions and
deletions of listed words and insertions of listed words count, over the listed words of the reference. Recall and
precision treat a term of several words as one thing: it is found where all of it stands in the other text, aligned and
unbroken. Terms are those of a vocabulary (`medical`) and those that are told by their form (`drug`, `dose`, `unit`,
`laterality`, `negation`). All of it on `clinical-1`, so that `2.5 milligrams` is `2.5 mg`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from stages import cues
from stages.evaluate.measures import TERMS, Array, measure
from stages.evaluate.normalisers import CLINICAL
from stages.evaluate.predictions import Answer
from stages.evaluate.scorers import Metric, metric, stacked
from stages.evaluate.scorers.wer import aligned

Span = tuple[int, int]
Words = tuple[str, ...]

_NUMBER = re.compile(r"[-+]?\d")
_TIMES = frozenset({"s", "min", "h", "day", "week", "month", "year"})
_SIDES = frozenset(
    word for word, side in cues.SIDES.items() if side in ("left", "right", "both", "one", "same", "other")
)
_NEGATIONS = cues.NEGATES_AFTER | cues.NEGATES_BEFORE
_TALLIES = ("found", "reference", "correct", "predicted")


@dataclass(frozen=True)
class Vocabulary:
    """Medical terms; `words` are those that any of them holds, without the empty ones (`of`, `the`)."""

    terms: frozenset[Words]
    digest: str
    words: frozenset[str] = field(init=False)
    longest: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        longest: dict[str, int] = {}
        for term in self.terms:
            longest[term[0]] = max(longest.get(term[0], 0), len(term))
        object.__setattr__(self, "words", frozenset(w for t in self.terms for w in t) - cues.EMPTY_WORDS)
        object.__setattr__(self, "longest", longest)

    @classmethod
    def none(cls) -> Vocabulary:
        """No term at all."""
        return cls(frozenset(), "none")

    @classmethod
    def read(cls, path: str | Path) -> Vocabulary:
        """Read a file of one term a line, `#` before a remark; raises `ValueError` naming a file that is not there."""
        try:
            data = Path(path).read_bytes()
        except FileNotFoundError:
            raise ValueError(f"{path}: no such file; `evaluate.terms` must name a file of one term a line") from None
        lines = (line for line in data.decode("utf-8-sig").splitlines() if not line.startswith("#"))
        terms = frozenset(words for line in lines if (words := CLINICAL.tokens(line)))
        return cls(terms, sha256(data).hexdigest()[:12])


def spans(tokens: Words, vocabulary: Vocabulary) -> dict[str, list[Span]]:
    """Where the terms of each category stand in normalised tokens: first and last place + 1."""
    return {
        "medical": list(_listed(tokens, vocabulary)),
        "drug": [(i, i + 1) for i, token in enumerate(tokens) if cues.DRUG.fullmatch(token)],
        "dose": list(_doses(tokens)),
        "unit": [(i, i + 1) for i in range(len(tokens)) if _is_unit(tokens, i)],
        "laterality": [(i, i + 1) for i, token in enumerate(tokens) if token in _SIDES],
        "negation": [(i, i + 1) for i, t in enumerate(tokens) if t in _NEGATIONS or t.endswith("n't")],
    }


@dataclass(frozen=True)
class MedicalTerms:
    """`medical_term_wer`, and recall, precision and F1 of each category of terms.

    Where nothing was said there is no precision (null), and recall and F1 are 0.
    """

    vocabulary: Vocabulary
    columns: tuple[str, ...] = ("errors", "reference", *(f"{kind}_{tally}" for kind in TERMS for tally in _TALLIES))
    counts: tuple[str, ...] = ()
    invalid: None = None
    metrics: dict[str, Metric] = field(init=False)

    def __post_init__(self) -> None:
        library = f"version:rapidfuzz-{version('rapidfuzz')}"
        settings = f"costs:1,1,1|{CLINICAL.signature}|vocabulary:{self.vocabulary.digest}|{library}"
        made = {"medical_term_wer": metric("medical_term_wer", self.columns, f"rule:b-wer|pooled:words|{settings}")}
        for kind in TERMS:
            for name in (f"{kind}_term_{what}" for what in ("recall", "precision", "f1")):
                own = {column: f"{kind}_{column}" for column in measure(name).columns}
                made[name] = metric(name, self.columns, f"rule:unit|pooled:terms|{settings}", renamed=own)
        object.__setattr__(self, "metrics", made)

    def rows(self, answers: Sequence[Answer]) -> Array:
        """`(answers, 26)`: errors on listed words and such words; for each category found, of so many; right, of."""
        return stacked([self._row(answer) for answer in answers], self.columns)

    def _row(self, answer: Answer) -> list[float]:
        gold, said = CLINICAL.tokens(answer.reference), CLINICAL.tokens(answer.prediction)
        listed = self.vocabulary.words
        row = Counter[str](reference=sum(word in listed for word in gold))
        there: dict[int, int] = {}
        for kind, start, end, begin, stop in aligned(gold, said):
            if kind == "equal":
                there.update(zip(range(start, end), range(begin, stop), strict=True))
            else:
                row["errors"] += sum(
                    word in listed for word in (said[begin:stop] if kind == "insert" else gold[start:end])
                )
        back = {place: i for i, place in there.items()}
        wanted, given = spans(gold, self.vocabulary), spans(said, self.vocabulary)
        for kind in TERMS:
            row[f"{kind}_found"] = sum(_whole(span, there) for span in wanted[kind])
            row[f"{kind}_reference"] = len(wanted[kind])
            row[f"{kind}_correct"] = sum(_whole(span, back) for span in given[kind])
            row[f"{kind}_predicted"] = len(given[kind])
        return [float(row[column]) for column in self.columns]


def _listed(tokens: Words, vocabulary: Vocabulary) -> Iterator[Span]:
    i = 0
    while i < len(tokens):
        longest = min(vocabulary.longest.get(tokens[i], 0), len(tokens) - i)
        length = next((n for n in range(longest, 0, -1) if tokens[i : i + n] in vocabulary.terms), 0)
        if length:
            yield i, i + length
        i += length or 1


def _doses(tokens: Words) -> Iterator[Span]:
    """A number and its units, as far as they go; a stretch of time is none."""
    for i, token in enumerate(tokens):
        if _NUMBER.match(token):
            end = i + 1
            while end < len(tokens) and tokens[end] in cues.UNITS:
                end += 1
            if token.endswith("%") or (end > i + 1 and cues.UNITS[tokens[i + 1]] not in _TIMES):
                yield i, end


def _is_unit(tokens: Words, i: int) -> bool:
    if tokens[i] not in cues.UNITS:
        return False
    return tokens[i] in cues.LONE_UNITS or (
        i > 0 and (bool(_NUMBER.match(tokens[i - 1])) or tokens[i - 1] in cues.UNITS)
    )


def _whole(span: Span, there: dict[int, int]) -> bool:
    """Whether every word of a span is aligned with an equal one, and nothing stands between them there."""
    first = there.get(span[0])
    return first is not None and all(there.get(i) == first + i - span[0] for i in range(*span))
