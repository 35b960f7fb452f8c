"""`flashcards`: a question and its answer, from rows with `instruction`, `input` and `output`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from stages.params.task import Task
from stages.records import Record
from stages.structure.pair import Headers, Pair, Unpaired, value

WORDINGS = (
    "Answer this question truthfully.",
    "Answer the following medical question.",
    "Give a short, correct answer to this question.",
    "You are revising for an examination. Answer the card.",
)


def pairs(records: Sequence[Record], _task: Task, _headers: Headers) -> Iterable[Pair | Unpaired]:
    """One pair a row.

    A row's own instruction is kept; a row without one gets a wording of ours.
    """
    for record in records:
        if not record.fields:
            yield Unpaired(record, "not a row")
            continue
        instruction, question = value(record, "instruction"), value(record, "input")
        if not (instruction or question):
            yield Unpaired(record, "empty question")
            continue
        wordings = (instruction,) if instruction else WORDINGS
        yield Pair("card", (record,), wordings, question, value(record, "output"), value(record, "category"))
