"""The step of the structure stage: all records of a patient to the examples of every task."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from stages.flow import Count, Rejected
from stages.headers import read_headers
from stages.keys import Key, seeded
from stages.params.task import Task
from stages.records import Example, Record
from stages.structure import diagnosis, dictation, flashcards, hpi, scribe, terminology
from stages.structure.pair import Headers, Pair, Template, Unpaired

TEMPLATES: dict[str, Template] = {
    "flashcards": flashcards.pairs,
    "terminology": terminology.pairs,
    "hpi": hpi.pairs,
    "diagnosis": diagnosis.pairs,
    "scribe": scribe.pairs,
    "dictation": dictation.pairs,
}


@dataclass(slots=True)
class Structure:
    """`flow.Step` over the records of a group; a visit's dialogue and summary meet here."""

    tasks: Mapping[str, Task]
    seed: int
    key: Key
    stage: str = "structure"
    unit: Literal["record", "group"] = "group"
    takes: type[Record] = Record
    gives: type[Example] = Example
    _headers: dict[str, Headers] = field(default_factory=dict)

    def setup(self) -> None:
        """Read the lexicons of section names."""
        self._headers = {path: read_headers(path) for path in sorted({task.headers for task in self.tasks.values()})}

    def process(self, unit: Sequence[Record]) -> Iterable[Example | Rejected | Count]:
        """The examples of every task that names a source of these records."""
        named = {source for task in self.tasks.values() for source in task.sources}
        if unused := sum(record.source not in named for record in unit):
            yield Count("unused", unused)
        for name, task in sorted(self.tasks.items()):
            records = [record for record in unit if record.source in task.sources]
            if records:
                yield from self._of_task(name, task, records)

    def _of_task(self, name: str, task: Task, records: list[Record]) -> Iterable[Example | Rejected | Count]:
        for found in TEMPLATES[task.template](records, task, self._headers[task.headers]):
            if isinstance(found, Unpaired):
                yield _rejected(found.record, name, found.reason)
            elif fault := _fault(found, task):
                yield _rejected(found.records[0], name, fault)
            else:
                yield self._example(name, task, found)
                yield Count(f"examples.{name}")

    def _example(self, name: str, task: Task, pair: Pair) -> Example:
        records = tuple(record.id for record in pair.records)
        id = self.key.id("example", name, pair.kind, *records)
        return Example(
            id=id,
            task=name,
            group=pair.records[0].group,
            system=task.system,
            instruction=seeded(self.seed, "structure", id).choice(pair.wordings),
            input=pair.input,
            response=pair.response,
            audio=pair.audio,
            category=pair.category,
            split=next((record.split for record in pair.records if record.split), None),
            records=records,
            surrogates=tuple(sorted({surrogate for record in pair.records for surrogate in record.surrogates})),
            meta={"source": "+".join(dict.fromkeys(record.source for record in pair.records)), **pair.meta},
        )


def _fault(pair: Pair, task: Task) -> str | None:
    """Why a pair is no example; None where it is one."""
    if not pair.response.strip():
        return "empty response"
    if not (pair.input.strip() or any(wording.strip() for wording in pair.wordings)):
        return "empty question"
    # By the longest wording, so that what is chosen never decides what is dropped.
    if max(len(wording.split()) for wording in pair.wordings) + len(pair.input.split()) > task.most_input_words:
        return "question too long"
    if len(pair.response.split()) > task.most_response_words:
        return "response too long"
    if len({record.split for record in pair.records if record.split}) > 1:
        return "records of two declared splits"
    return None


def _rejected(record: Record, task: str, reason: str) -> Rejected:
    return Rejected(record.id, record.group, record.source, reason, f"task {task}")
