"""How loud a recording is, tenth of a second by tenth of a second, gathered while it streams by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Block = NDArray[np.float32]
    Flags = NDArray[np.bool_]

FRAMES_A_SECOND = 10
# Where a sample stands at the end of its range; three of them in a row are no peak of speech.
RAIL, RUN = 0.999, 3


def amplitude(decibels: float) -> float:
    """Of a level in dBFS: 0 is a square wave of full scale (AES17 without its sine reference)."""
    return float(10.0 ** (decibels / 20.0))


@dataclass(slots=True)
class Levels:
    """Frames of a tenth of a second.

    Attributes:
        rate: Samples a second of what is added.
        seconds: Length of what was added.
        is_finite: Whether no sample was NaN or infinite.
    """

    rate: int
    seconds: float = 0.0
    is_finite: bool = True
    _mixed: list[Block] = field(default_factory=list)
    _loudest: list[Block] = field(default_factory=list)
    _clipped: list[Flags] = field(default_factory=list)

    def add(self, block: Block, mono: Block) -> None:
        """Hear samples `(n, channels)` and their mean `(n,)`; all blocks but the last are whole seconds."""
        import numpy as np

        self.seconds += len(block) / self.rate
        if not np.isfinite(mono).all():
            self.is_finite = False
            return
        starts = _starts(len(mono), self.rate)
        lengths = np.diff(np.append(starts, len(mono)))
        self._mixed.append(_rms(mono, starts, lengths))
        self._loudest.append(np.maximum.reduce([_rms(channel, starts, lengths) for channel in block.T]))
        self._clipped.append(np.logical_or.reduceat(_at_rail(block), starts))

    def rms(self) -> Block:
        """Root mean square of the channels' mean, `(frames,)`."""
        return _whole(self._mixed)

    def loudest(self) -> Block:
        """Root mean square of each frame's loudest channel, `(frames,)`."""
        return _whole(self._loudest)

    def clipped(self) -> Flags:
        """Which frames hold clipped samples, `(frames,)`."""
        return _whole(self._clipped)


def share_heard(rms: Block, times: Iterable[tuple[float, float]], floor: float) -> float:
    """Share of the frames between pairs of times, in seconds, that are at least as loud as the amplitude `floor`.

    1 where there is no frame.
    """
    loud, all_frames = 0, 0
    for start, end in times:
        first = int(start * FRAMES_A_SECOND)
        frames = rms[first : max(int(end * FRAMES_A_SECOND), first + 1)]
        loud, all_frames = loud + int((frames >= floor).sum()), all_frames + len(frames)
    return loud / all_frames if all_frames else 1.0


def _starts(samples: int, rate: int) -> NDArray[np.int64]:
    """Where frames begin; rates that are no multiple of ten have frames that differ by a sample."""
    import numpy as np

    count = -(-samples * FRAMES_A_SECOND // rate)
    return np.arange(count, dtype=np.int64) * rate // FRAMES_A_SECOND


def _rms(samples: Block, starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> Block:
    import numpy as np

    return np.sqrt(np.add.reduceat(np.square(samples, dtype=np.float64), starts) / lengths).astype(np.float32)


def _at_rail(block: Block) -> Flags:
    """For each sample `(n,)` whether a run of clipped samples of any channel begins there."""
    import numpy as np

    clipped = np.zeros(len(block), bool)
    hot = np.abs(block) >= RAIL
    if len(block) >= RUN and hot.any():
        clipped[: 1 - RUN] = (hot[:-2] & hot[1:-1] & hot[2:]).any(axis=1)
    return clipped


def _whole(parts: list[NDArray]) -> NDArray:
    import numpy as np

    return np.concatenate(parts) if parts else np.zeros(0, np.float32)
