"""Boilerplate removed: letterheads, disclaimers and notices that stand in the notes of many patients.

A line goes only if it speaks of administration, holds nothing clinical, and recurs in notes of at least `repeated_in`
patients. "Denies chest pain." recurs everywhere and stays.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence

from stages import guard
from stages.clean.change import Change, Context, Edited, Medium, applied, surrogate_spans
from stages.records import Record

_LINE = re.compile(r"[^\n]+(?:\n|$)")
_ADMINISTRATIVE = re.compile(
    r"\b(?:confidential\w*|privileged|intended|recipients?|disclos\w+|prohibited|unauthori[sz]ed|authori[sz]\w+|hipaa|"
    r"copyright|rights reserved|reproduc\w+|electronically|e-signed|dictated|transcribed|transcription|printed|"
    r"fax|phone|telephone|tel|www|hospital|clinic|medical (?:center|centre|group)|health (?:system|network)|department|"
    r"suite|street|avenue|letterhead|sender|in error|destroy|software|accredited|page)\b",
    re.IGNORECASE,
)
# What makes a line clinical; a disclaimer may negate ("not the intended recipient") and hedge.
_CLINICAL = frozenset({"numbers", "doses", "units", "schedules", "laterality", "names", "drugs"})


class Boilerplate:
    """Removes the lines of a table that `repeated_lines` made of the whole corpus."""

    name = "boilerplate"
    media: frozenset[Medium] = frozenset({"note"})

    def __init__(self, repeated: frozenset[str]) -> None:
        self._repeated = repeated

    def __call__(self, text: str, context: Context) -> Edited:
        lines = administrative_lines(text, context.surrogates)
        gone = [
            Change(self.name, start, end, text[start:end], "")
            for start, end, masked in lines
            if digest(masked) in self._repeated
        ]
        return Edited(applied(text, gone), tuple(gone))


def repeated_lines(records: Iterable[Record], least: int, names: guard.Names) -> frozenset[str]:
    """Digests of administrative lines that stand in notes of at least `least` patients."""
    patients: dict[str, set[str]] = {}
    for record in records:
        for _, _, masked in administrative_lines(record.text or "", record.surrogates):
            found = patients.setdefault(digest(masked), set())
            if len(found) < least and not guard.carries(masked, names) & _CLINICAL:
                found.add(record.group)
    return frozenset(line for line, groups in patients.items() if len(groups) >= least)


def administrative_lines(text: str, surrogates: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """Start, end and masked form of the lines that speak of administration; surrogates differ, so they are masked."""
    invented = None
    for line in _LINE.finditer(text):
        if not _ADMINISTRATIVE.search(line.group()):
            continue
        if invented is None:
            invented = surrogate_spans(text, surrogates)
        start, end = line.span()
        masked, place = "", start
        for from_, to in invented:
            if place <= from_ and to <= end:
                masked, place = f"{masked}{text[place:from_]}_", to
        masked = " ".join((masked + text[place:end]).lower().split())
        yield start, end, masked


def digest(line: str) -> str:
    """A short name of a line."""
    return hashlib.blake2b(line.encode(), digest_size=12).hexdigest()
