"""Recordings of a patient without identifiers: judged, cut, and made again where a remembered one is gone."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from stages import engines, sound
from stages.deidentify.reasons import CHANGED, DRAFT, NO_TIMES, NOT_LOCATED, NOTHING_LEFT, OUTSIDE
from stages.deidentify.spoken import silence
from stages.deidentify.spoken.redaction import Unlocated, redaction
from stages.deidentify.spoken.silence import Stretch
from stages.deidentify.spoken.words import within
from stages.params.deidentify import Speech
from stages.params.flow import Flow
from stages.records import Record, Span
from stages.store import Store, digest_of

TOLERANCE = 0.05
"""Seconds that a turn may end after its recording."""


class Refused(Exception):
    """A recording that does not flow on; the message is the reason."""


@dataclass(frozen=True, slots=True)
class Cut:
    """How a recording was made: from which file, and what of it went. Holds times and no words.

    Attributes:
        source: Path of the recording that was extracted, with its SHA-256.
        made: SHA-256 of the recording that was made.
    """

    id: str
    source: str
    sha256: str
    stretches: tuple[Stretch, ...]
    made: str = ""

    @classmethod
    def of(cls, plain: dict[str, Any]) -> Cut:
        """From its JSON form."""
        return cls(**plain | {"stretches": tuple(Stretch(**one) for one in plain.get("stretches", ()))})


@dataclass(frozen=True, slots=True)
class Recordings:
    """Cuts recordings into `store`."""

    params: Speech
    store: Store

    def refuse(self, record: Record) -> None:
        """Raises `Refused` for a recording of which nothing can be silenced with confidence."""
        if record.meta.get("draft") and self.params.drafts == "reject":
            raise Refused(DRAFT)
        if digest_of(Path(record.audio or "")) != record.meta.get("audio_sha256"):
            raise Refused(CHANGED)
        seconds = _seconds(record)
        for turn in record.turns:
            if turn.start is None or turn.end is None:
                raise Refused(NO_TIMES)
            if not 0 <= turn.start < turn.end <= seconds + TOLERANCE:
                raise Refused(OUTSIDE)
        if not record.turns:
            raise Refused(NO_TIMES)

    def without(self, record: Record, found: Sequence[Sequence[Span]]) -> tuple[Record, Cut]:
        """The record without identifiers, and how its recording is to be cut; nothing is written yet.

        Args:
            found: Spans of each turn, counted from the start of its text.

        Raises `Refused` with the reason where the recording does not flow on.
        """
        source, seconds = Path(record.audio or ""), _seconds(record)
        gone = [within(turn.text, spans) for turn, spans in zip(record.turns, found, strict=True)]
        unheard = [(float(start), float(end)) for start, end in record.meta.get("unheard", ())]
        try:
            left = redaction(
                record.turns, gone, unheard, seconds, lambda start, end: sound.read(source, start, end), self.params
            )
        except Unlocated:
            raise Refused(NOT_LOCATED) from None
        if not left.turns:
            raise Refused(NOTHING_LEFT)
        words = " ".join(turn.text for turn in left.turns).casefold()
        meta = {**record.meta, "redacted": silence.seconds_of(left.stretches)}
        if terms := meta.pop("medical_terms", None):
            # Of a list that nobody searched, only what stands in a text that was.
            meta["medical_terms"] = [term for term in terms if term.casefold() in words]
        whole = replace(record, turns=left.turns, meta={name: value for name, value in meta.items() if value != []})
        return whole, Cut(record.id, source.as_posix(), record.meta["audio_sha256"], left.stretches)

    def made(self, record: Record, cut: Cut) -> tuple[Record, Cut]:
        """The record with the recording that is now in the store, and the cut with its digest."""
        self.make(cut)
        digest = self.store.digest(cut.id)
        meta = {**record.meta, "audio_sha256": digest}
        return replace(record, audio=self.store.path(cut.id).as_posix(), meta=meta), replace(cut, made=digest)

    def whole(self, record: Record) -> tuple[Record, Cut]:
        """A record of material that never held a person's data, with its recording as it is."""
        return self.made(record, Cut(record.id, record.audio or "", digest_of(Path(record.audio or "")), ()))

    def make(self, cut: Cut) -> None:
        """Write a recording into the store; one of which nothing goes keeps its bytes."""
        with self.store.making(cut.id) as target:
            if cut.stretches:
                silence.write(Path(cut.source), target, cut.stretches)
            else:
                shutil.copyfile(cut.source, target)

    def restore(self, cuts: Iterable[Cut], flow: Flow) -> None:
        """Leave in the store the recordings of these cuts, all of them and no others.

        The memo holds records and no sound: a recording that it remembers is held against its digest, and made again
        where it is not there. Raises `ValueError` naming a recording that comes out differently.
        """
        from tqdm import tqdm

        wanted = {cut.id: cut for cut in cuts}
        self.store.sweep(wanted)
        missing = [cut for _, cut in sorted(wanted.items()) if self.store.digest(cut.id) != cut.made]
        if not missing:
            return
        done = engines.ENGINES[flow.engine](self.make, missing, flow.workers, flow.address)
        quiet = not sys.stderr.isatty() or bool(os.environ.get("CI"))
        for cut, _ in tqdm(done, desc="recordings", total=len(missing), unit="file", disable=quiet):
            if digest_of(Path(cut.source)) != cut.sha256 or self.store.digest(cut.id) != cut.made:
                raise ValueError(
                    f"{cut.source}: cut again, it is not what it was before; run `dvc repro extract`, or remove "
                    ".dvc/tmp/rounds/deidentify to search everything anew"
                )


def _seconds(record: Record) -> float:
    """The length of a recording as its file tells it."""
    import soundfile

    return float(soundfile.info(record.audio).duration)
