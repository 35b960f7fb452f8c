"""A manifest: JSON lines, a recording each, with its segments.

`audio` is the path of the recording relative to the manifest and names it; beside it stand

- `segments`: `[{"start": seconds, "end": seconds, "speaker": label, "text": words}]`,
- `text`: all that is said; its lines may begin with who says them (`Doctor: ...`),
- `speakers`: the labels that occur,
- `seconds`: how long the recording is,
- `medical_terms`: terms that are said in it.

All but `audio` may be left out; keys of other programs are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from stages.segments.lines import line
from stages.segments.segment import Segment


@dataclass(frozen=True, slots=True)
class Row:
    """A recording as its manifest tells of it; `seconds` is None where it does not say how long it is."""

    audio: str
    segments: tuple[Segment, ...] = ()
    text: str = ""
    speakers: tuple[str, ...] = ()
    seconds: float | None = None
    medical_terms: tuple[str, ...] = ()

    def words(self) -> str:
        """The text without the labels of `speakers` at the start of its lines."""
        labels = "|".join(map(re.escape, self.speakers))
        return re.sub(rf"^\s*(?:{labels})\s*:", "", self.text, flags=re.MULTILINE) if labels else self.text


def parse(text: str, recording: str) -> Iterator[Segment]:
    """The segments of every row, each of the recording that its row names (`recording` names the manifest alone).

    Raises `ValueError` naming the line, the key and what was expected.
    """
    del recording
    for number, content in rows(text):
        with line(number):
            yield from row(content).segments


def rows(text: str) -> Iterator[tuple[int, str]]:
    """The lines that hold something, numbered from 1."""
    return ((number, content) for number, content in enumerate(text.split("\n"), start=1) if content.strip())


def audio_of(content: str) -> str:
    """The recording that a line is of; raises `ValueError` as `row` does."""
    audio = _text(_loaded(content), "audio")
    if not audio:
        raise ValueError("audio: expected the path of a recording")
    return audio


def row(content: str) -> Row:
    """One line; raises `ValueError` naming the key and what was expected, and never quotes the line."""
    found, audio = _loaded(content), audio_of(content)
    speakers = _texts(found, "speakers")
    segments = tuple(_segment(one, audio, number) for number, one in enumerate(_list(found, "segments")))
    for number, segment in enumerate(segments):
        if speakers and segment.speaker not in speakers:
            raise ValueError(f"segments[{number}].speaker: expected one of `speakers`")
    seconds = _number(found, "seconds") if found.get("seconds") is not None else None
    return Row(audio, segments, _text(found, "text"), speakers, seconds, _texts(found, "medical_terms"))


def write(segments: Iterable[Segment]) -> str:
    """A line for each recording, in the order in which they first occur; times are rounded to milliseconds."""
    found: dict[str, list[Segment]] = {}
    for segment in segments:
        found.setdefault(segment.recording, []).append(segment)
    return "".join(f"{_line(recording, of)}\n" for recording, of in found.items())


def _line(recording: str, segments: list[Segment]) -> str:
    plain = [
        {"start": round(one.start, 3), "end": round(one.end, 3), "speaker": one.speaker, "text": one.text}
        for one in segments
    ]
    text = " ".join(one.text for one in segments if one.text)
    speakers = list(dict.fromkeys(one.speaker for one in segments))
    return orjson.dumps({"audio": recording, "text": text, "speakers": speakers, "segments": plain}).decode()


def _loaded(content: str) -> dict[str, Any]:
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise ValueError("expected a JSON object")
    return found


def _segment(found: Any, audio: str, number: int) -> Segment:
    if not isinstance(found, dict):
        raise ValueError(f"segments[{number}]: expected an object")
    try:
        words = " ".join(_text(found, "text").split())
        return Segment(audio, _text(found, "speaker").strip(), _number(found, "start"), _number(found, "end"), words)
    except ValueError as error:
        raise type(error)(f"segments[{number}]: {error}") from None


def _text(found: Mapping[str, Any], key: str) -> str:
    value = found.get(key)
    if value is None or isinstance(value, str):
        return value or ""
    raise ValueError(f"{key}: expected text")


def _number(found: Mapping[str, Any], key: str) -> float:
    value = found.get(key)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    raise ValueError(f"{key}: expected seconds, a number")


def _list(found: Mapping[str, Any], key: str) -> list[Any]:
    value = found.get(key)
    if value is None or isinstance(value, list):
        return value or []
    raise ValueError(f"{key}: expected a list")


def _texts(found: Mapping[str, Any], key: str) -> tuple[str, ...]:
    values = _list(found, key)
    if not all(isinstance(value, str) for value in values):
        raise ValueError(f"{key}: expected a list of texts")
    return tuple(values)
