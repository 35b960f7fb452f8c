"""CTM, Conversation Time Marked (NIST): one word a line, with its time.

The format names no speaker, but for the longer lines of the Rich Transcription evaluations, whose eighth field does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from stages.segments import nist
from stages.segments.segment import Segment

FORM = "recording channel start duration word [confidence [type speaker]]"
NOBODY = frozenset({nist.NOTHING, "NA", "null", "unknown"})
LONG = 8


def parse(text: str, _recording: str) -> Iterator[Segment]:
    """The words of all recordings, a segment each; raises `ValueError` naming the line."""
    return nist.parsed(text, _segment)


def write(segments: Iterable[Segment]) -> str:
    """One line a word; raises `ValueError` where a segment is not of one word, or a name holds white space."""
    return "".join(_line(segment) for segment in segments)


def _segment(line: str) -> Segment:
    found = nist.fields(line, 5, FORM)
    begin = nist.seconds(found[2], "start")
    end = begin + nist.seconds(found[3], "duration")
    speaker = found[7] if len(found) >= LONG and found[7] not in NOBODY else ""
    return Segment(found[0], speaker, float(begin), float(end), found[4])


def _line(segment: Segment) -> str:
    if len(segment.text.split()) != 1:
        raise ValueError(f"a line of CTM is one word, and a segment has {len(segment.text.split())}; part it first")
    if segment.speaker in NOBODY:
        raise ValueError("a speaker's name stands for nobody in CTM; rename it")
    word = f"{nist.written(segment.start)} {nist.duration(segment)} {segment.text.strip()}"
    speaker = f" NA lex {nist.speaker(segment.speaker)}" if segment.speaker else ""
    return f"{nist.recording(segment.recording)} {nist.CHANNEL} {word}{speaker}\n"
