"""Top-1 accuracy, hits and mean reciprocal rank of free-text diagnoses, by a ladder of rules for when names match."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Literal

from stages.evaluate.measures import Array
from stages.evaluate.normalisers import DOSE_SAFE
from stages.evaluate.predictions import Answer
from stages.evaluate.scorers import Metric, metric, stacked

Name = tuple[str, ...]
Rung = Literal["exact", "synonym", "spelling", "typo"]
STRICT: tuple[Rung, ...] = ("exact", "synonym")
LENIENT: tuple[Rung, ...] = (*STRICT, "spelling", "typo")
PLACES = (1, 3, 5)

_ITEM = re.compile(r"(?:^|(?<=\s))(\d{1,2})[.)]\s+")
# An explanation after the name: brackets, a spaced dash, a colon or a semicolon.
_REMARK = re.compile(r"\s*[(\[].*?[)\]]|\s+[-\u2013\u2014]\s.*|[:;].*", re.DOTALL)
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5"}
_GRADED = {"type", "stage", "grade", "class"}
# A word shorter than this is no typo of another: `ileus`, `ileum`.
_LEAST_LETTERS = 7
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

    def rung(self, one: Name, other: Name, rungs: Sequence[Rung] = LENIENT) -> Rung | None:
        """By which of these rules two names are one, the strictest that holds; None where they are not.

        Names that both carry a type, stage, side, acute or chronic, or hypo-/hyper- and differ in it are never one,
        whatever the table says of a term above them: type 1 is not type 2. By spelling or typo they are not one either
        where only one of them carries it.
        """
        if not one or not other:
            return None
        if one == other:
            return "exact"
        marks = _marks(one), _marks(other)
        if marks[0] and marks[1] and marks[0] != marks[1]:
            return None
        if "synonym" in rungs and self._of(one) & self._of(other):
            return "synonym"
        if marks[0] != marks[1] or "spelling" not in rungs:
            return None
        if _letters(one) == _letters(other):
            return "spelling"
        return "typo" if "typo" in rungs and _typo(one, other) else None

    def _of(self, name: Name) -> frozenset[Name]:
        return self.meanings.get(name, frozenset()) | {name}


@dataclass(frozen=True)
class Ranked:
    """Whether, and how early, the right diagnosis is named.

    Right is the reference's first item. Where the reference is a list, so must be the prediction: anything else scores
    0 and is counted as unparseable. Where the reference is a single name, a single line counts as a list of one; where
    it is neither, the example is left out and counted. Repeated names are dropped before ranks are given, so that
    repeating says nothing. `rungs` are the rules by which names match; by which of them a right one was found is
    counted.
    """

    synonyms: Synonyms = field(default_factory=Synonyms.none)
    rungs: tuple[Rung, ...] = STRICT
    prefix: str = ""
    invalid: str = "unparseable"
    columns: tuple[str, ...] = field(init=False)
    counts: tuple[str, ...] = field(init=False)
    metrics: dict[str, Metric] = field(init=False)

    def __post_init__(self) -> None:
        matched = tuple(f"{self.prefix}match_{rung}" for rung in self.rungs)
        counts = ("unparseable", "rank_without_reference", *matched)
        hits = tuple(f"hit_at_{k}" for k in PLACES)
        columns = (*hits, "reciprocal", "examples", *counts)
        settings = f"match:{','.join(self.rungs)}|{DOSE_SAFE.signature}|synonyms:{self.synonyms.digest}"
        names = {f"{self.prefix}mrr": "mean:macro|cut:none", **{f"{self.prefix}{hit}": "mean:macro" for hit in hits}}
        if not self.prefix:
            names["top1_accuracy"] = "mean:macro"
        object.__setattr__(self, "columns", columns)
        object.__setattr__(self, "counts", counts)
        made = {name: metric(name, columns, f"{how}|{settings}") for name, how in names.items()}
        object.__setattr__(self, "metrics", made)

    def rows(self, answers: Sequence[Answer]) -> Array:
        """`(answers, 7 + rungs)`: 1 where right among the first 1, 3, 5; 1 / rank; 1; then the counts."""
        return stacked([self._row(answer) for answer in answers], self.columns)

    def _row(self, answer: Answer) -> list[float]:
        row = dict.fromkeys(self.columns, 0.0)
        wanted = ranked(answer.reference)
        single = not wanted
        right = _name(_single(answer.reference) if single else wanted[0])
        if not right:
            row["rank_without_reference"] = 1.0
            return list(row.values())
        row["examples"] = 1.0
        listed = ranked(answer.prediction) or ([_single(answer.prediction)] if single else [])
        candidates = self._distinct([name for name in map(_name, listed) if name])
        row["unparseable"] = float(not candidates)
        for place, name in enumerate(candidates, 1):
            if (rung := self.synonyms.rung(right, name, self.rungs)) is not None:
                row |= {f"hit_at_{k}": float(place <= k) for k in PLACES}
                row |= {"reciprocal": 1 / place, f"{self.prefix}match_{rung}": 1.0}
                break
        return list(row.values())

    def _distinct(self, names: Sequence[Name]) -> list[Name]:
        kept: list[Name] = []
        for name in names:
            if not any(self.synonyms.rung(name, earlier, self.rungs) for earlier in kept):
                kept.append(name)
        return kept


def _single(text: str) -> str:
    lines = text.strip().splitlines()
    return _bare(lines[0]) if len(lines) == 1 else ""


def _bare(item: str) -> str:
    # A name that is a remark as a whole, such as one in brackets, is a name.
    return _REMARK.sub("", item).strip() or item.strip()


def _name(text: str) -> Name:
    tokens = DOSE_SAFE.tokens(text)
    before = ("", *tokens)
    return tuple(_ROMAN.get(t, t) if previous in _GRADED else t for previous, t in zip(before, tokens, strict=False))


def _marks(name: Name) -> set[str]:
    return {mark for token in name for mark in _APART.findall(token)}


def _letters(name: Name) -> str:
    """A name without what spellings differ in: British `ae` and `oe`, plurals, where words are parted."""
    return "".join(re.sub("ae|oe", "e", token).removesuffix("s") for token in name)


def _typo(one: Name, other: Name) -> bool:
    """Whether one word has a letter too many, too few or two swapped, and all others are equal.

    Never a letter in another's place: that parts `arteritis` from `arthritis` and `dysphasia` from `dysphagia`.
    """
    from rapidfuzz.distance import OSA

    if len(one) != len(other):
        return False
    unlike = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    if len(unlike) != 1:
        return False
    ((a, b),) = unlike
    one_step = OSA.distance(a, b) == 1 and (len(a) != len(b) or sorted(a) == sorted(b))
    return one_step and min(len(a), len(b)) >= _LEAST_LETTERS and a[0] == b[0]
