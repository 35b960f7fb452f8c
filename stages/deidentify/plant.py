"""Canaries planted into records before their identifiers are sought, so that recall is known where there is no gold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from stages.canaries import Canary, canary
from stages.deidentify.content import Content
from stages.keys import Key, seeded
from stages.records import Record, Span, Turn


@dataclass(frozen=True, slots=True)
class Planted:
    """A record with its canary, and where the sentence stands in its content; as it was where it has none."""

    record: Record
    canary: Canary | None = None
    start: int = 0
    end: int = 0

    def as_read(self, spans: Sequence[Span]) -> tuple[tuple[int, int, str], ...]:
        """Where spans of the planted content stand in the content that was read; those of the canary stand nowhere."""
        found = []
        for span in spans:
            start, end = (self._as_read(place) for place in (span.start, span.end))
            if start < end:
                found.append((start, end, span.label))
        return tuple(found)

    def _as_read(self, place: int) -> int:
        return min(place, self.start) if place < self.end else place - (self.end - self.start)


@dataclass(frozen=True, slots=True)
class Planter:
    """Plants one canary into each record of a share of the patients.

    They are those at the end of the line that `split` cuts its sets from, so that a canary never stands in a test set.
    """

    share: float
    seed: int
    key: Key

    def plant(self, record: Record) -> Planted:
        """The record with its canary, where its patient is one of the share and no set but training is declared."""
        if record.split in ("validation", "test") or record.audio or not self._chosen(record.group):
            return Planted(record)
        drawn = canary(record.id, record.group, seeded(self.seed, "canary", record.id))
        planted = _with(record, drawn.sentence)
        if planted is None:
            return Planted(record)
        old, new = Content.of(record).text, Content.of(planted).text
        start = next((at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), len(old))
        return Planted(planted, drawn, start, start + len(new) - len(old))

    def _chosen(self, group: str) -> bool:
        return self.key.place(self.seed, group) >= 1 - self.share


def _with(record: Record, sentence: str) -> Record | None:
    """The record with a sentence at its end: of the text, of the dialogue, of its longest field."""
    if record.text is not None:
        return replace(record, text=f"{record.text}\n{sentence}\n")
    if record.turns:
        return replace(record, turns=(*record.turns, Turn(record.turns[-1].speaker, sentence)))
    # A code or a name of a field is no place for a sentence.
    name = max(record.fields, key=lambda name: len(record.fields[name]), default=None)
    if name is None or " " not in record.fields[name].strip():
        return None
    return replace(record, fields={**record.fields, name: f"{record.fields[name]} {sentence}"})
