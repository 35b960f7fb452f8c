"""Identifiers as they are said: numbers and dates in words, names spelled letter by letter.

"Six one seven, five five five, oh one two three" is rewritten as "617 555 0123", and what the nets of patterns find in
the rewritten text is laid back onto the words. So a number is known by the same signs whether it is written or said.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from stages.deidentify.dates import MONTHS
from stages.deidentify.forms import CoredForm, Form
from stages.deidentify.labels import NAMES
from stages.deidentify.names import ABBREVIATIONS, speaker_role
from stages.deidentify.runs import DIGITS, Run, runs
from stages.deidentify.words import listed
from stages.records import Span

Net = Callable[[str, int, int], Iterable[Span]]
"""Finds spans in a text from one place to another, as `re.Pattern.finditer` does."""
Change = tuple[int, int, Run]

LEAST_DIGITS = 5  # said one by one, where nothing announces them
LEAST_LETTERS = 4  # the same
LEAST_ANNOUNCED = 2
NO_NAMES = frozenset((*listed("letters"), *ABBREVIATIONS))
_SPELLED = re.compile(r"(?i)\b(?:spell(?:ed|ing|s)?|spelt|letters?|name(?:\s+is|'s)|initials?)\b[^.?!\n]{0,30}$")
_BORN = re.compile(r"(?i)\b(?:born|birth(?:day|date)?|d\W?o\W?b)\b[^.?!\n]{0,30}$")
_EMAIL = CoredForm(
    r"(?i)\b[a-z][\w'’-]*(?:[ \t]+(?:dot|period|underscore|dash|hyphen)[ \t]+[\w'’-]+"
    rf"|[ \t]+(?:\d+|{'|'.join(DIGITS)}))*[ \t]+at(?:[ \t]+[\w-]+){{1,5}}[ \t]+dot[ \t]+"
    r"(?:com|org|net|edu|gov|io|health|uk|us|ca|au|nz|ie|de|fr)\b",
    core=Form(r"(?i)\bat(?:[ \t]+[\w-]+){1,5}[ \t]+dot[ \t]"),
    before=r"\w'’ \t-",
    first=r"\w",
)
# How many words a net reads before and behind what it finds at most, three times over: what overlaps a match of the
# whole text that begins before a window is no match there, and the next one is.
REACH = 80
_WORD = re.compile(r"\S*\w\S*")
_MONTH_BEFORE = re.compile(rf"(?i)\b(?:{'|'.join(MONTHS)})\s+(?:the\s+)?$")


@dataclass(frozen=True, slots=True)
class Written:
    """A text with what is said in words put in figures, and where each rewritten stretch stands.

    Attributes:
        changes: (start, end) in `text` and the run that stands there in the words.
    """

    text: str
    changes: tuple[Change, ...]

    @classmethod
    @lru_cache(maxsize=64)  # the texts of a patient, which are read a second time for what is known by then
    def of(cls, text: str) -> Written:
        """Rewrite every run of numbers or letters."""
        pieces, changes = [], []
        at = length = 0
        for run in runs(text):
            before = text[at : run.start]
            figures = run.dated() if _MONTH_BEFORE.search(text, max(0, run.start - 20), run.start) else run.figures()
            pieces += [before, figures]
            changes.append((length + len(before), length + len(before) + len(figures), run))
            length, at = length + len(before) + len(figures), run.end
        return cls("".join([*pieces, text[at:]]), tuple(changes))

    def windows(self) -> Iterator[tuple[int, int]]:
        """Stretches around the changes, apart from each other, in which whatever touches a change can be found."""
        if not self.changes:
            return
        words = [match.start() for match in _WORD.finditer(self.text)]
        begin, stop = 0, -1
        for start, end, _ in self.changes:
            before = bisect_right(words, start) - REACH
            behind = bisect_left(words, end) + REACH
            lower = words[before] if before > 0 else 0
            if lower > stop >= 0:
                yield begin, stop
            begin = begin if lower <= stop else lower
            stop = words[behind] if behind < len(words) else len(self.text)
        yield begin, stop

    def sought(self, search: Callable[[str], Iterable[Span]]) -> Iterator[Span]:
        """What a search of each window finds that touches a rewritten stretch, where it stands in the words."""
        for start, end in self.windows():
            found = search(self.text[start:end])
            yield from self.laid_back(replace(span, start=start + span.start, end=start + span.end) for span in found)

    def laid_back(self, spans: Iterable[Span]) -> Iterator[Span]:
        """The spans that touch a rewritten stretch, where they stand in the words; a run is touched as a whole."""
        for span in spans:
            first = bisect_right(self.changes, span.start, key=_end)
            last = bisect_left(self.changes, span.end, key=_start)
            if first < last:
                start = min(self._place(span.start), self.changes[first][2].start)
                end = max(self._place(span.end), self.changes[last - 1][2].end)
                yield replace(span, start=start, end=end)

    def _place(self, at: int) -> int:
        """Where a place of the rewritten text lies in the words; inside a run, at its end."""
        before = bisect_left(self.changes, at, key=_start)
        if before == 0:
            return at
        _, end, run = self.changes[before - 1]
        return run.end if at < end else at + run.end - end


def _start(change: Change) -> int:
    return change[0]


def _end(change: Change) -> int:
    return change[1]


def aloud(text: str, nets: Sequence[Net]) -> Iterator[Span]:
    """Spans of identifiers that are said in words; they may overlap."""
    written = Written.of(text)
    if not written.changes:
        yield from _emails(text)
    for start, end in written.windows():
        for net in (*nets, _emails):
            yield from written.laid_back(net(written.text, start, end))
    for _, _, run in written.changes:
        before = text[max(0, run.start - 60) : run.start]
        if run.digits_said >= LEAST_DIGITS:
            yield Span(run.start, run.end, "OTHER_ID", 0.5, "pattern")
        if _BORN.search(before) and run.plain.isdigit() and 4 <= len(run.plain) <= 8:
            yield Span(run.start, run.end, "DATE", 0.8, "pattern")
        least = LEAST_ANNOUNCED if _SPELLED.search(before) else LEAST_LETTERS
        if run.is_spelled and len(run.plain) >= least and run.plain.casefold() not in NO_NAMES:
            yield Span(run.start, run.end, speaker_role(text, run.start), 0.75, "pattern")


def _emails(text: str, pos: int = 0, endpos: int = sys.maxsize) -> Iterator[Span]:
    for match in _EMAIL.finditer(text, pos, endpos):
        yield Span(match.start(), match.end(), "EMAIL", 0.9, "pattern")


def spelled(text: str, spans: Iterable[Span]) -> Iterator[tuple[str, Span]]:
    """Names that spans hold letter by letter, each as a word of its own with its span in it."""
    for span in spans:
        for run in runs(text[span.start : span.end]) if span.label in NAMES else ():
            if run.is_spelled:
                yield run.plain.title(), replace(span, start=0, end=len(run.plain))
