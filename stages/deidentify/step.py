"""The step: all records of one patient, searched, replaced, searched again; what is not sure goes no further."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

import orjson

from stages.canaries import Canary
from stages.deidentify.aloud import Written
from stages.deidentify.calendars import Calendar, PatientCalendar, VisitCalendar
from stages.deidentify.content import Content, rebuilt
from stages.deidentify.known_values import folded
from stages.deidentify.labels import LABELS, PLACES, tag
from stages.deidentify.originals import Original, sealed
from stages.deidentify.plant import Planted, Planter
from stages.deidentify.reasons import LEFT
from stages.deidentify.roster import read_roster
from stages.deidentify.spoken.recordings import Cut, Recordings, Refused
from stages.flow import Count, Rejected
from stages.headers import plain, read_headers
from stages.keys import Key
from stages.params.deidentify import Deidentify
from stages.records import Record, Span, to_json
from stages.store import Store

if TYPE_CHECKING:
    from stages.deidentify.finder import Finder
    from stages.deidentify.replace import Replaced, Replacer

HEADER_FIELD = "section_header"

SURVIVED = "planted identifier survived"
BY_MODEL, NAMED = "found by the model", "named by patterns"
"""Counts that tell whether the model saw anything; the stage judges them and writes them nowhere."""


@dataclass(frozen=True, slots=True)
class Deidentified:
    """A record as it flows on, with where PHI was found in the content that was read (labels and places, no values).

    The spans serve scoring on this machine and are never written to the stage's outputs; nor is how its recording was
    cut. `canary` was planted in the record and is gone from it. `original` is sealed.
    """

    record: Record
    found: tuple[tuple[int, int, str], ...] = ()
    cut: Cut | None = None
    canary: Canary | None = None
    original: Original | None = None

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
        spans = tuple((start, end, label) for start, end, label in plain.get("found", ()))
        cut = Cut.of(plain["cut"]) if "cut" in plain else None
        canary = Canary(**plain["canary"]) if "canary" in plain else None
        original = Original(**plain["original"]) if "original" in plain else None
        return cls(Record.from_json(to_json(plain["record"])), spans, cut, canary, original)


class Step:
    """De-identifies a patient's records.

    Args:
        exempt: Names of the sources that never held a person's data; their records pass as they are.
        recordings: Folder that recordings are written to.
        planter: Plants canaries into some records before they are searched.
    """

    stage = "deidentify"
    unit: Literal["record", "group"] = "group"
    takes: type[Any] = Record
    gives: type[Any] = Deidentified

    def __init__(
        self, params: Deidentify, exempt: Iterable[str], key: Key, recordings: Path, planter: Planter | None = None
    ) -> None:
        self._params, self.exempt, self._key = params, frozenset(exempt), key
        self.recordings = Recordings(params.speech, Store(recordings))
        self._plant = planter.plant if planter else Planted
        self._roster = read_roster(params.known, key)
        self._headers = read_headers(params.headers) if params.headers else {}
        self._finder: Finder | None = None

    def setup(self) -> None:
        """Load the model; raises naming it where it is not there."""
        from stages.deidentify.finder import Finder

        self._finder = Finder(self._params)

    def process(self, unit: Sequence[Record]) -> Iterator[Deidentified | Rejected | Count]:
        """Yield each record without its identifiers, or its rejection."""
        closed = []
        for record in unit:
            if record.audio:
                yield Count("speech.in")
            if record.source in self.exempt:
                yield Deidentified(*self._exempt(record))
                continue
            try:
                if record.audio:
                    self.recordings.refuse(record)
                closed.append(record)
            except Refused as refused:
                yield from _rejected(record, str(refused))
        if closed:
            try:
                yield from self._patient(closed)
            except SystemExit:
                # Some libraries end the process on a fault; the interpreter would print their message.
                raise RuntimeError("a library tried to end the process") from None

    def _exempt(self, record: Record) -> tuple[Record, tuple[()], Cut | None]:
        if not record.audio:
            return record, (), None
        whole, cut = self.recordings.whole(record)
        return whole, (), cut

    def _patient(self, records: Sequence[Record]) -> Iterator[Deidentified | Rejected | Count]:
        from stages.deidentify.replace import Replacer
        from stages.deidentify.residue import Residue

        assert self._finder is not None
        planted = [self._plant(record) for record in records]
        contents = [Content.of(self._without_headers(one.record)) for one in planted]
        texts = [content.text for content in contents]
        found = self._finder.find(texts, self._roster.get(records[0].group, ()))
        yield Count(BY_MODEL, found.by_model)
        yield Count(NAMED, found.named)
        identifiers = [
            (s.label, text[s.start : s.end]) for text, spans in zip(texts, found.spans, strict=True) for s in spans
        ]
        policy = self._policy(records[0].group, texts, found.spans, identifiers)
        replacer = Replacer([value for label, value in identifiers if label == "DATE"])
        within = [content.within(spans) for content, spans in zip(contents, found.spans, strict=True)]
        calendars = self._calendars(records, contents, within, replacer)
        # A place that was never sure enough to be sought everywhere may stand elsewhere as a common word.
        sought = [
            (label, value) for label, value in identifiers if label not in PLACES or folded(value) in found.values
        ]
        # What is said in words must not stand in figures either.
        sought += [(label, Written.of(value).text) for label, value in sought]
        residue = Residue.of(sought, found.parts)
        for one, content, spans, inside in zip(planted, contents, found.spans, within, strict=True):
            record, value_of = one.record, policy(one.record.id)
            old = content.pieces()
            parts = [
                replacer.replaced(text, here, value_of, calendars[_unit(record)])
                for text, here in zip(old, inside, strict=True)
            ]
            survived = one.canary is not None and any(one.canary.stands_in(part.text) for part in parts)
            yield from _counted(one, survived)
            if survived:
                yield from _rejected(record, SURVIVED)
                continue
            try:
                whole, cut = self._without(record, parts, inside)
            except Refused as refused:
                yield from _rejected(record, str(refused))
                continue
            left = parts if cut is None else [*parts[::2], *self._searched_again(whole)]
            if any(residue.stands_in(part.text, part.spans) for part in left):
                yield from _rejected(record, LEFT)
                continue
            if cut is not None:
                whole, cut = self.recordings.made(whole, cut)
                original = None
            else:
                original = sealed(self._key, record, whole, old, inside, [part.spans for part in parts])
            yield Deidentified(whole, one.as_read(spans), cut, one.canary, original)
            for label in LABELS:
                if number := sum(span.label == label for span in spans):
                    yield Count(f"found.{label}", number)

    def _searched_again(self, record: Record) -> Iterator[Replaced]:
        """What is left of each turn, as it is searched and in figures."""
        from stages.deidentify.replace import Replaced

        assert self._finder is not None
        for turn in record.turns:
            text = self._finder.legible(turn.text)
            yield Replaced(text, ())
            yield Replaced(Written.of(text).text, ())

    def _without(
        self, record: Record, parts: Sequence[Replaced], inside: Sequence[Sequence[Span]]
    ) -> tuple[Record, Cut | None]:
        """The record without identifiers: surrogates stand for them, but of a recording's turns their words go."""
        from stages.deidentify.replace import Replaced

        if not record.audio:
            return self._written(record, parts), None
        named = [part if at % 2 == 0 else Replaced(record.turns[at // 2].text, ()) for at, part in enumerate(parts)]
        return self.recordings.without(self._written(record, named), inside[1::2])

    def _without_headers(self, record: Record) -> Record:
        """The record with blanks where a declared section name stands: `GENHX` reads like a surname in capitals."""
        blanks = {name: " " * len(text) for name, text in record.fields.items() if self._is_header(name, text)}
        return replace(record, fields={**record.fields, **blanks})

    def _is_header(self, name: str, text: str) -> bool:
        return name.casefold() == HEADER_FIELD and plain(text) in self._headers

    def _calendars(
        self,
        records: Sequence[Record],
        contents: Sequence[Content],
        within: Sequence[Sequence[Sequence[Span]]],
        replacer: Replacer,
    ) -> dict[str, Calendar | None]:
        """Where the dates of each visit go, by the visit."""
        units = {_unit(record) for record in records}
        match self._params.dates:
            case "year":
                return dict.fromkeys(units, None)
            case "shift":
                return dict.fromkeys(units, PatientCalendar(self._key, records[0].group, self._params.most_days))
        days: dict[str, list[date]] = {unit: [] for unit in units}
        for record, content, inside in zip(records, contents, within, strict=True):
            for text, spans in zip(content.pieces(), inside, strict=True):
                days[_unit(record)] += replacer.days(text, spans)
        return {unit: VisitCalendar(self._key, unit, days[unit], self._params.most_days) for unit in units}

    def _policy(
        self, group: str, texts: Sequence[str], spans: Sequence[Sequence[Span]], identifiers: Sequence[tuple[str, str]]
    ) -> Callable[[str], Callable[[str, str], str]]:
        """What gives a record's surrogates, by its id."""
        if self._params.replacement == "tags":
            return lambda _: lambda label, _: tag(label)
        from stages.deidentify.bearers import gender_of
        from stages.deidentify.consistency import Policy

        titled = [
            match.group()
            for text, found in zip(texts, spans, strict=True)
            for span in found
            if span.label == "PATIENT"
            and (
                match := re.search(
                    r"\b(?:Mr|Mrs|Ms|Miss|Mister)\b\.?(?=\s*$)", text[max(0, span.start - 8) : span.start]
                )
            )
        ]
        declared = self._params
        gender = gender_of(texts, titled)
        return Policy(declared.consistency, self._key, group, identifiers, gender, declared.cultures).of

    def _written(self, record: Record, parts: Sequence[Replaced]) -> Record:
        """The record with new texts. A file's name and digest may tell a patient: a keyed hash stands for each."""
        invented = {part.text[span.start : span.end] for part in parts for span in part.spans}
        origin = replace(
            record.origin,
            file=self._key.id("file", record.source, record.origin.file),
            sha256=self._key.digest("sha256", record.origin.sha256).hex(),
        )
        whole = rebuilt(record, [part.text for part in parts])
        kept = {name: text for name, text in record.fields.items() if self._is_header(name, text)}
        whole = replace(whole, fields={**whole.fields, **kept})
        return replace(whole, origin=origin, surrogates=tuple(sorted(invented)))


def _unit(record: Record) -> str:
    """What has a calendar of its own: the visit, or a record of which none is known."""
    return record.encounter or record.id


def _counted(planted: Planted, survived: bool) -> Iterator[Count]:
    if planted.canary is not None:
        yield Count(f"canaries.planted.{planted.canary.label}")
        yield Count(f"canaries.removed.{planted.canary.label}", int(not survived))


def _rejected(record: Record, reason: str) -> Iterator[Rejected | Count]:
    yield Rejected(record.id, record.group, record.source, reason)
    if record.audio:
        yield Count(f"speech.dropped.{reason}")
