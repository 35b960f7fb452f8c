"""Log-mel features of windows of recordings at several speeds, worked out once and kept outside DVC's outs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from stages import sound
from stages.keys import Key
from stages.memo import fingerprint, memo_folder
from stages.models.features import Features, Half, kept
from stages.models.logmel import log_mel
from stages.models.perturb import at_speed
from stages.models.progress import bar


class Window(NamedTuple):
    """A stretch of a recording, in seconds; `digest` is the SHA-256 of the recording's file."""

    audio: Path
    digest: str
    start: float
    end: float

    @property
    def samples(self) -> int:
        """Its length, as `sound.read` counts it."""
        return round(self.end * sound.RATE) - round(self.start * sound.RATE)


def features(name: str, extractor: Any, windows: Sequence[Window], speeds: Sequence[float]) -> Features:
    """The features of every window at every speed: those of window `i` at `speeds[k]` are `[i * len(speeds) + k]`.

    As they were kept, by their content, or worked out now and kept below `.dvc/tmp`.
    """
    declared = {
        "extractor": extractor.to_dict(),
        "speeds": list(speeds),
        "windows": [(window.digest, window.start, window.end) for window in windows],
    }
    # Not secret: what is trained on has been de-identified, and what is hashed here leaves the machine in no form.
    mark = fingerprint(Key(b"rounds features"), "train", declared, [Path(sound.__file__)])

    def work_out() -> Iterator[Half]:
        for window in bar(windows, desc="features", unit="window"):
            samples = sound.read(window.audio, window.start, window.end)
            yield from (log_mel(extractor, at_speed(samples, speed)) for speed in speeds)

    return kept(memo_folder(f"features/{name}", mark), extractor.feature_size, work_out)
