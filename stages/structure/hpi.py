"""`hpi`: the transcript of a visit to its history of present illness and assessment.

The answer is cut from a structured summary of the same visit: a row, rows of one section each, or a document with
headers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from stages.params.task import Task
from stages.records import Record
from stages.structure import notes
from stages.structure.pair import Headers, Pair, Unpaired, value

SECTIONS = ("HPI", "Assessment")
WORDINGS = (
    "Write the {sections} of this visit from the transcript.",
    "Summarise this conversation as {sections}.",
    "Read the dialogue and draft the {sections} for the chart.",
    "From what was said in this visit, document the {sections}.",
    "Turn the transcript into a clinical note with {sections}.",
)


class _Note(NamedTuple):
    records: tuple[Record, ...]
    sections: Mapping[str, str]


def pairs(records: Sequence[Record], task: Task, headers: Headers) -> Iterable[Pair | Unpaired]:
    """One pair for each dialogue of a visit that has a summary."""
    ordered = sorted(records, key=lambda record: (_visit(record), task.sources.index(record.source), record.id))
    for _, same in groupby(ordered, key=_visit):
        yield from _of_visit(list(same), tuple(task.sections) or SECTIONS, headers)


def _of_visit(visit: list[Record], wanted: tuple[str, ...], headers: Headers) -> Iterable[Pair | Unpaired]:
    dialogues = [record for record in visit if transcript(record)]
    found, others = _summary(visit, wanted, headers)
    yield from others
    if found is None:
        yield from (Unpaired(record, "no summary of this encounter") for record in dialogues)
        return
    if not dialogues:
        yield from (Unpaired(record, "no dialogue of this encounter") for record in found.records)
    there = [name for name in wanted if name in found.sections]
    response = "\n\n".join(f"{name}: {_one_paragraph(found.sections[name])}" for name in there)
    named = " and ".join(there)
    for dialogue in dialogues:
        made_of = (dialogue, *(record for record in found.records if record.id != dialogue.id))
        wordings = [wording.format(sections=named) for wording in WORDINGS]
        yield Pair("visit", made_of, wordings, transcript(dialogue), response, named)


def transcript(record: Record) -> str:
    """A dialogue as lines of `Doctor: words`; empty where the record holds none."""
    if record.turns:
        return "\n".join(f"{turn.speaker.capitalize()}: {' '.join(turn.text.split())}" for turn in record.turns)
    return "\n".join(" ".join(line.split()) for line in value(record, "dialogue").splitlines() if line.strip())


def _summary(visit: list[Record], wanted: tuple[str, ...], headers: Headers) -> tuple[_Note | None, list[Unpaired]]:
    """The visit's summary, and what else is no dialogue: rows of one section are parts of one summary."""
    parts: list[tuple[Record, Mapping[str, str]]] = []
    wholes: list[_Note] = []
    others: list[Unpaired] = []
    for record in visit:
        held = {name: text for name, text in notes.sections(record, headers).items() if name in wanted}
        if held and value(record, "section_header"):
            parts.append((record, held))
        elif held:
            wholes.append(_Note((record,), held))
        elif not transcript(record) or value(record, "section_header"):
            others.append(Unpaired(record, f"no {' or '.join(wanted)} in this summary"))
    if parts:
        wholes.insert(0, _Note(tuple(record for record, _ in parts), notes.laid_together([held for _, held in parts])))
    others += [Unpaired(record, "another summary of this encounter") for note in wholes[1:] for record in note.records]
    return (wholes[0] if wholes else None), others


def _visit(record: Record) -> str:
    # A source that tells patients but not visits has one visit a patient.
    return record.encounter or record.group


def _one_paragraph(text: str) -> str:
    return " ".join(text.split())
