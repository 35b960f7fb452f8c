"""A draft of what is said in a recording that nobody has transcribed: a diarizer parts it, a Whisper writes it down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from stages import sound
from stages.extract.recordings import diarization
from stages.params.source import Draft
from stages.params.train import Quantization
from stages.segments import Segment


class Transcriber(Protocol):
    """Writes down what is said."""

    @property
    def seconds(self) -> float:
        """The longest stretch that it hears at once."""

    def texts(self, stretches: Sequence[sound.Samples]) -> list[str]:
        """The words of each stretch of sound `(samples,)` at 16 kHz."""


class Whisper:
    """The transcriber that a source declares: a folder of a Whisper."""

    def __init__(self, declared: Draft) -> None:
        from stages.models import speech
        from stages.models.text import fix_numerics

        # One thread: worker processes already fill the cores, and another number would round sums in another order.
        fix_numerics(0, threads=1)
        self._declared = declared
        self._model, self._processor = speech.load_base(declared.transcriber, Quantization())
        self.seconds = speech.window_seconds(self._processor)

    def texts(self, stretches: Sequence[sound.Samples]) -> list[str]:
        """As `Transcriber`; a stretch whose transcript does not end is given as far as it goes."""
        from stages.models import speech

        declared = self._declared
        told = speech.transcribe(self._model, self._processor, stretches, declared.batch, declared.most_new_tokens)
        return [one.text for one in told]


@dataclass(slots=True)
class Drafter:
    """Makes drafts; `transcriber` makes what writes them from what a source declares, once for each declaration."""

    transcriber: Callable[[Draft], Transcriber] = Whisper
    _made: dict[Draft, Transcriber] = field(default_factory=dict)

    def draft(self, path: Path, declared: Draft) -> list[Segment]:
        """Who said what and when, as far as machines can tell, of sound as `stages.sound` reads it."""
        if declared not in self._made:
            self._made[declared] = self.transcriber(declared)
        made = self._made[declared]
        stretches = diarization.diarized(path, declared, made.seconds)
        found: list[Segment] = []
        for start in range(0, len(stretches), declared.batch):
            some = stretches[start : start + declared.batch]
            texts = made.texts([sound.read(path, one.start, one.end) for one in some])
            found += [Segment("", one.speaker, one.start, one.end, text) for one, text in zip(some, texts, strict=True)]
        return found


def check(name: str, declared: Draft) -> None:
    """Raises `ValueError` naming the key of what a draft needs and is not there."""
    place = f"sources.{name}.draft"
    if not Path(declared.transcriber, "preprocessor_config.json").is_file():
        raise ValueError(f"{place}.transcriber: no Whisper at {declared.transcriber}; name a folder that holds one")
    try:
        diarization.check(declared)
    except ValueError as error:
        raise ValueError(f"{place}.diarizer: {error}") from None
