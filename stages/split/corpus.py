"""Plain text that a base model may learn from: nothing of a patient or text that is validated or tested on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from stages.records import Record
from stages.split.similarity import Index, content, shingles


def corpus(records: Iterable[Record], held: Collection[str], near: Index, counts: Counter[str]) -> Iterator[Record]:
    """The documents and dialogues among `records` that touch no validation or test example.

    `held` are the groups of such examples and of records that declare such a set; `near` holds the examples' texts.
    Counts what is taken under `records` and what is not under `left_out.<reason>`.
    """
    for record in records:
        text = content(record)
        if not text:
            continue
        # The material of speech tasks: a text model is the same with them and without.
        if record.audio:
            counts["left_out.transcript of a recording"] += 1
            continue
        if record.group in held:
            counts["left_out.group of a validation or test example"] += 1
        elif near.has_near(shingles(text, record.surrogates)):
            counts["left_out.near-duplicate of a validation or test example"] += 1
        else:
            counts["records"] += 1
            yield record
