"""The scorers that a task's declared metrics need, side by side."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stages.evaluate.measures import TERMS, Array
from stages.evaluate.normalisers import CLINICAL, SQUAD, WHISPER
from stages.evaluate.predictions import Answer
from stages.evaluate.scorers import Metric, Scorer
from stages.evaluate.scorers.adherence import Adherence
from stages.evaluate.scorers.bleu import Bleu
from stages.evaluate.scorers.chrf import Chrf
from stages.evaluate.scorers.cpwer import SpeakerWer
from stages.evaluate.scorers.critical import CriticalErrors
from stages.evaluate.scorers.der import COLLAR, DiarizationError
from stages.evaluate.scorers.hallucination import Hallucination
from stages.evaluate.scorers.jer import JaccardError
from stages.evaluate.scorers.overlap import Overlap
from stages.evaluate.scorers.perplexity import Perplexity
from stages.evaluate.scorers.ranked import LENIENT, PLACES, Ranked, Synonyms
from stages.evaluate.scorers.roles import Roles
from stages.evaluate.scorers.rouge import KINDS, Rouge
from stages.evaluate.scorers.section import ALL, SectionF1
from stages.evaluate.scorers.shape import Shape
from stages.evaluate.scorers.terms import MedicalTerms, Vocabulary
from stages.evaluate.scorers.wder import WordDiarization
from stages.evaluate.scorers.wer import ErrorRate

LIKELIHOODS = ("perplexity", "bits_per_byte")
INDEPENDENT: dict[str, Callable[[], Scorer]] = {
    **dict.fromkeys(("exact_match", "token_f1"), Overlap),
    **dict.fromkeys(("squad_exact_match", "squad_token_f1"), lambda: Overlap(SQUAD, "squad_")),
    **dict.fromkeys(KINDS, Rouge),
    "bleu": Bleu,
    "chrf": Chrf,
    **dict.fromkeys(LIKELIHOODS, Perplexity),
    "wer": lambda: ErrorRate("wer"),
    "cer": lambda: ErrorRate("cer"),
    "clinical_wer": lambda: ErrorRate("wer", CLINICAL, "clinical_"),
    "clinical_cer": lambda: ErrorRate("cer", CLINICAL, "clinical_"),
    "whisper_wer": lambda: ErrorRate("wer", WHISPER, "whisper_"),
    "whisper_cer": lambda: ErrorRate("cer", WHISPER, "whisper_"),
    **dict.fromkeys(("critical_error_rate", "critical_error_free"), CriticalErrors),
    **dict.fromkeys(("repetition", "length_error"), Shape),
    "hallucinated_words": Hallucination,
}
OF_SPEAKERS: dict[str, Callable[[], Scorer]] = {
    **dict.fromkeys(("wder", "diarization_accuracy"), WordDiarization),
    "role_accuracy": Roles,
    "cpwer": SpeakerWer,
}
OF_TIMES: dict[str, Callable[[], Scorer]] = {
    "der": DiarizationError,
    "der_collar": lambda: DiarizationError("der_collar", COLLAR),
    "jer": JaccardError,
    "jer_collar": lambda: JaccardError("jer_collar", COLLAR),
}
HITS = tuple(f"hit_at_{k}" for k in PLACES)
RANKED: dict[str, Callable[[Synonyms], Scorer]] = {
    **dict.fromkeys(("top1_accuracy", "mrr", *HITS), Ranked),
    **dict.fromkeys((f"lenient_{name}" for name in ("mrr", *HITS)), lambda table: Ranked(table, LENIENT, "lenient_")),
}
ADHERENCE = ("format_adherence", "header_recall", "header_precision")
SECTION = ("_pooled_f1", "_f1")
TERM = re.compile(rf"medical_term_wer|(?:{'|'.join(TERMS)})_term_(?:recall|precision|f1)")

NO_SPEAKERS, NO_TIMES = "no speaker tokens", "no times of speakers"

# What needs nothing but texts and the vocabulary.
OF_TEXTS = (
    *(name for name in INDEPENDENT if name not in LIKELIHOODS),
    "medical_term_wer",
    *(f"{kind}_term_{what}" for kind in TERMS for what in ("recall", "precision", "f1")),
)


class Measure(NamedTuple):
    """A declared metric.

    Attributes:
        columns: Those of the panel's rows that it follows from.
        categories: What it is measured on; None: all.
        unread: The speakers whose tokens are no part of the texts that it is taken on.
    """

    name: str
    metric: Metric
    columns: slice
    categories: frozenset[str] | None
    unread: tuple[str, ...] = ()

    @property
    def signature(self) -> str:
        """The signature of the metric as it is measured here."""
        on = f"|categories:{','.join(sorted(self.categories))}" if self.categories else ""
        unread = f"|without tokens of:{','.join(self.unread)}" if self.unread else ""
        return self.metric.signature + on + unread


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
        vocabulary: Vocabulary | None = None,
        speakers: Sequence[str] = (),
    ) -> None:
        """Choose scorers.

        `vocabulary` is what the metrics of terms list. `categories` says of a metric which categories it is measured
        on. `speakers` are those whose tokens stand in the texts of the task, if any; answers come as
        `stages.evaluate.turns.attributed` makes them. Raises `ValueError` naming a metric that there is none of, or
        that needs sections or a vocabulary which are not declared.
        """
        for name in categories:
            _scorer(name, tuple(sections), synonyms, vocabulary)
        self.speakers = tuple(speakers)
        self.parts: list[Part] = []
        self.measures: list[Measure] = []
        made: dict[tuple[object, frozenset[str] | None], Part] = {}
        end = 0
        for name in dict.fromkeys(metrics):
            on = frozenset(categories[name]) if name in categories else None
            scorer = _scorer(name, tuple(sections), synonyms, vocabulary)
            part = made.get((_kind(scorer), on))
            if part is None:
                part = Part(scorer, slice(end, end + len(scorer.columns)), on)
                end = part.columns.stop
                made[(_kind(scorer), on)] = part
                self.parts.append(part)
            unread = () if name in OF_SPEAKERS or name in OF_TIMES or name in LIKELIHOODS else tuple(sorted(speakers))
            self.measures.append(Measure(name, part.scorer.metrics[name], part.columns, on, unread))
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

    def statistics(self, row: Array) -> dict[str, list[float]]:
        """Of one row, what each metric is a function of once it is summed, as `stages.evaluate.measures` takes it."""
        return {m.name: row[m.columns][list(m.metric.at)].tolist() for m in self.measures}

    def invalid(self, answers: Sequence[Answer], rows: Array) -> NDArray[np.bool_]:
        """`(answers,)`: which of them are not blank and could not be read as the task declares."""
        broken = np.zeros(len(answers), dtype=bool)
        for part in self.parts:
            if part.scorer.invalid:
                broken |= rows[:, part.columns][:, part.scorer.columns.index(part.scorer.invalid)] > 0
        return broken & ~np.array([answer.blank for answer in answers], dtype=bool)

    def not_applicable(self, answers: Sequence[Answer]) -> dict[str, str]:
        """Metrics that the answers of a system do not allow, and why: they are null, whatever the system is worth."""
        found = {}
        for measure in self.measures:
            if measure.name in OF_SPEAKERS and all(answer.spoken is None for answer in answers):
                found[measure.name] = NO_SPEAKERS
            if measure.name in OF_TIMES and all(answer.timed is None for answer in answers):
                found[measure.name] = NO_TIMES
        return found


def _scorer(name: str, sections: tuple[str, ...], synonyms: Synonyms, vocabulary: Vocabulary | None) -> Scorer:
    for plain in (INDEPENDENT, OF_SPEAKERS, OF_TIMES):
        if name in plain:
            return plain[name]()
    if name in RANKED:
        return RANKED[name](synonyms)
    if TERM.fullmatch(name):
        if vocabulary is None:
            raise ValueError(f"{name}: needs a vocabulary; `evaluate.terms` names it")
        return MedicalTerms(vocabulary)
    if name in ADHERENCE:
        if not sections:
            raise ValueError(f"{name}: needs declared sections, and there are none")
        return Adherence(sections)
    return _of_sections(name, sections)


def _of_sections(name: str, sections: tuple[str, ...]) -> Scorer:
    by_name: dict[str, tuple[str, ...]] = {header.lower().replace(" ", "_"): (header,) for header in sections}
    if sections:
        by_name[ALL] = sections
    ending = next((end for end in SECTION if name.removesuffix(end) in by_name and name.endswith(end)), None)
    if ending is None:
        known = [
            *INDEPENDENT,
            *OF_SPEAKERS,
            *OF_TIMES,
            *RANKED,
            *ADHERENCE,
            "medical_term_wer",
            "<kind>_term_f1",
            "<section>_f1",
        ]
        declared = ", ".join(sections) or "none"
        raise ValueError(
            f"{name}: no such metric; known are {', '.join(known)}, and the declared sections are {declared}"
        )
    wanted = name.removesuffix(ending)
    return SectionF1(wanted, by_name[wanted], sections)


def _kind(scorer: Scorer) -> object:
    """What tells scorers apart: equal kinds give equal rows, so one of them is enough."""
    return type(scorer), tuple(scorer.metrics), tuple(metric.signature for metric in scorer.metrics.values())
