"""STM, Segment Time Marked (NIST): who said what, and when.

A label of subsets (`<o,f0,male>`, `<NA>`) before the text is no part of it. Stretches that the file says are not to be
scored hold no speech that it knows of, and are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from stages.segments import nist
from stages.segments.segment import Segment

FORM = "recording channel speaker start end [<label>] text"
IGNORED = "ignore_time_segment_in_scoring"

# Not any word in angle brackets: `<unk>` and `<noise>` are what was heard.
_LABEL = re.compile(r"<(?:NA|[oO]|[^<>\s]*,[^<>\s]*)>(?:\s+|$)")


def parse(text: str, _recording: str) -> Iterator[Segment]:
    """The segments of all recordings; raises `ValueError` naming the line."""
    return nist.parsed(text, _segment)


def write(segments: Iterable[Segment]) -> str:
    """One line a segment, its white space single; raises `ValueError` where a name holds white space."""
    return "".join(_line(segment) for segment in segments)


def _segment(line: str) -> Segment | None:
    nist.fields(line, 5, FORM)
    recording, _, speaker, start, end, *rest = line.split(maxsplit=5)
    text = "".join(rest).strip()
    if label := _LABEL.match(text):
        text = text[label.end() :]
    if text == IGNORED:
        return None
    times = float(nist.seconds(start, "start")), float(nist.seconds(end, "end"))
    return Segment(recording, nist.name(speaker), *times, text)


def _line(segment: Segment) -> str:
    text = " ".join(segment.text.split())
    # What looks like a label would be read as one.
    said = f"{nist.NOTHING} {text}" if _LABEL.match(text) else text
    names = f"{nist.recording(segment.recording)} {nist.CHANNEL} {nist.speaker(segment.speaker)}"
    return f"{names} {nist.written(segment.start)} {nist.written(segment.end)} {said}".rstrip() + "\n"
