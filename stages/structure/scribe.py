"""`scribe`: the recording of a visit to what was said, with a token before the words of each speaker."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from stages.params.task import Task
from stages.records import Record
from stages.structure import recorded
from stages.structure.pair import Headers, Pair, Unpaired
from stages.structure.windows import Window


def pairs(records: Sequence[Record], task: Task, _headers: Headers) -> Iterable[Pair | Unpaired]:
    """One pair a window; the category is who speaks in it, in the order of `task.speakers`."""
    for record in records:
        yield from recorded.pairs(record, task, task.speakers, _response, lambda window: _category(window, task))


def token(role: str) -> str:
    """What stands before the words of a role.

    >>> token("doctor")
    '<|doctor|>'
    """
    return f"<|{role}|>"


def _response(window: Window) -> str:
    """The words in the order of turns; a token where the speaker changes."""
    said = groupby(window.turns, key=lambda turn: turn.speaker)
    return " ".join(f"{token(role)} {' '.join(turn.text for turn in turns)}" for role, turns in said)


def _category(window: Window, task: Task) -> str:
    there = {turn.speaker for turn in window.turns}
    return " and ".join(role for role in task.speakers if role in there)
