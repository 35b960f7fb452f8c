"""Log-mel features of many sounds in one file, mapped from disk: hours of sound need not lie in memory."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Half = NDArray[np.float16]


class Features:
    """Features of sounds, `(frames, bins)` each, in the order in which they were written."""

    def __init__(self, folder: Path) -> None:
        self._frames = np.load(folder / "frames.npy", mmap_mode="r")
        self._ends = np.load(folder / "ends.npy")

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, place: int) -> Half:
        """log10 of mel power of one sound, in half precision."""
        found: Half = self._frames[self._start(place) : self._ends[place]]
        return found

    def frames(self, place: int) -> int:
        """How many frames a sound has."""
        return int(self._ends[place]) - self._start(place)

    def _start(self, place: int) -> int:
        return int(self._ends[place - 1]) if place else 0


def kept(folder: Path | None, bins: int, work_out: Callable[[], Iterable[Half]]) -> Features:
    """The features in a folder; worked out and written there where they are not there whole, or nowhere to stay."""
    if folder is None:
        with tempfile.TemporaryDirectory() as temporary:
            _write(Path(temporary), bins, work_out())
            # Mapped files stay readable when their names are gone.
            return Features(Path(temporary))
    if not (folder / "ends.npy").is_file():
        _write(folder, bins, work_out())
    return Features(folder)


def _write(folder: Path, bins: int, sounds: Iterable[Half]) -> None:
    """Write `frames.npy` and then, once it is whole, `ends.npy`."""
    ends, end = [], 0
    with tempfile.TemporaryFile(dir=folder) as spill:
        for made in sounds:
            end += len(made)
            ends.append(end)
            spill.write(made.tobytes())
        spill.seek(0)
        partial = folder / "frames.partial"
        with partial.open("wb") as file:
            np.lib.format.write_array_header_1_0(file, {"descr": "<f2", "fortran_order": False, "shape": (end, bins)})
            shutil.copyfileobj(spill, file, 1 << 24)
    partial.replace(folder / "frames.npy")
    np.save(folder / "ends.partial.npy", np.array(ends, dtype=np.int64))
    (folder / "ends.partial.npy").replace(folder / "ends.npy")
