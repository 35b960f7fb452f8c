"""Inline SVG: elements, scales and round numbers; page.css gives colour, and what is no markup is escaped."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from markupsafe import Markup

Scale = Callable[[float], float]


def scale(low: float, high: float, start: float, end: float, logarithmic: bool = False) -> Scale:
    """The function from values between `low` and `high` to places between `start` and `end`."""
    if logarithmic:
        inner = scale(math.log(low), math.log(high), start, end)
        return lambda value: inner(math.log(value))
    return lambda value: start + (end - start) * (value - low) / (high - low)


def ticks(low: float, high: float, about: int) -> list[float]:
    """Round numbers from `low` to `high`, some `about` of them.

    >>> ticks(-0.9, 0.9, 4)
    [-0.5, 0.0, 0.5]
    """
    if high <= low:
        return [low]
    rough = (high - low) / about
    power = 10 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough)
    first = math.ceil(low / step)
    return [round(i * step, 12) for i in range(first, math.floor(high / step + 1e-9) + 1)]


def text(x: float, y: float, content: str, anchor: str, kind: str = "") -> Markup:
    """Text that starts, ends or stands in the middle at `x`."""
    return tag("text", kind, content, x=x, y=y, text_anchor=anchor)


def across(kind: str, start: float, end: float, y: float) -> Markup:
    """A level line."""
    return tag("line", kind, x1=start, x2=end, y1=y, y2=y)


def upright(kind: str, x: float, top: float, bottom: float) -> Markup:
    """A plumb line."""
    return tag("line", kind, x1=x, x2=x, y1=top, y2=bottom)


def circle(kind: str, x: float, y: float, radius: float) -> Markup:
    """A dot."""
    return tag("circle", kind, cx=x, cy=y, r=radius)


def drawing(width: int, height: float, kind: str, told: str, marks: Sequence[Markup]) -> Markup:
    """The whole; `told` is what a screen reader says in its place."""
    box = f"0 0 {width} {height:g}"
    content = Markup("").join(marks)
    return tag("svg", kind, content, viewBox=box, width=width, height=height, role="img", aria_label=told)


def tag(name: str, kind: str, content: str | Markup = "", **attributes: str | float) -> Markup:
    """An element with a class and attributes."""
    given = ({"class": kind} if kind else {}) | {key.replace("_", "-"): value for key, value in attributes.items()}
    plain = {key: f"{value:.1f}" if isinstance(value, float) else value for key, value in given.items()}
    told = Markup("").join(Markup(' {}="{}"').format(key, value) for key, value in plain.items())
    return Markup("<{0}{1}>{2}</{0}>").format(name, told, content)
