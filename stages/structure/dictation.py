"""`dictation`: the recording of one speaker to the words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from stages.params.task import Task
from stages.records import Record
from stages.structure import recorded
from stages.structure.pair import Headers, Pair, Unpaired


def pairs(records: Sequence[Record], task: Task, _headers: Headers) -> Iterable[Pair | Unpaired]:
    """One pair a window of each recording in which one speaks."""
    for record in records:
        roles = sorted({turn.speaker for turn in record.turns})
        if len(roles) > 1:
            yield Unpaired(record, "more than one speaker")
        else:
            yield from recorded.pairs(
                record, task, roles, lambda window: " ".join(turn.text for turn in window.turns), lambda _: ""
            )
