"""Charts of one quantity: base and tuned with their intervals, and curves of a training."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from markupsafe import Markup

from stages.report import words
from stages.report.results import Result
from stages.report.svg import across, circle, drawing, scale, tag, text, ticks

Unit = Literal[
    "share", "points of 100", "bits per byte", "errors per reference token", "perplexity", "wrong seconds per second",
    "words",
]  # fmt: skip

# Ends of scales that are the same for every task, so that rows can be compared by eye; other units have no upper end.
ENDS: dict[Unit, tuple[float, float]] = {"share": (0.0, 1.0), "points of 100": (0.0, 100.0)}
MOST_DOTS = 20

_ERRORS = re.compile(r"(?:wer|cer|error_rate|length_error)$")
_UNITS: dict[str, Unit] = {
    "bleu": "points of 100", "chrf": "points of 100", "perplexity": "perplexity", "bits_per_byte": "bits per byte",
    "der": "wrong seconds per second", "der_collar": "wrong seconds per second", "hallucinated_words": "words",
}  # fmt: skip


class Point(NamedTuple):
    """A step of a training and a value at it."""

    step: float
    value: float


class Series(NamedTuple):
    """A curve: `train` or `validation`."""

    name: str
    points: tuple[Point, ...]


def unit(metric: str) -> Unit:
    """What a metric is given in; only metrics of one unit may share an axis."""
    return "errors per reference token" if _ERRORS.search(metric) else _UNITS.get(metric, "share")


def both(result: Result, width: int = 260) -> Markup:
    """Base and tuned with their intervals on one axis."""
    values = [v for span in (result.base, result.tuned) for v in span if v is not None]
    if not values:
        return Markup("")
    ends = ENDS.get(unit(result.metric))
    low, high = ends or (0.0, max(values) * 1.05 or 1.0)
    logarithmic = not ends and min(values) > 0 and max(values) / min(values) > 8
    low = min(values) / 1.2 if logarithmic else low
    x = scale(low, high, 8, width - 8, logarithmic)
    marks = [
        text(8, 42, f"{low:.3g}", "start"),
        text(width - 8, 42, f"{high:.3g}", "end"),
        across("axis", 8, width - 8, 29),
    ]
    if result.base.value is not None and result.tuned.value is not None:
        marks.append(across("between", x(result.base.value), x(result.tuned.value), 14))
    for system, span in (("base", result.base), ("tuned", result.tuned)):
        if span.low is not None and span.high is not None:
            marks.append(across(f"interval {system}", x(span.low), x(span.high), 14))
        if span.value is not None:
            marks.append(circle(system, x(span.value), 14, 5.5))
    told = f"{result.metric}: base {words.number(result.base.value)}, tuned {words.number(result.tuned.value)}"
    return drawing(width, 46, "both", told + (", logarithmic scale" if logarithmic else ""), marks)


def curves(title: str, series: Sequence[Series], width: int = 340, height: int = 190) -> Markup:
    """Curves over optimizer steps."""
    points = [point for one in series for point in one.points]
    left, right, top, bottom = 48, width - 14, 12, height - 26
    steps = [point.step for point in points]
    low, high = min(point.value for point in points), max(point.value for point in points)
    pad = (high - low) * 0.06 or abs(high) * 0.1 or 1.0
    low, high = (max(0.0, low - pad) if low >= 0 else low - pad), high + pad
    x, y = scale(min(steps), max(max(steps), min(steps) + 1), left, right), scale(low, high, bottom, top)
    marks = []
    for value in ticks(low, high, 4):
        marks += [across("grid", left, right, y(value)), text(left - 6, y(value) + 4, f"{value:g}", "end")]
    marks += [text(x(value), height - 8, f"{value:g}", "middle") for value in ticks(min(steps), max(steps), 4)]
    for one in series:
        path = " ".join(f"{x(point.step):.1f},{y(point.value):.1f}" for point in one.points)
        marks.append(tag("polyline", f"curve {one.name}", points=path))
        if len(one.points) <= MOST_DOTS:
            marks += [circle(f"dot {one.name}", x(point.step), y(point.value), 2.5) for point in one.points]
    ends = "; ".join(f"{one.name} from {one.points[0].value:.4g} to {one.points[-1].value:.4g}" for one in series)
    return drawing(width, height, "curves", f"{title} by step: {ends}", marks)
