"""RTTM, Rich Transcription Time Marked (NIST RT-09 evaluation plan, appendix A): who spoke when.

Only lines of the type SPEAKER are segments; those of other types that the standard names are passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from stages.segments import nist
from stages.segments.segment import Segment

FORM = "SPEAKER recording channel start duration <NA> <NA> speaker <NA> <NA>"
OTHERS = frozenset({
    "SEGMENT", "NOSCORE", "NO_RT_METADATA", "LEXEME", "NON-LEX", "NON-SPEECH", "FILLER", "EDIT", "SU", "IP", "CB",
    "A/P", "SPKR-INFO",
})  # fmt: skip


def parse(text: str, _recording: str) -> Iterator[Segment]:
    """The segments of all recordings, without text; raises `ValueError` naming the line."""
    return nist.parsed(text, _segment)


def write(segments: Iterable[Segment]) -> str:
    """One line a segment; text is not written. Raises `ValueError` where a name holds white space."""
    return "".join(_line(segment) for segment in segments)


def _segment(line: str) -> Segment | None:
    kind = line.split()[0]
    if kind in OTHERS:
        return None
    if kind != "SPEAKER":
        raise ValueError(f"expected `{FORM}`, found a line of no type of RTTM")
    recording, _, start, duration, _, _, speaker, *_ = nist.fields(line, 8, FORM)[1:]
    begin = nist.seconds(start, "start")
    end = begin + nist.seconds(duration, "duration")
    return Segment(recording, nist.name(speaker), float(begin), float(end))


def _line(segment: Segment) -> str:
    names = nist.recording(segment.recording), nist.speaker(segment.speaker)
    times = f"{nist.written(segment.start)} {nist.duration(segment)}"
    return f"SPEAKER {names[0]} {nist.CHANNEL} {times} <NA> <NA> {names[1]} <NA> <NA>\n"
