"""A record's content as one text to search, and the searched text back as content.

Turns and fields are searched together, each with its speaker or name before it: that is the context in which a lone
"Kwame" can be told to be a name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from stages.records import Record, Span, Turn


@dataclass(frozen=True, slots=True)
class Content:
    """The text of a record and where its parts lie in it: (start, end) of each text, speaker and turn, or field."""

    text: str
    parts: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, record: Record) -> Content:
        if record.text is not None:
            return cls(record.text, ((0, len(record.text)),))
        if record.turns:
            pieces: list[str] = []
            for before, turn in zip((None, *record.turns), record.turns, strict=False):
                if record.audio and before and before.speaker == turn.speaker:
                    # Segments of a recording end at pauses, and at times within a name.
                    pieces[-1:] = [" ", "", "", turn.text, "\n"]
                else:
                    # A speaker's role begins with a capital where a transcript is read by people, and so does the
                    # model's.
                    pieces += [turn.speaker[:1].upper() + turn.speaker[1:], ": ", turn.text, "\n"]
        else:
            pieces = [
                piece for name, value in record.fields.items() for piece in (name.capitalize(), ": ", value, "\n")
            ]
        text, parts = "", []
        for at, piece in enumerate(pieces):
            if at % 2 == 0:
                parts.append((len(text), len(text) + len(piece)))
            text += piece
        return cls(text, tuple(parts))

    def pieces(self) -> list[str]:
        """The text of each part."""
        return [self.text[start:end] for start, end in self.parts]

    def within(self, spans: Sequence[Span]) -> list[list[Span]]:
        """The spans of each part, counted from its start; one that crosses an edge is cut there."""
        return [
            [
                replace(span, start=max(span.start, start) - start, end=min(span.end, end) - start)
                for span in spans
                if span.start < end and span.end > start
            ]
            for start, end in self.parts
        ]


def rebuilt(record: Record, texts: Sequence[str]) -> Record:
    """The record with the texts of its parts in the order of `Content.parts`."""
    if record.text is not None:
        return replace(record, text=texts[0])
    if record.turns:
        turns: list[Turn] = []
        for turn, speaker, text in zip(record.turns, texts[::2], texts[1::2], strict=True):
            goes_on = not speaker and turns
            who = turns[-1].speaker if goes_on else _speaker(turn.speaker, speaker)
            turns.append(replace(turn, speaker=who, text=text))
        return replace(record, turns=tuple(turns))
    return replace(record, fields={name: texts[2 * at + 1] for at, name in enumerate(record.fields)})


def _speaker(old: str, new: str) -> str:
    return old if old[:1].upper() + old[1:] == new else new
