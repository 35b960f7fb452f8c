"""SegLST, segment-wise long-form speech transcription: the JSON of meeteval (von Neumann et al. 2023) and CHiME-7.

A list of objects with `session_id`, `speaker`, `start_time`, `end_time` and `words`; other keys are passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson

from stages.segments import nist
from stages.segments.segment import Segment


def parse(text: str, recording: str) -> Iterator[Segment]:
    """The segments of all recordings; those without a `session_id` are of `recording`.

    Raises `ValueError` naming the segment, from 1, and its key.
    """
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise ValueError(f"line {error.lineno}: not JSON") from None
    if not isinstance(found, list):
        raise ValueError(f"expected a list of segments (SegLST), found {type(found).__name__}")
    for number, one in enumerate(found, start=1):
        try:
            segment = _segment(one, recording)
        except ValueError as error:
            raise type(error)(f"segment {number}: {error}") from None
        yield segment


def write(segments: Iterable[Segment]) -> str:
    """A list of objects; times are numbers."""
    rows = [
        {
            "session_id": segment.recording,
            "speaker": segment.speaker,
            "start_time": segment.start,
            "end_time": segment.end,
            "words": segment.text,
        }
        for segment in segments
    ]
    return orjson.dumps(rows, option=orjson.OPT_INDENT_2).decode() + "\n"


def _segment(one: Any, recording: str) -> Segment:
    if not isinstance(one, dict):
        raise ValueError(f"expected an object, found {type(one).__name__}")
    session, speaker = _name(one, "session_id"), _name(one, "speaker")
    words = one.get("words") or ""
    if not isinstance(words, str):
        raise ValueError("expected `words` to be a text")
    return Segment(session or recording, speaker, _seconds(one, "start_time"), _seconds(one, "end_time"), words)


def _name(one: Mapping[str, Any], key: str) -> str:
    """A name, or a number that stands for one."""
    value = one.get(key, "")
    if value is None or isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError(f"expected `{key}` to be a name")
    return str(value)


def _seconds(one: Mapping[str, Any], key: str) -> float:
    """A number, or a text of one, as meeteval writes times too."""
    value = one.get(key)
    if isinstance(value, str):
        return float(nist.seconds(value, f"`{key}`"))
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"expected `{key}` in seconds")
    return float(value)
