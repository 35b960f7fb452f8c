"""`terminology`: a term explained in four parts, from rows with a question and the parts.

The answer's form is that of the medical terminology set-up in docs/presets: Definition, Explanation, Clinical
Relevance, Note.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from stages.params.task import Task
from stages.records import Record
from stages.structure.pair import Headers, Pair, Unpaired, value

WORDINGS = (
    "Explain this to a medical student.",
    "Answer as a teacher of medicine would.",
    "Explain the term that is asked about.",
    "Teach the answer to this question.",
)
PARTS = {"Definition": "definition", "Explanation": "explanation", "Clinical Relevance": "relevance", "Note": "note"}


def pairs(records: Sequence[Record], _task: Task, _headers: Headers) -> Iterable[Pair | Unpaired]:
    """One pair a row; a row that lacks a part is left out, since the answer's form is what is taught."""
    for record in records:
        question = value(record, "question")
        parts = {header: value(record, name) for header, name in PARTS.items()}
        if not question:
            yield Unpaired(record, "empty question")
        elif missing := [header for header, text in parts.items() if not text]:
            yield Unpaired(record, f"no {missing[0]}")
        else:
            response = "\n".join(f"**{header}**: {_one_line(text)}" for header, text in parts.items())
            yield Pair("term", (record,), WORDINGS, question, response, value(record, "category"))


def _one_line(text: str) -> str:
    return " ".join(text.split())
