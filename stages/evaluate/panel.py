"""The scorers that a task's declared metrics need, side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from stages.evaluate.predictions import Answer
from stages.evaluate.scorers import Metric, Scorer
from stages.evaluate.scorers.adherence import Adherence
from stages.evaluate.scorers.bleu import Bleu
from stages.evaluate.scorers.overlap import Overlap
from stages.evaluate.scorers.perplexity import Perplexity
from stages.evaluate.scorers.ranked import Ranked, Synonyms
from stages.evaluate.scorers.rouge import KINDS, Rouge
from stages.evaluate.scorers.section import SectionF1
from stages.evaluate.scorers.wer import WordErrorRate
from stages.evaluate.statistics import Array
from stages.evaluate.tokens import blank, squad

INDEPENDENT: dict[str, Callable[[], Scorer]] = {
    "exact_match": Overlap,
    "token_f1": Overlap,
    "squad_exact_match": lambda: Overlap(squad, "squad", "squad_"),
    "squad_token_f1": lambda: Overlap(squad, "squad", "squad_"),
    **dict.fromkeys(KINDS, Rouge),
    "bleu": Bleu,
    "perplexity": Perplexity,
    "wer": WordErrorRate,
}
RANKED = ("top1_accuracy", "mrr")
ADHERENCE = "format_adherence"
SECTION = "_f1"


class Measure(NamedTuple):
    """A declared metric: the columns of the panel's rows that it follows from, and the categories it is measured on."""

    name: str
    metric: Metric
    columns: slice
    categories: frozenset[str] | None


class Part(NamedTuple):
    """A scorer within the panel, over the categories that its metrics are measured on (None: all)."""

    scorer: Scorer
    columns: slice
    categories: frozenset[str] | None


class Panel:
    """Scores answers once for all of a task's metrics; its `values` is what `stages.evaluate.statistics` takes."""

    def __init__(
        self,
        metrics: Sequence[str],
        sections: Sequence[str],
        synonyms: Synonyms,
        categories: Mapping[str, Sequence[str]],
    ) -> None:
        """Choose scorers.

        `categories` says of a metric which categories it is measured on. Raises `ValueError` naming a metric that there
        is none of, or that needs sections which are not declared.
        """
        for name in categories:
            _scorer(name, tuple(sections), synonyms)
        self.parts: list[Part] = []
        self.measures: list[Measure] = []
        made: dict[tuple[object, frozenset[str] | None], Part] = {}
        end = 0
        for name in dict.fromkeys(metrics):
            on = frozenset(categories[name]) if name in categories else None
            scorer = _scorer(name, tuple(sections), synonyms)
            part = made.get((_kind(scorer), on))
            if part is None:
                part = Part(scorer, slice(end, end + len(scorer.columns)), on)
                end = part.columns.stop
                made[(_kind(scorer), on)] = part
                self.parts.append(part)
            self.measures.append(Measure(name, part.scorer.metrics[name], part.columns, on))
        self.width = end

    def rows(self, answers: Sequence[Answer]) -> Array:
        """`(answers, width)`: the statistics of every scorer; zeros where it does not apply."""
        rows = np.zeros((len(answers), self.width))
        for part in self.parts:
            chosen = [i for i, a in enumerate(answers) if part.categories is None or a.category in part.categories]
            if chosen:
                rows[chosen, part.columns] = part.scorer.rows([answers[i] for i in chosen])
        return rows

    def values(self, sums: Array) -> dict[str, Array]:
        """Every metric of summed rows, `(..., width)` to `{metric: (...)}`."""
        return {m.name: np.asarray(m.metric.value(sums[..., m.columns])) for m in self.measures}

    def counts(self, rows: Array) -> dict[str, int]:
        """What scorers count, over all rows."""
        found: dict[str, int] = {}
        for part in self.parts:
            sums = rows[:, part.columns].sum(axis=0)
            found |= {name: int(sums[part.scorer.columns.index(name)]) for name in part.scorer.counts}
        return found

    def invalid(self, answers: Sequence[Answer], rows: Array) -> int:
        """How many answers that are not blank could not be read as the task declares."""
        broken = np.zeros(len(answers), dtype=bool)
        for part in self.parts:
            if part.scorer.invalid:
                broken |= rows[:, part.columns][:, part.scorer.columns.index(part.scorer.invalid)] > 0
        return sum(bool(flag) and not blank(answer.prediction) for flag, answer in zip(broken, answers, strict=True))


def _scorer(name: str, sections: tuple[str, ...], synonyms: Synonyms) -> Scorer:
    if name in INDEPENDENT:
        return INDEPENDENT[name]()
    if name in RANKED:
        return Ranked(synonyms)
    if name == ADHERENCE:
        if not sections:
            raise ValueError(f"{name}: needs declared sections, and there are none")
        return Adherence(sections)
    wanted = name.removesuffix(SECTION)
    section = next((header for header in sections if header.lower().replace(" ", "_") == wanted), None)
    if section is None or not name.endswith(SECTION):
        known = [*INDEPENDENT, *RANKED, ADHERENCE, "<section>_f1"]
        declared = ", ".join(sections) or "none"
        raise ValueError(
            f"{name}: no such metric; known are {', '.join(known)}, and the declared sections are {declared}"
        )
    return SectionF1(section, sections)


def _kind(scorer: Scorer) -> object:
    """What tells scorers apart: equal kinds give equal rows, so one of them is enough."""
    return type(scorer), tuple(scorer.metrics), tuple(metric.signature for metric in scorer.metrics.values())
