"""Spans out, surrogates or tags in, by Presidio's anonymizer with its merging off."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from presidio_anonymizer import AnonymizerEngine
from presidio_anonymizer.entities import OperatorConfig, RecognizerResult

from stages.deidentify.analyzer import no_silent_loss
from stages.deidentify.dates import CERTAIN, Order, Written, order_of, parse, shifted, year_of
from stages.deidentify.labels import LABELS, tag
from stages.deidentify.surrogates import Surrogates, capped_age
from stages.keys import Key
from stages.records import Span

OLDEST_TOLD = 89


@dataclass(frozen=True, slots=True)
class Replaced:
    """A text with its identifiers replaced; `spans` are where replacements stand in it."""

    text: str
    spans: tuple[Span, ...]


class Replacer:
    """Replaces the identifiers of one patient.

    Args:
        mode: `surrogates` or `tags` for everything but dates and ages, which are changed alike in either.
        dates: `shift` by `days`, or `year`.
        texts_of_dates: Every date found in the patient's records: they tell the order of day and month, and the years.
    """

    def __init__(
        self,
        surrogates: Surrogates,
        mode: Literal["surrogates", "tags"],
        dates: Literal["shift", "year"],
        days: int,
        texts_of_dates: Sequence[str],
    ) -> None:
        self._surrogates, self._mode, self._dates, self._days = surrogates, mode, dates, days
        self._order: Order = order_of(texts_of_dates)
        self._latest = _latest_year(texts_of_dates)
        self._engine = AnonymizerEngine()

    def replaced(self, text: str, spans: Sequence[Span]) -> Replaced:
        """The text with every span replaced; spans must not overlap."""
        anchor = _latest_year([text[s.start : s.end] for s in spans if s.label == "DATE"]) or self._latest or 2000
        operators = {label: self._operator(label, anchor) for label in LABELS}
        with no_silent_loss():
            result = self._engine.anonymize(
                text,
                [RecognizerResult(span.label, span.start, span.end, span.score) for span in spans],
                operators,
                merge_entities_with_spaces=False,
            )
        if len(result.items) != len(spans):
            raise RuntimeError(f"{len(spans)} spans went into the anonymizer and {len(result.items)} came out")
        where = sorted((item.start, item.end, item.entity_type) for item in result.items)
        return Replaced(result.text, tuple(Span(start, end, label) for start, end, label in where))

    def _operator(self, label: str, anchor: int) -> OperatorConfig:
        return OperatorConfig("custom", {"lambda": self._function(label, anchor)})

    def _function(self, label: str, anchor: int) -> Callable[[str], str]:
        if label == "DATE":
            return lambda value: self._date(value, anchor)
        if label == "AGE":
            return capped_age
        if self._mode == "tags":
            return lambda _: tag(label)
        return lambda value: self._surrogates.of(label, value)

    def _date(self, value: str, anchor: int) -> str:
        if written := parse(value, anchor, self._order):
            return self._changed(written)
        for form in CERTAIN:
            if match := form.search(value):
                inner = parse(match.group(), anchor, self._order)
                around = value[: match.start()] + value[match.end() :]
                # What stands beside the date ("at noon") stays only where it holds no number of its own.
                if inner and not any(map(str.isdigit, around)):
                    return value[: match.start()] + self._changed(inner) + value[match.end() :]
        return tag("DATE")

    def _changed(self, written: Written) -> str:
        has_year = bool(written.parts & {"y", "yw"})
        if has_year and self._latest and written.day.year < self._latest - OLDEST_TOLD:
            # The year alone would tell an age over 89.
            return tag("DATE")
        if self._dates == "year":
            return year_of(written) or tag("DATE")
        return shifted(written, self._days)


def offset_of(key: Key, group: str, most_days: int) -> int:
    """The secret shift of a patient's dates, in days: never 0, at most `most_days` either way."""
    rng = key.rng("offset", group)
    return rng.choice((-1, 1)) * rng.randint(1, most_days)


def _latest_year(dates: Iterable[str]) -> int | None:
    years = [int(year) for text in dates for year in re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", text)]
    return max(years, default=None)
