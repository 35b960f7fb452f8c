"""Converting long recordings beside peers: `python benchmarks/recordings.py [--hours 2]`.

One recording as WAV (44.1 kHz, stereo), M4A and MP3. The peers: ffmpeg's command line to 16 kHz mono FLAC, which checks
nothing, and the usual `soundfile.read` and `soxr.resample` of the whole file (WAV alone), which holds it in memory.
Each runs in a process of its own, one after the other. Last line: one JSON object of theirs / ours, of processor time
and peak memory.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

RATE = 44_100


class Cost(NamedTuple):
    """Wall and processor seconds, and megabytes at the peak, of a process and its children."""

    seconds: float
    processor: float
    megabytes: float


def main() -> None:
    """Measure ours and each peer on each format; print costs and ratios."""
    parser = argparse.ArgumentParser(description="Converting long recordings beside peers.")
    parser.add_argument("--hours", type=float, default=2.0, help="length of the recording (default: %(default)s)")
    hours = parser.parse_args().hours
    ratios = {}
    with tempfile.TemporaryDirectory() as folder:
        for path in _recordings(Path(folder), hours):
            kind = path.suffix.removeprefix(".")
            ours = _measured(f"ours, {kind}", hours, _ours, path)
            peers: dict[str, Callable[[Path], None]] = {"ffmpeg": _ffmpeg}
            if kind == "wav":
                peers["whole"] = _whole
            for name, peer in peers.items():
                theirs = _measured(f"{name}, {kind}", hours, peer, path)
                ratios[f"{name}_{kind}_processor"] = round(theirs.processor / ours.processor, 2)
                ratios[f"{name}_{kind}_memory"] = round(theirs.megabytes / ours.megabytes, 2)
    print(json.dumps(ratios))


def _measured(label: str, hours: float, work: Callable[[Path], None], path: Path) -> Cost:
    context = multiprocessing.get_context("spawn")
    receiving, sending = context.Pipe(duplex=False)
    process = context.Process(target=_in_process, args=(work, path, sending))
    process.start()
    process.join()
    if process.exitcode:
        sys.exit(f"{label}: ended with {process.exitcode}")
    cost = Cost(*receiving.recv())
    spent = f"{cost.processor:.1f} s of processor ({hours * 3600 / cost.processor:.0f} x)"
    print(f"{label:<14}{cost.seconds:7.1f} s   {spent:<36}{cost.megabytes:7.0f} MB")
    return cost


def _in_process(work: Callable[[Path], None], path: Path, sending: object) -> None:
    start = time.perf_counter()
    work(path)
    seconds = time.perf_counter() - start
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    processor = sum(one.ru_utime + one.ru_stime for one in used)
    sending.send((seconds, processor, sum(one.ru_maxrss for one in used) / 1024))  # type: ignore[attr-defined]


def _ours(path: Path) -> None:
    from stages.extract.reader import Item
    from stages.extract.recordings.conversion import convert
    from stages.params.extract import Extract

    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    convert(
        Item("id", "calls", "id", path.name, str(path), {}, sha256), path.with_name("ours.flac"), Extract(most_hours=9)
    )


def _ffmpeg(path: Path) -> None:
    command = ["ffmpeg", "-nostdin", "-y", "-v", "error", "-threads", "1", "-i", str(path), "-ac", "1", "-ar", "16000"]
    subprocess.run([*command, str(path.with_name("theirs.flac"))], check=True)


def _whole(path: Path) -> None:
    import soundfile
    import soxr

    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    soundfile.write(path.with_name("theirs.flac"), soxr.resample(samples.mean(axis=1), rate, 16_000), 16_000)


def _recordings(folder: Path, hours: float) -> list[Path]:
    """Noise that swells and falls as speech does, in two channels."""
    made = [folder / f"long.{ending}" for ending in ("wav", "m4a", "mp3")]
    swell = f"anoisesrc=d={hours * 3600:g}:c=pink:a=0.2:r={RATE}:seed=1,tremolo=f=3:d=0.9"
    command = ["ffmpeg", "-y", "-v", "error", "-f", "lavfi", "-i", swell, "-ac", "2", str(made[0])]
    subprocess.run(command, check=True)
    for path in made[1:]:
        subprocess.run(["ffmpeg", "-y", "-v", "error", "-i", str(made[0]), str(path)], check=True)
    return made


if __name__ == "__main__":
    main()
