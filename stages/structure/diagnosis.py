"""`diagnosis`: from a case to its diagnosis, its ranked differential and its treatment."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import orjson

from stages.params.task import Task
from stages.records import Record
from stages.structure import notes
from stages.structure.pair import Headers, Pair, Unpaired

WORDINGS = {
    "diagnosis": (
        "What is the most likely diagnosis?",
        "Name the most likely diagnosis for this patient.",
        "Read the history and symptoms and give the single most likely diagnosis.",
        "Which diagnosis fits this presentation best?",
    ),
    "differential": (
        "Give a ranked differential diagnosis, most likely first.",
        "List the differential diagnoses in order of likelihood.",
        "Which diagnoses should be considered? Rank them.",
        "Rank the possible diagnoses for this presentation.",
    ),
    "treatment": (
        "What is the treatment?",
        "Recommend a treatment for this diagnosis.",
        "How should this patient be treated?",
        "Give the plan for this diagnosis.",
    ),
}
LEAST_RANKED = 2


def pairs(records: Sequence[Record], _task: Task, headers: Headers) -> Iterable[Pair | Unpaired]:
    """Up to three pairs a case: the kinds are `diagnosis`, `differential` and `treatment`.

    The question of a treatment holds the history too: the same diagnosis is treated in more than one way, and a
    question of the diagnosis alone would be the same question for many patients.
    """
    for record in records:
        case = notes.sections(record, headers)
        made = list(_of_case(record, case)) if case.get("HPI") else []
        yield from made
        if not case.get("HPI"):
            yield Unpaired(record, "no history")
        elif not made:
            yield Unpaired(record, "no diagnosis, differential or treatment")


def ranked(text: str) -> list[str]:
    """The items of a differential: a JSON list, lines, or parts between semicolons or bars, else between commas.

    >>> ranked("1. croup; 2. asthma")
    ['croup', 'asthma']
    """
    if text.lstrip().startswith("["):
        try:
            items = [str(item) for item in orjson.loads(text)]
        except orjson.JSONDecodeError:
            items = [text]
    else:
        separator = next((mark for mark in ("\n", ";", "|") if mark in text.strip()), None)
        items = text.split(separator) if separator else re.split(r",\s+|\s+(?=\d{1,2}[.)]\s)", text)
    plain = (re.sub(r"^\s*(?:\d{1,2}[.)]|[-*•])\s*", "", item).strip(" \t.;,") for item in items)
    return list(dict.fromkeys(filter(None, plain)))


def _of_case(record: Record, case: Mapping[str, str]) -> Iterable[Pair]:
    history, diagnosis = case["HPI"], case.get("Diagnosis", "")
    items = ranked(case.get("Differential", ""))
    if diagnosis:
        yield _pair(record, "diagnosis", history, diagnosis)
    if len(items) >= LEAST_RANKED:
        numbered = "\n".join(f"{rank}. {item}" for rank, item in enumerate(items, start=1))
        yield _pair(record, "differential", history, numbered)
    if diagnosis and case.get("Plan"):
        yield _pair(record, "treatment", f"Diagnosis: {diagnosis}\n{history}", case["Plan"])


def _pair(record: Record, kind: str, asked: str, response: str) -> Pair:
    return Pair(kind, (record,), WORDINGS[kind], asked, response, kind)
