"""Spans out, surrogates or tags in, by Presidio's anonymizer with its merging off."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from presidio_anonymizer import AnonymizerEngine
from presidio_anonymizer.entities import OperatorConfig, RecognizerResult

from stages.deidentify.analyzer import no_silent_loss
from stages.deidentify.calendars import Calendar
from stages.deidentify.dates import CERTAIN, Order, Written, order_of, parse, rewritten, year_of
from stages.deidentify.labels import tag
from stages.deidentify.surrogates import capped_age
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
        texts_of_dates: Every date found in the patient's records: they tell the order of day and month, and the years.
    """

    def __init__(self, texts_of_dates: Sequence[str]) -> None:
        self._order: Order = order_of(texts_of_dates)
        self._latest = _latest_year(texts_of_dates)
        self._engine = AnonymizerEngine()

    def replaced(
        self, text: str, spans: Sequence[Span], value_of: Callable[[str, str], str], calendar: Calendar | None
    ) -> Replaced:
        """The text with every span replaced; spans must not overlap.

        Args:
            value_of: What stands for (label, value); asked once a span, in the order of the text. Dates and ages are
                changed alike whatever it says.
            calendar: Where dates go; None leaves the year alone.
        """
        anchor = self._anchor(text, spans)
        inside = [(span, text[span.start : span.end]) for span in spans]
        values = [self._value(span.label, value, anchor, value_of, calendar) for span, value in inside]
        # Each span is an entity of its own: the same words may get another surrogate where they stand again.
        with no_silent_loss():
            result = self._engine.anonymize(
                text,
                [RecognizerResult(str(at), span.start, span.end, span.score) for at, span in enumerate(spans)],
                {str(at): OperatorConfig("replace", {"new_value": value}) for at, value in enumerate(values)},
                merge_entities_with_spaces=False,
            )
        if len(result.items) != len(spans):
            raise RuntimeError(f"{len(spans)} spans went into the anonymizer and {len(result.items)} came out")
        where = sorted((item.start, item.end, int(item.entity_type)) for item in result.items)
        return Replaced(result.text, tuple(Span(start, end, spans[at].label) for start, end, at in where))

    def days(self, text: str, spans: Sequence[Span]) -> list[date]:
        """Every date of a text that can be read, as often as it stands there."""
        anchor = self._anchor(text, spans)
        read = (self._read(text[span.start : span.end], anchor) for span in spans if span.label == "DATE")
        return [found.written.day for found in read if found]

    def _anchor(self, text: str, spans: Sequence[Span]) -> int:
        return _latest_year([text[s.start : s.end] for s in spans if s.label == "DATE"]) or self._latest or 2000

    def _value(
        self,
        label: str,
        value: str,
        anchor: int,
        value_of: Callable[[str, str], str],
        calendar: Calendar | None,
    ) -> str:
        if label == "DATE":
            found = self._read(value, anchor)
            return found.before + self._changed(found.written, calendar) + found.after if found else tag("DATE")
        if label == "AGE":
            return capped_age(value)
        return value_of(label, value)

    def _read(self, value: str, anchor: int) -> _Read | None:
        if written := parse(value, anchor, self._order):
            return _Read("", written, "")
        for form in CERTAIN:
            if match := form.search(value):
                inner = parse(match.group(), anchor, self._order)
                before, after = value[: match.start()], value[match.end() :]
                # What stands beside the date ("at noon") stays only where it holds no number of its own.
                if inner and not any(map(str.isdigit, before + after)):
                    return _Read(before, inner, after)
        return None

    def _changed(self, written: Written, calendar: Calendar | None) -> str:
        has_year = bool(written.parts & {"y", "yw"})
        if has_year and self._latest and written.day.year < self._latest - OLDEST_TOLD:
            # The year alone would tell an age over 89.
            return tag("DATE")
        if calendar is None:
            return year_of(written) or tag("DATE")
        return rewritten(written, calendar(written.day))


@dataclass(frozen=True, slots=True)
class _Read:
    """A date that was read, with the words that stand beside it in its span."""

    before: str
    written: Written
    after: str


def _latest_year(dates: Iterable[str]) -> int | None:
    years = [int(year) for text in dates for year in re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", text)]
    return max(years, default=None)
