"""Errors that can harm: numbers, doses, units, negations and sides that an answer added, lost or changed.

What of a text is critical is said by `stages.guard`, which also keeps the pipeline's own changes off it. A category is
a bag: of what the reference has and the answer lacks, and the other way round, as many as pair up count as changed
(`5 mg` became `50 mg`), the rest as lost and as added. A changed dose is a changed number too, and counts in both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256

from stages.evaluate.measures import Array
from stages.evaluate.normalisers import PROBES
from stages.evaluate.predictions import Answer
from stages.evaluate.scorers import Metric, metric, stacked
from stages.evaluate.tokens import blank
from stages.guard import Critical, critical

CATEGORIES = ("numbers", "doses", "units", "negation", "laterality")
KINDS = ("added", "lost", "changed")


@dataclass(frozen=True)
class CriticalErrors:
    """Critical errors for each critical token of the reference, and the share of answers without any.

    A blank answer is not without error, even where its reference has nothing critical.
    """

    columns: tuple[str, ...] = (
        "error_free",
        "examples",
        "errors",
        "critical",
        *(f"critical_{category}_{kind}" for category in CATEGORIES for kind in KINDS),
    )
    counts: tuple[str, ...] = tuple(f"critical_{category}_{kind}" for category in CATEGORIES for kind in KINDS)
    invalid: None = None
    metrics: dict[str, Metric] = field(init=False)

    def __post_init__(self) -> None:
        settings = f"of:{','.join(CATEGORIES)}|rules:guard#{_digest()}"
        made = {
            "critical_error_rate": metric("critical_error_rate", self.columns, f"pooled:tokens|{settings}"),
            "critical_error_free": metric("critical_error_free", self.columns, f"mean:macro|{settings}"),
        }
        object.__setattr__(self, "metrics", made)

    def rows(self, answers: Sequence[Answer]) -> Array:
        """`(answers, 19)`: 1 without error, 1, errors, critical tokens; added, lost and changed of each category."""
        return stacked([self._row(answer) for answer in answers], self.columns)

    def _row(self, answer: Answer) -> list[float]:
        gold, said = _critical(answer.reference), _critical(answer.prediction)
        tallies: list[int] = []
        tokens = 0
        for category in CATEGORIES:
            wanted, given = Counter(getattr(gold, category)), Counter(getattr(said, category))
            lost, added = (wanted - given).total(), (given - wanted).total()
            changed = min(lost, added)
            tallies += [added - changed, lost - changed, changed]
            tokens += wanted.total()
        errors = sum(tallies)
        free = errors == 0 and not blank(answer.prediction)
        return [float(free), 1.0, float(errors), float(tokens), *map(float, tallies)]


@lru_cache(maxsize=1 << 14)
def _critical(text: str) -> Critical:
    return critical(text)


@lru_cache(maxsize=1)
def _digest() -> str:
    """Of what the rules find in the texts that normalisers are told apart by."""
    return sha256(repr([critical(probe) for probe in PROBES]).encode()).hexdigest()[:12]
