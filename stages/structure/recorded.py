"""What the templates of speech have in common: windows of a recording as pairs with sound."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from stages.params.task import Task
from stages.records import Record
from stages.structure.pair import Pair, Unpaired
from stages.structure.windows import Window, windows

WORDINGS = ("Transcribe this recording.",)
DRAFT = "draft that nobody corrected"


def pairs(
    record: Record, task: Task, speakers: Sequence[str], response: Callable[[Window], str],
    category: Callable[[Window], str],
) -> Iterable[Pair | Unpaired]:  # fmt: skip
    """A pair for each window of the recording, and a reason for each stretch of turns that is in none.

    A draft that nobody corrected may be learned from where its source declares it for training; what a machine wrote
    is never measured against.
    """
    if record.audio is None:
        yield Unpaired(record, "no recording")
        return
    if record.meta.get("draft") and record.split != "train":
        yield Unpaired(record, DRAFT)
        return
    for found in windows(record, task, speakers):
        if isinstance(found, str):
            yield Unpaired(record, found)
        else:
            yield _pair(record, found, response(found), category(found))


def _pair(record: Record, window: Window, response: str, category: str) -> Pair:
    meta = {
        "start": window.start, "end": window.end, "audio_sha256": record.meta["audio_sha256"],
        "segments": [
            [round(turn.start - window.start, 3), round(turn.end - window.start, 3), turn.speaker]
            for turn in window.turns
        ],
    }  # fmt: skip
    words = " ".join(turn.text for turn in window.turns)
    if terms := [term for term in record.meta.get("medical_terms", ()) if _is_said(term, words)]:
        meta["medical_terms"] = terms
    if record.meta.get("draft"):
        meta["draft"] = True
    # By its start, so that a change further on in the recording makes no other window a new example.
    kind = f"window {window.start:.3f}"
    return Pair(kind, (record,), WORDINGS, "", response, category, record.audio, meta)


def _is_said(term: str, words: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(term)}(?!\w)", words, re.IGNORECASE) is not None
