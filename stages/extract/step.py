"""The step that flow runs: one file in, its records, quarantine and counts out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from stages.extract.reader import Identity, Item, Reader, Unreadable, reader
from stages.extract.recordings import Recordings
from stages.flow import Count, Rejected
from stages.params.extract import Extract
from stages.records import Record


@dataclass(slots=True)
class Read:
    """Reads one file with the reader that its source declares."""

    limits: Extract
    identity: Identity
    recordings: Recordings
    stage: str = "extract"
    unit: Literal["record", "group"] = "record"
    takes: type[Any] = Item
    gives: type[Any] = Record

    def setup(self) -> None:
        """Nothing to load: readers import what they need for the files that they meet."""

    def process(self, unit: Sequence[Item]) -> Iterator[Record | Rejected | Count]:
        """All that the file gives; where it cannot be trusted as a whole, its quarantine alone."""
        (item,) = unit
        try:
            if item.fault:
                raise Unreadable(item.fault, item.detail)
            yield from list(self._reader(item.how().reader).read(item, self.limits, self.identity))
        except Unreadable as fault:
            yield rejected(item, fault)

    def _reader(self, name: str) -> Reader:
        # The one reader that has more to show than records.
        return self.recordings if name == "recordings" else reader(name)


def rejected(item: Item, fault: Unreadable) -> Rejected:
    """The quarantine of a whole file."""
    return Rejected(item.id, item.group, item.source, fault.reason, fault.detail, item.file)
