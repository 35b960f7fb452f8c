"""Format adherence: does an answer have the declared form?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from stages.evaluate.measures import Array
from stages.evaluate.predictions import Answer
from stages.evaluate.scorers import Metric, metric, stacked
from stages.evaluate.sections import parse

RULES = ("header_missing", "header_extra", "header_repeated", "header_order", "section_empty", "not_ended")


@dataclass(frozen=True)
class Adherence:
    """Share of answers that keep every rule: each header once, in order, each section non-empty, ended by itself.

    And precision and recall of headers alone, pooled over the examples; one that is repeated counts once as found.

    Headers are the declared ones that the reference has (a visit may have no assessment to write), all where it has
    none; another declared header is one too many. An answer that breaks a rule on headers or sections is invalid; how
    many broke each rule is counted.
    """

    headers: tuple[str, ...]
    columns: tuple[str, ...] = (
        "adheres",
        "examples",
        "malformed",
        *RULES,
        "headers_found",
        "headers_wanted",
        "headers_given",
    )
    counts: tuple[str, ...] = RULES
    invalid: str = "malformed"
    metrics: dict[str, Metric] = field(init=False)

    def __post_init__(self) -> None:
        settings = f"sections:{','.join(self.headers)}"
        rules = {
            "format_adherence": f"rules:{','.join(RULES)}",
            "header_recall": "pooled",
            "header_precision": "pooled",
        }
        made = {name: metric(name, self.columns, f"{settings}|{rule}") for name, rule in rules.items()}
        object.__setattr__(self, "metrics", made)

    def rows(self, answers: Sequence[Answer]) -> Array:
        """`(answers, 12)`: 1 where all is kept, 1, 1 where malformed, 1 for each broken rule; headers counted."""
        return stacked([self._row(answer) for answer in answers], self.columns)

    def _row(self, answer: Answer) -> tuple[float, ...]:
        wanted = {section.header for section in parse(answer.reference, self.headers)} or set(self.headers)
        sections = parse(answer.prediction, self.headers)
        found = Counter(section.header for section in sections)
        order = list(dict.fromkeys(section.header for section in sections))
        broken = (
            any(header not in found for header in wanted),
            any(header not in wanted for header in found),
            any(count > 1 for count in found.values()),
            order != [header for header in self.headers if header in found],
            any(not section.text for section in sections),
            not answer.ended,
        )
        headers = len(wanted & found.keys()), len(wanted), found.total()
        return float(not any(broken)), 1.0, float(any(broken[:-1])), *map(float, broken), *map(float, headers)
