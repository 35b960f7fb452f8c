"""Steps for the tests of flow; a module of their own, because workers import them."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from stages.flow import Count, Rejected
from stages.records import Origin, Record

SECRET = "Kwame Osei, born 1944"


class Shout:
    """Upper-cases a text; rejects `refuse`, raises on `boom`, kills its process on `die`; marks each call."""

    stage = "clean"
    unit = "record"
    takes = Record
    gives = Record

    def __init__(self, marks: Path) -> None:
        self.marks = marks

    def setup(self) -> None:
        self.ready = True

    def process(self, unit: Sequence[Record]) -> Iterable[Record | Rejected | Count]:
        assert self.ready
        (record,) = unit
        (self.marks / record.id).touch()
        if record.text == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        if record.text == "boom":
            raise ValueError(SECRET)
        if record.text == "refuse":
            yield Rejected(record.id, record.group, record.source, "refused")
            return
        yield replace(record, text=(record.text or "").upper())
        yield Count("shouted")


class Hindered(Shout):
    """Upper-cases a text; as long as `hindered` stands beside the marks, some texts say what befalls them instead."""

    BEFALLS = MemoryError, TimeoutError, FileNotFoundError

    def process(self, unit: Sequence[Record]) -> Iterable[Record | Rejected | Count]:
        (record,) = unit
        if (self.marks.parent / "hindered").exists():
            for error in self.BEFALLS:
                if record.text == error.__name__:
                    (self.marks / record.id).touch()
                    raise error(SECRET)
            if record.text == "timeout":
                (self.marks / record.id).touch()
                yield Rejected(record.id, record.group, record.source, "timeout")
                return
            yield from super().process(unit)
        else:
            yield from super().process([replace(record, text="well" if record.text == "die" else record.text)])


class Gather(Shout):
    """Joins the texts of a group."""

    unit = "group"

    def process(self, unit: Sequence[Record]) -> Iterable[Record]:
        yield replace(unit[0], text=" ".join(record.text or "" for record in unit))


def record(number: int, text: str = "hello", patients: int = 7) -> Record:
    return Record(
        f"r{number:03d}", "notes", f"g{number % patients}", "document", Origin("a.txt", "0", "documents"), text=text
    )
