"""UEM, un-partitioned evaluation map (NIST): which stretches of a recording are scored, or were annotated at all."""

from __future__ import annotations

from collections.abc import Iterator

from stages.segments import nist
from stages.segments.segment import Segment

FORM = "recording channel start end"


def parse(text: str, _recording: str) -> Iterator[Segment]:
    """The stretches of all recordings, as segments of no speaker; raises `ValueError` naming the line."""
    return nist.parsed(text, _segment)


def _segment(line: str) -> Segment:
    recording, _, start, end, *_ = nist.fields(line, 4, FORM)
    return Segment(recording, "", float(nist.seconds(start, "start")), float(nist.seconds(end, "end")))
