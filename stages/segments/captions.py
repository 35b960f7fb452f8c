"""What SubRip and WebVTT have in common: blocks between empty lines, times around an arrow, names before words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from stages.segments.lines import line

ARROW = "-->"
TIME = re.compile(r"(?:(\d+):)?([0-5]?\d):([0-5]?\d)[.,](\d{1,3})")
# A name before a colon: up to three words, each with a capital or a number, or one word with a number or _ in it.
# "I take two: ..." has none; "https://..." neither.
NAMED = re.compile(
    r"""(?:[-–]\s*)?
    (?P<name> (?=[^\W\d_]) (?: [^\W\d_a-z][\w.'’-]* (?:[ ][^\W_a-z][\w.'’-]*){0,2} | \w*[\d_]\w* ) )
    \s*:(?:\s+|$)(?P<words>.*)""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Cue:
    """One block: its first line counted from 1, its times in seconds and its lines of text."""

    line: int
    start: float
    end: float
    lines: tuple[str, ...]


def blocks(text: str) -> Iterator[tuple[int, list[str]]]:
    """Runs of lines that are not empty, each with the number of its first."""
    held: list[str] = []
    for number, content in enumerate([*text.splitlines(), ""], start=1):
        if content.strip():
            held.append(content)
        elif held:
            yield number - len(held), held
            held = []


def cue(number: int, lines: list[str]) -> Cue:
    """A block as a cue: a name or number of its own may stand above the times.

    Raises `ValueError` naming the line where no times are.
    """
    above = next((place for place, content in enumerate(lines[:2]) if ARROW in content), None)
    if above is None:
        raise ValueError(f"line {number}: expected times such as 00:00:01.000 {ARROW} 00:00:02.500")
    with line(number + above):
        start, _, rest = lines[above].partition(ARROW)
        end = rest.split()[0] if rest.split() else ""
        times = seconds(start.strip()), seconds(end)
    return Cue(number + above, *times, tuple(lines[above + 1 :]))


def seconds(text: str) -> float:
    """`HH:MM:SS.mmm`, with a point or a comma and the hours left out or not; raises `ValueError`."""
    match = TIME.fullmatch(text)
    if not match:
        raise ValueError(f"expected a time such as 00:00:01.000 before and after {ARROW}")
    hours, minutes, whole, part = match.groups()
    return ((int(hours or 0) * 60 + int(minutes)) * 60_000 + int(whole) * 1000 + int(part.ljust(3, "0"))) / 1000


def clock(time: float, mark: str) -> str:
    """Seconds as `HH:MM:SS`, `mark` and milliseconds."""
    whole = round(time * 1000)
    return f"{whole // 3_600_000:02d}:{whole // 60_000 % 60:02d}:{whole // 1000 % 60:02d}{mark}{whole % 1000:03d}"


def named(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Speaker and words of each run of lines; a line without a name goes on with the one before it.

    The speaker of words before the first name is empty.

    >>> list(named(["DOCTOR: Any pain?", "- Patient: No,", "none."]))
    [('DOCTOR', 'Any pain?'), ('Patient', 'No, none.')]
    """
    speaker, words = "", list[str]()
    for content in lines:
        if match := NAMED.fullmatch(content.strip()):
            if words:
                yield speaker, " ".join(words)
            speaker, words = match["name"], match["words"].split()
        else:
            words += content.split()
    if words:
        yield speaker, " ".join(words)
