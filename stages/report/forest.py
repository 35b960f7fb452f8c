"""Paired differences as a forest plot: a row each, those of one unit on one axis, better always to the right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from stages.report import words
from stages.report.charts import Unit, unit
from stages.report.results import Result, Span
from stages.report.svg import Scale, across, circle, drawing, scale, tag, text, ticks, upright

WIDTH, LEFT, RIGHT = 760, 215, 545
ROW, HEAD, FOOT = 25, 22, 34
LONGEST = 32


class Row(NamedTuple):
    """A difference under a name; rows of one result's metric, or of one metric's slices."""

    name: str
    result: Result


def forest(rows: Sequence[Row]) -> Markup:
    """The plot of all rows whose difference is known; nothing where none is.

    Differences of metrics that are better when lower are mirrored, so that right of the line tuned is better; the
    figures beside the plot are tuned - base as everywhere.
    """
    known = [row for row in rows if row.result.difference.value is not None]
    units = dict.fromkeys(unit(row.result.metric) for row in known)
    marks: list[Markup] = []
    top = 0.0
    for one in units:
        part = [row for row in known if unit(row.result.metric) == one]
        marks += _panel(one, part, top)
        top += HEAD + ROW * len(part) + FOOT
    if not marks:
        return Markup("")
    told = "; ".join(f"{row.name} {_figures(row.result)} {row.result.verdict}" for row in known)
    return drawing(WIDTH, top, "forest", f"Differences, tuned minus base, with intervals: {told}", marks)


def _panel(of: Unit, rows: Sequence[Row], top: float) -> list[Markup]:
    gains = [_gain(row.result) for row in rows]
    low, high = _range([end for gain in gains for end in gain if end is not None])
    x = scale(low, high, LEFT, RIGHT)
    first, last = top + HEAD, top + HEAD + ROW * len(rows)
    marks = [
        text(x(0) - 12, first - 8, "\u2190 base better", "end"),
        text(x(0) + 12, first - 8, "tuned better \u2192", "start"),
    ]
    for value in ticks(low, high, 5):
        kind = "zero" if value == 0 else "grid"
        marks += [upright(kind, x(value), first, last), text(x(value), last + 14, words.tick(value), "middle")]
    marks.append(text(RIGHT, last + 27, of, "end"))
    placed = enumerate(zip(rows, gains, strict=True))
    return [*marks, *(_row(row, gain, x, first + ROW * (place + 0.5)) for place, (row, gain) in placed)]


def _range(ends: Sequence[float]) -> tuple[float, float]:
    """From all that is drawn, with 0 in it, and beside 0 on both sides what the words above the axis need."""
    low, high = min(0.0, *ends), max(0.0, *ends)
    span = high - low or 1.0
    return min(low - 0.05 * span, -0.4 * span), max(high + 0.05 * span, 0.4 * span)


def _row(row: Row, gain: Span, x: Scale, y: float) -> Markup:
    result = row.result
    name = row.name if len(row.name) <= LONGEST else f"{row.name[: LONGEST - 1]}\u2026"
    marks = [tag("title", "", f"{row.name}: {_figures(result)}"), text(0, y + 4, name, "start", "name")]
    if gain.low is not None and gain.high is not None:
        marks.append(across(f"interval {result.verdict}", x(gain.low), x(gain.high), y))
    if gain.value is not None:
        marks.append(circle(result.verdict, x(gain.value), y, 4.5))
    marks.append(text(WIDTH, y + 4, _figures(result), "end", "figures"))
    return tag("g", "", Markup("").join(marks))


def _gain(result: Result) -> Span:
    """The difference so that more is better."""
    value, low, high = result.difference
    if result.better != "lower":
        return result.difference
    return Span(*(None if end is None else -end for end in (value, high, low)))


def _figures(result: Result) -> str:
    ends = words.interval(result.difference, signed=True)
    return f"{words.number(result.difference.value, signed=True)} {ends}".strip()
