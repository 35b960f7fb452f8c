"""Charts as inline SVG: intervals of base and tuned, paired differences, and curves; page.css gives them colour."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from markupsafe import Markup

from stages.report import words
from stages.report.results import Result

# Ends of scales that are the same for every task, so that rows can be compared by eye.
FIXED = {"bleu": (0.0, 100.0)}
OPEN = {"perplexity", "wer"}
MOST_DOTS = 20

Scale = Callable[[float], float]


class Point(NamedTuple):
    """A step of a training and a value at it."""

    step: float
    value: float


class Series(NamedTuple):
    """A curve: `train` or `validation`."""

    name: str
    points: tuple[Point, ...]


def both(result: Result, width: int = 260) -> Markup:
    """Base and tuned with their intervals on one axis."""
    values = [v for span in (result.base, result.tuned) for v in span if v is not None]
    if not values:
        return Markup("")
    low, high = _range(result.metric, values)
    logarithmic = result.metric in OPEN and min(values) > 0 and max(values) / min(values) > 8
    low = min(values) / 1.2 if logarithmic else low
    x = _scale(low, high, 8, width - 8, logarithmic)
    marks = [
        _text(8, 42, f"{low:.3g}", "start"),
        _text(width - 8, 42, f"{high:.3g}", "end"),
        _line("axis", 8, width - 8, 29),
    ]
    if result.base.value is not None and result.tuned.value is not None:
        marks.append(_line("between", x(result.base.value), x(result.tuned.value), 14))
    for system, span in (("base", result.base), ("tuned", result.tuned)):
        if span.low is not None and span.high is not None:
            marks.append(_line(f"interval {system}", x(span.low), x(span.high), 14))
        if span.value is not None:
            marks.append(_circle(system, x(span.value), 14, 5.5))
    scale = ", logarithmic scale" if logarithmic else ""
    told = f"{result.metric}: base {words.number(result.base.value)}, tuned {words.number(result.tuned.value)}{scale}"
    return _svg(width, 46, "both", told, marks)


def difference(result: Result, width: int = 150) -> Markup:
    """The paired difference with its interval beside the line of no difference."""
    value, low, high = result.difference
    if value is None or low is None or high is None:
        return Markup("")
    reach = max(abs(low), abs(high)) * 1.1 or 1.0
    if result.metric not in OPEN:
        reach = max(reach, FIXED.get(result.metric, (0.0, 1.0))[1])
    x = _scale(-reach, reach, 4, width - 4)
    marks = [
        _line("axis", 4, width - 4, 11),
        _tag("line", "zero", x1=x(0), x2=x(0), y1=1, y2=21),
        _line(f"interval {result.verdict}", x(low), x(high), 11),
        _circle(result.verdict, x(value), 11, 4.5),
    ]
    told = f"difference {words.number(value, signed=True)} {words.interval(result.difference, signed=True)}"
    return _svg(width, 22, "difference", told, marks)


def curves(title: str, series: Sequence[Series], width: int = 340, height: int = 190) -> Markup:
    """Curves over optimizer steps."""
    points = [point for one in series for point in one.points]
    left, right, top, bottom = 48, width - 14, 12, height - 26
    steps = [point.step for point in points]
    low, high = min(point.value for point in points), max(point.value for point in points)
    pad = (high - low) * 0.06 or abs(high) * 0.1 or 1.0
    low, high = (max(0.0, low - pad) if low >= 0 else low - pad), high + pad
    x, y = _scale(min(steps), max(max(steps), min(steps) + 1), left, right), _scale(low, high, bottom, top)
    marks = []
    for value in _ticks(low, high, 4):
        marks += [_line("grid", left, right, y(value)), _text(left - 6, y(value) + 4, f"{value:g}", "end")]
    marks += [_text(x(value), height - 8, f"{value:g}", "middle") for value in _ticks(min(steps), max(steps), 4)]
    for one in series:
        path = " ".join(f"{x(point.step):.1f},{y(point.value):.1f}" for point in one.points)
        marks.append(_tag("polyline", f"curve {one.name}", points=path))
        if len(one.points) <= MOST_DOTS:
            marks += [_circle(f"dot {one.name}", x(point.step), y(point.value), 2.5) for point in one.points]
    ends = "; ".join(f"{one.name} from {one.points[0].value:.4g} to {one.points[-1].value:.4g}" for one in series)
    return _svg(width, height, "curves", f"{title} by step: {ends}", marks)


def _range(metric: str, values: Sequence[float]) -> tuple[float, float]:
    return (0.0, max(values) * 1.05 or 1.0) if metric in OPEN else FIXED.get(metric, (0.0, 1.0))


def _scale(low: float, high: float, start: float, end: float, logarithmic: bool = False) -> Scale:
    if logarithmic:
        inner = _scale(math.log(low), math.log(high), start, end)
        return lambda value: inner(math.log(value))
    return lambda value: start + (end - start) * (value - low) / (high - low)


def _ticks(low: float, high: float, about: int) -> list[float]:
    """Round numbers from `low` to `high`, some `about` of them."""
    if high <= low:
        return [low]
    rough = (high - low) / about
    power = 10 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
    first = math.ceil(low / step)
    return [round(i * step, 12) for i in range(first, math.floor(high / step + 1e-9) + 1)]


def _text(x: float, y: float, text: str, anchor: str) -> Markup:
    return _tag("text", "", text, x=x, y=y, text_anchor=anchor)


def _line(kind: str, start: float, end: float, y: float) -> Markup:
    return _tag("line", kind, x1=start, x2=end, y1=y, y2=y)


def _circle(kind: str, x: float, y: float, radius: float) -> Markup:
    return _tag("circle", kind, cx=x, cy=y, r=radius)


def _svg(width: int, height: int, kind: str, told: str, marks: Sequence[Markup]) -> Markup:
    box = f"0 0 {width} {height}"
    return _tag(
        "svg", kind, Markup("").join(marks), viewBox=box, width=width, height=height, role="img", aria_label=told
    )


def _tag(tag: str, kind: str, content: str | Markup = "", **attributes: str | float) -> Markup:
    """An element; what is no markup already is escaped."""
    given = ({"class": kind} if kind else {}) | {key.replace("_", "-"): value for key, value in attributes.items()}
    plain = {key: f"{value:.1f}" if isinstance(value, float) else value for key, value in given.items()}
    told = Markup(" ").join(Markup('{}="{}"').format(key, value) for key, value in plain.items())
    return Markup("<{0} {1}>{2}</{0}>").format(tag, told, content)
