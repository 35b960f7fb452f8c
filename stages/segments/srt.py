"""SubRip (.srt): numbered blocks of times and text; a speaker is named as `NAME: words`.

The format has no specification; this is what players agree on. Markup (`<i>`, `<font ...>`, `{\\an8}`) is taken out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from stages.segments import captions
from stages.segments.lines import line
from stages.segments.segment import Segment

MARKUP = re.compile(r"</?(?:[ibus]|font)\b[^>]*>|\{\\[^}]*\}", re.IGNORECASE)


def parse(text: str, recording: str) -> Iterator[Segment]:
    """A segment for each speaker of each block; raises `ValueError` naming the line and what was expected."""
    for number, lines in captions.blocks(text):
        cue = captions.cue(number, lines)
        with line(cue.line):
            for speaker, words in captions.named([MARKUP.sub("", content) for content in cue.lines]):
                yield Segment(recording, speaker, cue.start, cue.end, words)


def write(segments: Iterable[Segment]) -> str:
    """The blocks of the segments, numbered from 1; times are rounded to milliseconds."""
    return "\n".join(_block(number, segment) for number, segment in enumerate(segments, start=1))


def _block(number: int, segment: Segment) -> str:
    times = f"{captions.clock(segment.start, ',')} {captions.ARROW} {captions.clock(segment.end, ',')}"
    name = f"{segment.speaker}: " if segment.speaker else ""
    return f"{number}\n{times}\n{name}{' '.join(segment.text.split())}\n"
