"""The step over a patient's records: declared operators in declared order, every change counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Self

import orjson

from stages.clean.abbreviations import Abbreviations
from stages.clean.boilerplate import Boilerplate
from stages.clean.change import Change, Context, Medium, Operator
from stages.clean.copy_forward import CopyForward
from stages.clean.tables import Tables
from stages.clean.typos import Typos
from stages.flow import Count, Rejected
from stages.params.clean import Clean as Declared
from stages.records import Record, to_json


@dataclass(frozen=True, slots=True)
class Pass:
    """What one operator made of one text; `where` names the text within its record."""

    where: str
    operator: str
    before: str
    changes: tuple[Change, ...]
    held_back: int


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A record as it flows on, and the log of what was changed in it: (text, operator, start, end, before, after).

    The text is `text`, `turn <number from 0>` or the name of a field. Start and end are code points of what the
    operator was given, which is what the one before it gave.
    """

    record: Record
    log: tuple[tuple[str, str, int, int, str, str], ...] = ()

    @property
    def id(self) -> str:
        return self.record.id

    @property
    def group(self) -> str:
        return self.record.group

    @classmethod
    def from_json(cls, line: bytes | str) -> Self:
        """Parse one JSON object."""
        plain = orjson.loads(line)
        log = tuple((where, what, start, end, a, b) for where, what, start, end, a, b in plain.get("log", ()))
        return cls(Record.from_json(to_json(plain["record"])), log)


class Clean:
    """Cleans all records of a patient; those of `curated` sources, which never were notes, pass as they are.

    So do recordings: a transcript says what is heard, abbreviations and slips of the tongue as well.
    """

    stage = "clean"
    unit: Literal["record", "group"] = "group"
    takes = Record
    gives = Cleaned

    def __init__(self, declared: Declared, curated: frozenset[str], repeated: frozenset[str]) -> None:
        self._declared, self._curated, self._repeated = declared, curated, repeated

    def setup(self) -> None:
        """Build the operators, whose dictionaries take a second."""
        self._operators = [self._operator(name) for name in self._declared.operators]

    def process(self, unit: Sequence[Record]) -> Iterable[Cleaned | Rejected | Count]:
        """Yield the cleaned records; one of which nothing is left is rejected."""
        earlier: list[str] = []
        for record in sorted(unit, key=lambda r: (r.encounter or "", r.id)):
            if record.source in self._curated or record.audio:
                yield Cleaned(record)
                continue
            cleaned, passes = self.clean(record, tuple(earlier))
            yield from (Count(f"changes.{done.operator}", len(done.changes)) for done in passes if done.changes)
            yield from (Count(f"held_back.{done.operator}", done.held_back) for done in passes if done.held_back)
            if _is_empty(cleaned) and not _is_empty(record):
                last = next(done.operator for done in reversed(passes) if done.changes)
                yield Rejected(record.id, record.group, record.source, f"nothing left after {last}")
            else:
                log = (
                    (done.where, c.operator, c.start, c.end, c.before, c.after) for done in passes for c in done.changes
                )
                yield Cleaned(cleaned, tuple(log))
            if record.text:
                earlier.append(record.text)

    def clean(self, record: Record, earlier: tuple[str, ...]) -> tuple[Record, list[Pass]]:
        """A record cleaned, and what each operator did to each of its texts."""
        passes: list[Pass] = []
        if record.text is not None:
            context = Context("note", record.surrogates, earlier)
            return replace(record, text=self._text("text", record.text, context, passes)), passes
        spoken = Context("speech", record.surrogates)
        turns = tuple(
            replace(turn, text=self._text(f"turn {n}", turn.text, spoken, passes))
            for n, turn in enumerate(record.turns)
        )
        filled = Context("field", record.surrogates)
        fields = {name: self._text(name, value, filled, passes) for name, value in record.fields.items()}
        return replace(record, turns=turns, fields=fields), passes

    def _text(self, where: str, text: str, context: Context, passes: list[Pass]) -> str:
        for operator in self._of(context.medium):
            edited = operator(text, context)
            passes.append(Pass(where, operator.name, text, edited.changes, edited.held_back))
            text = edited.text
        return text

    def _of(self, medium: Medium) -> Iterator[Operator]:
        return (operator for operator in self._operators if medium in operator.media)

    def _operator(self, name: str) -> Operator:
        declared = self._declared
        if name == Boilerplate.name:
            return Boilerplate(self._repeated)
        if name == CopyForward.name:
            return CopyForward()
        if name == Typos.name:
            return Typos(declared.terms, declared.most_edits)
        if name == Tables.name:
            return Tables()
        return Abbreviations(declared.abbreviations)


def _is_empty(record: Record) -> bool:
    texts = [record.text or "", *(turn.text for turn in record.turns), *record.fields.values()]
    return not any(text.strip() for text in texts)
