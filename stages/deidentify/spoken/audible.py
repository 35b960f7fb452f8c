"""How much of what identifies is still heard: recordings before and after, sample by sample, against gold times."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from stages.deidentify.labels import LABELS
from stages.sound import RATE

FRAME = RATE // 100
"""Samples that are judged as one: 10 ms."""
A_SECOND = 100  # frames
LEAST = 0.05  # share of a frame's samples from which it is heard
AT_ONCE = 6000  # frames that are held
GOLD = "speech.jsonl"

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Gold:
    """When identifiers are said in a recording, (start, end, label), and when anybody speaks, in seconds."""

    spans: tuple[tuple[float, float, str], ...]
    turns: tuple[tuple[float, float], ...]


@dataclass(slots=True)
class Audible:
    """Sums over recordings from which every score follows, in frames.

    Attributes:
        identifying: Gold identifiers, by label; `heard` is what of them is audible afterwards.
        spoken: Both together, what overlaps counted once; `audible` is what of it is heard.
        other: Speech beside it; `silenced` is what of it is not heard any more.
        leaking: Id of a recording -> frames of identifiers that are heard.
    """

    recordings: int = 0
    spoken: int = 0
    audible: int = 0
    other: int = 0
    silenced: int = 0
    identifying: Counter[str] = field(default_factory=Counter)
    heard: Counter[str] = field(default_factory=Counter)
    leaking: Counter[str] = field(default_factory=Counter)

    def add(self, id: str, gold: Gold, sounding: Mask, kept: Mask) -> None:
        """Judge a recording by what of it sounds and what is kept, as `compared` tells."""
        spoken = _mask(len(kept), ((start, end) for start, end, _ in gold.spans))
        other = _mask(len(kept), gold.turns) & ~spoken & sounding
        self.recordings += 1
        self.spoken += int(spoken.sum())
        self.audible += int((spoken & kept).sum())
        self.other += int(other.sum())
        self.silenced += int((other & ~kept).sum())
        for start, end, label in gold.spans:
            one = _mask(len(kept), [(start, end)])
            self.identifying[label] += int(one.sum())
            self.heard[label] += int((one & kept).sum())
        if audible := int((spoken & kept).sum()):
            self.leaking[id] += audible

    def scores(self) -> dict[str, Any]:
        """The metrics; null where nothing was there to be judged.

        Of `phi_seconds`, in which gold identifiers are said in the recordings that flow on, `audible_seconds` are still
        heard: the share `audible_share`. `silenced_share` is the share of all other speech that is not heard any more.
        """
        return {
            "gold_recordings": self.recordings,
            "phi_seconds": self.spoken / A_SECOND,
            "audible_seconds": self.audible / A_SECOND,
            "audible_share": self.audible / self.spoken if self.spoken else None,
            "other_seconds": self.other / A_SECOND,
            "silenced_share": self.silenced / self.other if self.other else None,
            "entities": {
                label: {
                    "phi_seconds": self.identifying[label] / A_SECOND,
                    "audible_share": self.heard[label] / self.identifying[label],
                }
                for label in LABELS
                if self.identifying[label]
            },
        }


def read_gold(path: Path) -> dict[tuple[str, str], Gold]:
    """Gold by source and file; none where there is no such file."""
    found = {}
    for line in path.read_bytes().splitlines() if path.is_file() else ():
        plain = orjson.loads(line)
        found[plain["source"], plain["file"]] = Gold(
            tuple((span["start"], span["end"], span["label"]) for span in plain["spans"]),
            tuple((turn["start"], turn["end"]) for turn in plain["turns"]),
        )
    return found


def compared(before: Path, after: Path) -> tuple[Mask, Mask]:
    """Of each frame of a recording, whether anything sounds in it, and whether it is heard afterwards as it was.

    Raises `ValueError` naming the file where the two are not equally long.
    """
    sounding, kept = [np.zeros(0, bool)], [np.zeros(0, bool)]
    for old, new in _blocks(before, after):
        sounding.append(_frames(old != 0))
        kept.append(_frames((old != 0) & (old == new)))
    return np.concatenate(sounding), np.concatenate(kept)


def _blocks(before: Path, after: Path) -> Iterator[tuple[NDArray[np.int16], NDArray[np.int16]]]:
    import soundfile

    with soundfile.SoundFile(before) as old, soundfile.SoundFile(after) as new:
        if old.frames != new.frames:
            raise ValueError(f"{after}: {new.frames} samples, expected the {old.frames} of {before}")
        while len(samples := old.read(AT_ONCE * FRAME, dtype="int16")):
            yield samples, new.read(AT_ONCE * FRAME, dtype="int16")


def _frames(samples: Mask) -> Mask:
    """Whether enough of each frame is true; a last frame may be shorter."""
    whole = np.pad(samples, (0, -len(samples) % FRAME)).reshape(-1, FRAME)
    return np.asarray(np.count_nonzero(whole, axis=1) / FRAME > LEAST)


def _mask(frames: int, times: Iterable[tuple[float, float]]) -> Mask:
    mask = np.zeros(frames, bool)
    for start, end in times:
        mask[max(0, round(start * A_SECOND)) : round(end * A_SECOND)] = True
    return mask
