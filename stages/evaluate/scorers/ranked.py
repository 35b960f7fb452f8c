"""Top-1 accuracy and mean reciprocal rank of free-text diagnoses."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from stages.evaluate.predictions import Answer
from stages.evaluate.scorers import Metric, ratio, stacked
from stages.evaluate.statistics import Array
from stages.evaluate.tokens import dose_safe

Name = tuple[str, ...]

_ITEM = re.compile(r"(?:^|(?<=\s))(\d{1,2})[.)]\s+")
# An explanation after the name: brackets, a spaced dash, a colon or a semicolon.
_REMARK = re.compile(r"\s*[(\[].*?[)\]]|\s+[-\u2013\u2014]\s.*|[:;].*", re.DOTALL)
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5"}
_GRADED = {"type", "stage", "grade", "class"}
_APART = re.compile(r"\d+|^(?:hypo|hyper)|^(?:left|right|bilateral|acute|chronic)$")


def ranked(text: str) -> list[str]:
    """The names in a list of "1. ... 2. ...", by lines or within one line; empty where there is no such list.

    Numbers must count up from 1: a "2." that follows no "1." is text.

    >>> ranked("1. Croup (likely)\\n2. Epiglottitis - no drooling")
    ['Croup', 'Epiglottitis']
    """
    starts: list[re.Match[str]] = []
    for match in _ITEM.finditer(text):
        if int(match.group(1)) == len(starts) + 1:
            starts.append(match)
    ends = [*(match.start() for match in starts), len(text)][1:]
    items = [text[match.end() : end].strip() for match, end in zip(starts, ends, strict=True)]
    return [_bare(item.splitlines()[0]) for item in items if item]


@dataclass(frozen=True)
class Synonyms:
    """Names that count as one. A name may mean several things; two names match when they share one."""

    meanings: dict[Name, frozenset[Name]]
    digest: str

    @classmethod
    def none(cls) -> Synonyms:
        """No two names are one."""
        return cls({}, "none")

    @classmethod
    def read(cls, path: str | Path) -> Synonyms:
        """Read a CSV with the columns `term` and `synonym`; raises `ValueError` naming the file when it is not one."""
        try:
            data = Path(path).read_bytes()
        except FileNotFoundError:
            raise ValueError(f"{path}: no such file; `evaluate.synonyms` must name a CSV of term,synonym") from None
        table = csv.DictReader(data.decode("utf-8-sig").splitlines())
        if not {"term", "synonym"} <= set(table.fieldnames or ()):
            raise ValueError(f"{path}: expected the columns term,synonym, found {','.join(table.fieldnames or ())}")
        meanings: defaultdict[Name, set[Name]] = defaultdict(set)
        for row in table:
            term = _name(row["term"] or "")
            for name in (term, _name(row["synonym"] or "")):
                meanings[name].add(term)
        return cls({name: frozenset(terms) for name, terms in meanings.items()}, sha256(data).hexdigest()[:12])

    def match(self, one: Name, other: Name) -> bool:
        """Whether two names are equal or synonyms.

        Synonyms that both carry a type, stage, side or hypo-/hyper- and differ in it are never one, whatever the table
        says of a term above them: type 1 is not type 2.
        """
        if not one or not other:
            return False
        if one == other:
            return True
        marks = _marks(one), _marks(other)
        apart = bool(marks[0]) and bool(marks[1]) and marks[0] != marks[1]
        return not apart and bool(self._of(one) & self._of(other))

    def _of(self, name: Name) -> frozenset[Name]:
        return self.meanings.get(name, frozenset()) | {name}


@dataclass(frozen=True)
class Ranked:
    """Whether, and how early, the right diagnosis is named.

    Right is the reference's first item. Where the reference is a list, so must be the prediction: anything else scores
    0 and is counted as unparseable. Where the reference is a single name, a single line counts as a list of one; where
    it is neither, the example is left out and counted. Repeated names are dropped before ranks are given, so that
    repeating says nothing.
    """

    synonyms: Synonyms = field(default_factory=Synonyms.none)
    columns: tuple[str, ...] = ("top1", "reciprocal", "examples", "unparseable", "rank_without_reference")
    counts: tuple[str, ...] = ("unparseable", "rank_without_reference")
    invalid: str = "unparseable"
    metrics: dict[str, Metric] = field(init=False)

    def __post_init__(self) -> None:
        settings = f"mean:macro|match:exact,synonym|tokens:dose-safe-1|synonyms:{self.synonyms.digest}"
        metrics = {
            "top1_accuracy": Metric("higher", ratio(0, 2), f"top1_accuracy|{settings}"),
            "mrr": Metric("higher", ratio(1, 2), f"mrr|cut:none|{settings}"),
        }
        object.__setattr__(self, "metrics", metrics)

    def rows(self, answers: Sequence[Answer]) -> Array:
        """`(answers, 5)`: 1 where right at rank 1, 1 / rank, 1, 1 where no list could be read; or a last 1 alone."""
        return stacked([self._row(answer) for answer in answers], self.columns)

    def _row(self, answer: Answer) -> tuple[float, ...]:
        wanted = ranked(answer.reference)
        single = not wanted
        right = _name(_single(answer.reference) if single else wanted[0])
        if not right:
            return 0.0, 0.0, 0.0, 0.0, 1.0
        listed = ranked(answer.prediction) or ([_single(answer.prediction)] if single else [])
        candidates = self._distinct([name for name in map(_name, listed) if name])
        if not candidates:
            return 0.0, 0.0, 1.0, 1.0, 0.0
        rank = next((place for place, name in enumerate(candidates, 1) if self.synonyms.match(right, name)), None)
        return float(rank == 1), 1 / rank if rank else 0.0, 1.0, 0.0, 0.0

    def _distinct(self, names: Sequence[Name]) -> list[Name]:
        kept: list[Name] = []
        for name in names:
            if not any(self.synonyms.match(name, earlier) for earlier in kept):
                kept.append(name)
        return kept


def _single(text: str) -> str:
    lines = text.strip().splitlines()
    return _bare(lines[0]) if len(lines) == 1 else ""


def _bare(item: str) -> str:
    # A name that is a remark as a whole, such as one in brackets, is a name.
    return _REMARK.sub("", item).strip() or item.strip()


def _name(text: str) -> Name:
    tokens = dose_safe(text)
    before = ("", *tokens)
    return tuple(_ROMAN.get(t, t) if previous in _GRADED else t for previous, t in zip(before, tokens, strict=False))


def _marks(name: Name) -> set[str]:
    return {mark for token in name for mark in _APART.findall(token)}
