"""One stretch of speech."""

from __future__ import annotations

import math
from dataclasses import dataclass


class TimesError(ValueError):
    """Times that are no stretch of a recording: not numbers, before its start, or the end before the start."""


@dataclass(frozen=True, slots=True)
class Segment:
    """What one speaker said without a break; `start` and `end` are seconds from the start of the recording.

    `speaker` and `text` are empty where the format, or its author, does not say. Raises `TimesError` where the times
    are no stretch of a recording.
    """

    recording: str
    speaker: str
    start: float
    end: float
    text: str = ""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.start) and math.isfinite(self.end) and 0 <= self.start <= self.end):
            raise TimesError(f"expected 0 <= start <= end in seconds, found {self.start} and {self.end}")
