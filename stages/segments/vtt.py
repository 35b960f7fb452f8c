"""WebVTT (.vtt, W3C Candidate Recommendation of 2019): cues; a speaker is a voice, `<v Name>`, or `NAME: words`."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator

from stages.segments import captions
from stages.segments.lines import line
from stages.segments.segment import Segment

VOICE = re.compile(r"<v(?:\.[^\s>]*)*\s+([^>]*)>")
MARKUP = re.compile(r"</?(?:[bcisu]|lang|ruby|rt|v)(?:[.\s][^>]*)?>|<\d[\d:.]*>", re.IGNORECASE)
# Blocks that are no cues.
BESIDE = re.compile(r"(?:NOTE|STYLE|REGION)(?:\s|$)")


def parse(text: str, recording: str) -> Iterator[Segment]:
    """A segment for each voice of each cue; raises `ValueError` naming the line and what was expected."""
    if not re.match(r"WEBVTT(?:\s|$)", text):
        raise ValueError("line 1: expected WEBVTT")
    for number, lines in captions.blocks(text):
        if number == 1:
            # The header; what a sloppy writer leaves no empty line before is a cue.
            number, lines = 2, lines[1:]
            if not any(captions.ARROW in content for content in lines):
                continue
        if BESIDE.match(lines[0]):
            continue
        cue = captions.cue(number, lines)
        with line(cue.line):
            for speaker, words in _voices("\n".join(cue.lines)):
                yield Segment(recording, speaker, cue.start, cue.end, words)


def write(segments: Iterable[Segment]) -> str:
    """The cues of the segments; times are rounded to milliseconds."""
    return "\n".join(["WEBVTT\n", *map(_cue, segments)])


def _voices(text: str) -> Iterator[tuple[str, str]]:
    before, *voices = VOICE.split(text)
    yield from captions.named(map(_plain, before.splitlines()))
    for voice, said in zip(voices[::2], voices[1::2], strict=True):
        if words := " ".join(_plain(said).split()):
            yield html.unescape(voice).strip(), words


def _plain(text: str) -> str:
    return html.unescape(MARKUP.sub("", text))


def _cue(segment: Segment) -> str:
    times = f"{captions.clock(segment.start, '.')} {captions.ARROW} {captions.clock(segment.end, '.')}"
    voice = f"<v {html.escape(segment.speaker, quote=False)}>" if segment.speaker else ""
    return f"{times}\n{voice}{html.escape(' '.join(segment.text.split()), quote=False)}\n"
