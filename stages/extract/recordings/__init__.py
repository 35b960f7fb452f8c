"""Reads recordings: sound of any usual format with who said what and when; one record a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stages.extract.reader import Identity, Item, Unreadable
from stages.extract.reasons import NO_ANNOTATION, NO_SPEECH
from stages.extract.recordings import annotation, conversion
from stages.extract.recordings.annotation import Annotation
from stages.extract.recordings.conversion import Heard
from stages.extract.recordings.drafts import Drafter
from stages.extract.recordings.store import Store
from stages.extract.recordings.turns import Told, told
from stages.flow import Count, Rejected
from stages.params.extract import Extract
from stages.params.source import Source
from stages.records import Record


@dataclass(frozen=True, slots=True)
class Recordings:
    """The reader `recordings`; what it converts lies in `store`, and what has no annotation goes to `drafter`."""

    store: Store
    drafter: Drafter = field(default_factory=Drafter)

    def read(self, item: Item, limits: Extract, _identity: Identity) -> Iterator[Record | Rejected | Count]:
        """The file as one record of kind `dialogue`, its turns with times, its sound at 16 kHz beside it."""
        source = item.how()
        found = annotation.of(item, source)
        if found is None and source.draft is None:
            raise Unreadable(NO_ANNOTATION)
        with self.store.making(item.id) as target:
            heard = conversion.convert(item, target, limits)
            said = (
                self._drafted(target, heard, source, limits)
                if found is None
                else told(found, heard, source.speakers, limits)
            )
        meta: dict[str, Any] = {
            "seconds": heard.seconds, "sample_rate": heard.rate, "channels": heard.channels,
            "audio_sha256": self.store.digest(item.id), "medical_terms": list(found.medical_terms) if found else [],
            "unheard": [list(times) for times in said.unheard], "draft": found is None,
        }  # fmt: skip
        yield Record(
            id=item.id, source=item.source, group=item.group, kind="dialogue", encounter=item.encounter,
            split=item.split, origin=item.origin(f"recordings.{heard.container}"), turns=said.turns,
            audio=self.store.path(item.id).as_posix(), meta={name: value for name, value in meta.items() if value},
        )  # fmt: skip
        yield Count("turns", len(said.turns))
        yield Count("recorded_seconds", round(heard.seconds))
        yield Count("unheard", len(said.unheard))

    def _drafted(self, path: Path, heard: Heard, source: Source, limits: Extract) -> Told:
        assert source.draft is not None
        drafted = tuple(self.drafter.draft(path, source.draft))
        if not drafted:
            raise Unreadable(NO_SPEECH)
        # Who is who a person tells, on the ledger.
        speakers = {one.speaker: "other" for one in drafted} | source.speakers
        return told(Annotation(drafted), heard, speakers, limits)
