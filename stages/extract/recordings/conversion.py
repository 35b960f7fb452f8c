"""A sound file of any kind to 16 kHz, one channel, 16 bit: streamed, and heard on the way."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING

from stages import sound
from stages.extract.reader import Item, Unreadable
from stages.extract.reasons import (
    CHANGED,
    CHANNELS_CANCEL,
    CLIPPED,
    LOW_RATE,
    NOT_FINITE,
    SILENT,
    TOO_LONG,
    TOO_SHORT,
)
from stages.extract.recordings import containers, decoding
from stages.extract.recordings.levels import Levels, amplitude
from stages.params.extract import Extract

if TYPE_CHECKING:
    from stages.extract.recordings.decoding import Stream

QUALITY = "HQ"


@dataclass(frozen=True, slots=True)
class Heard:
    """What a recording is.

    Attributes:
        container, rate, channels: As the file holds them.
        seconds: Its length.
        rms: Root mean square of each tenth of a second, `(frames,)`.
    """

    container: str
    rate: int
    channels: int
    seconds: float
    rms: sound.Samples


def convert(item: Item, target: Path, limits: Extract) -> Heard:
    """Write the item's sound to `target`, and say what was heard.

    No more than seconds of it are in memory at a time. Raises `Unreadable` where the file cannot be followed to its
    end, where it is not what was listed, and where nobody could learn from what is heard.
    """
    path = Path(item.path)
    container = containers.kind(item.file, path)
    with decoding.opened(path, container) as stream:
        if stream.rate < limits.least_sample_rate:
            raise Unreadable(LOW_RATE, f"{stream.rate} Hz")
        levels = Levels(stream.rate)
        with sound.writer(target) as append:
            for samples in _resampled(stream, levels, limits):
                append(samples)
        _judge(levels, limits)
    # A second pass, because the first one does not see every byte: decoders seek.
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != item.sha256:
            raise Unreadable(CHANGED)
    return Heard(container, stream.rate, stream.channels, round(levels.seconds, 3), levels.rms())


def _resampled(stream: Stream, levels: Levels, limits: Extract) -> Iterator[sound.Samples]:
    import numpy as np
    import soxr

    resampler = soxr.ResampleStream(stream.rate, sound.RATE, 1, dtype="float32", quality=QUALITY)
    for block in stream.blocks:
        # Channel by channel: a mean over an axis of two is many times slower.
        mono = reduce(np.add, block.T) / np.float32(stream.channels)
        levels.add(block, mono)
        if not levels.is_finite:
            raise Unreadable(NOT_FINITE)
        if levels.seconds > limits.most_hours * 3600:
            raise Unreadable(TOO_LONG, f"more than {limits.most_hours:g} h")
        yield mono if stream.rate == sound.RATE else resampler.resample_chunk(np.ascontiguousarray(mono))
    if stream.rate != sound.RATE:
        yield resampler.resample_chunk(np.zeros(0, np.float32), last=True)


def _judge(levels: Levels, limits: Extract) -> None:
    if levels.seconds < limits.least_seconds:
        raise Unreadable(TOO_SHORT, f"{levels.seconds:.2f} s")
    floor = amplitude(limits.least_level)
    sounding = levels.loudest() >= floor
    if not sounding.any():
        raise Unreadable(SILENT)
    if not (levels.rms() >= floor).any():
        raise Unreadable(CHANNELS_CANCEL)
    clipped = float((levels.clipped() & sounding).sum() / sounding.sum())
    if clipped > limits.most_clipped:
        raise Unreadable(CLIPPED, f"{clipped:.0%} of what sounds")
