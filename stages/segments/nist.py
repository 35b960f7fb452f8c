"""What RTTM, CTM, STM and UEM have in common: fields between white space, `;` before a remark, `<NA>` for nothing.

Times are decimal and are added as such: 1.1 s and 2.2 s more end at 3.3, whatever a float makes of it. They are
written to the microsecond.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal

from stages.segments.lines import line as place
from stages.segments.segment import Segment

NOTHING = "<NA>"
CHANNEL = "1"

_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,2})?")


def parsed(text: str, of_line: Callable[[str], Segment | None]) -> Iterator[Segment]:
    """What `of_line` makes of each line that is neither blank nor a remark; None leaves a line out.

    Its `ValueError` is raised with the line's number, and stays a `TimesError` where it is one.
    """
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip() or line.lstrip().startswith(";"):
            continue
        with place(number):
            found = of_line(line)
        if found is not None:
            yield found


def fields(line: str, least: int, form: str) -> list[str]:
    """The fields of a line; raises `ValueError` naming the `form` where there are fewer than `least`."""
    found = line.split()
    if len(found) < least:
        raise ValueError(f"expected `{form}`, found {len(found)} fields")
    return found


def seconds(field: str, name: str) -> Decimal:
    """A time; raises `ValueError` naming what was expected to be one."""
    if not _NUMBER.fullmatch(field):
        raise ValueError(f"expected the {name} in seconds, found no number")
    return Decimal(field)


def name(field: str) -> str:
    """A name; empty where the field says that there is none."""
    return "" if field == NOTHING else field


def recording(value: str) -> str:
    """A recording's name as the first field of a line; raises `ValueError` where it cannot be one."""
    if not value or value.startswith(";"):
        raise ValueError("a recording has no name, or one that would read as a remark; rename it")
    return _whole(value, "recording")


def speaker(value: str) -> str:
    """A speaker's name as a field; raises `ValueError` where it cannot be one."""
    return _whole(value, "speaker") or NOTHING


def written(seconds: float | Decimal) -> str:
    """A time without digits that say nothing: `1.5`."""
    return f"{seconds:.6f}".rstrip("0").rstrip(".")


def duration(segment: Segment) -> str:
    """How long a segment is, so that start and duration as they are written add up to its end as it is written."""
    return written(Decimal(written(segment.end)) - Decimal(written(segment.start)))


def _whole(value: str, what: str) -> str:
    if value == NOTHING or any(character.isspace() for character in value):
        raise ValueError(f"a {what}'s name holds white space, or is {NOTHING}, which this format cannot say; rename it")
    return value
