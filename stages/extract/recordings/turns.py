"""Segments and what was heard to turns: nothing is taken that the sound contradicts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from stages.extract.characters import clean
from stages.extract.reader import Unreadable
from stages.extract.reasons import (
    BROKEN_ANNOTATION,
    EMPTY_TRANSCRIPT,
    MIS_SAMPLED,
    NOT_HEARD,
    OVERLAPS_ITSELF,
    PAST_END,
    UNKNOWN_SPEAKER,
)
from stages.extract.recordings import tags
from stages.extract.recordings.annotation import Annotation
from stages.extract.recordings.conversion import Heard
from stages.extract.recordings.levels import amplitude, share_heard
from stages.params.extract import Extract
from stages.records import Turn
from stages.segments import Segment

# Share of its length that clocks of two devices may differ by.
DRIFT = 0.01


@dataclass(frozen=True, slots=True)
class Told:
    """Turns with times, in the order in which they start, and `unheard`: pairs of seconds between which something is
    said that no turn holds, because nobody understood it."""

    turns: tuple[Turn, ...]
    unheard: tuple[tuple[float, float], ...] = ()


def told(annotation: Annotation, heard: Heard, speakers: Mapping[str, str], limits: Extract) -> Told:
    """The turns of a recording, each with the role that `speakers` gives its label (capitals aside).

    Raises `Unreadable` where annotation and sound do not fit each other.
    """
    for seconds in annotation.seconds:
        if abs(seconds - heard.seconds) > max(limits.slack, DRIFT * seconds):
            raise Unreadable(MIS_SAMPLED, f"{seconds:.1f} s are annotated, {heard.seconds:.1f} s are there")
    roles = {label.casefold(): role for label, role in speakers.items()}
    turns, unheard = [], []
    for number, segment in enumerate(_segments(annotation, heard), start=1):
        role = roles.get(segment.speaker.casefold())
        if role is None:
            raise Unreadable(UNKNOWN_SPEAKER, f"segment {number}" + ("" if segment.speaker else " names none"))
        words, is_whole = tags.plain(clean(segment.text))
        start, end = round(segment.start, 3), round(min(segment.end, heard.seconds), 3)
        if segment.end > heard.seconds + limits.slack or start >= heard.seconds:
            raise Unreadable(PAST_END, f"segment {number} ends at {segment.end:.2f} s of {heard.seconds:.2f} s")
        if end <= start:
            raise Unreadable(BROKEN_ANNOTATION, f"segment {number} has no length")
        if not is_whole:
            unheard.append((start, end))
        if any(character.isalnum() for character in words):
            turns.append(Turn(role, words, start, end))
    if not turns:
        raise Unreadable(EMPTY_TRANSCRIPT)
    _alone(annotation.segments, limits.slack)
    if share_heard(heard.rms, _times(turns), amplitude(limits.least_level)) < limits.least_heard:
        raise Unreadable(NOT_HEARD)
    return Told(tuple(turns), tuple(unheard))


def _segments(annotation: Annotation, heard: Heard) -> Sequence[Segment]:
    """The segments; where a transcript has no times but one speaker, the recording is one segment."""
    if annotation.segments or not annotation.whole:
        return annotation.segments
    if len(annotation.speakers) > 1:
        raise Unreadable(BROKEN_ANNOTATION, "several speakers and no segments")
    speaker = next(iter(annotation.speakers), "")
    return [Segment("", speaker, 0.0, heard.seconds, annotation.whole)]


def _alone(segments: Sequence[Segment], slack: float) -> None:
    """Raises `Unreadable` where a speaker begins while the same one still talks."""
    until: dict[str, float] = {}
    for number, segment in enumerate(segments, start=1):
        label = segment.speaker.casefold()
        if segment.start < until.get(label, 0.0) - slack:
            raise Unreadable(OVERLAPS_ITSELF, f"segment {number} begins {until[label] - segment.start:.2f} s too early")
        until[label] = max(until.get(label, 0.0), segment.end)


def _times(turns: Iterable[Turn]) -> Iterable[tuple[float, float]]:
    return ((turn.start, turn.end) for turn in turns if turn.start is not None and turn.end is not None)
