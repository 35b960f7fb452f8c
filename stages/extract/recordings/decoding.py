"""A sound file as a stream of blocks: by libsndfile, and by ffmpeg what libsndfile does not know."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import orjson

from stages.extract.reader import Unreadable
from stages.extract.reasons import (
    DAMAGED,
    ENCRYPTED,
    HEADER_LENGTH,
    NO_AUDIO_TRACK,
    NO_DECODER,
    TRUNCATED,
    UNSUPPORTED,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Block = NDArray[np.float32]

# Containers that libsndfile reads. MP3 is none of them: it fills what is damaged with noise and says nothing.
BY_SNDFILE = ("wav", "w64", "flac", "ogg", "aiff", "caf", "au", "sphere")
# Container -> the one demuxer that ffmpeg may use: none that opens further files, as playlists do.
DEMUXERS = {
    "wav": "wav", "aiff": "aiff", "caf": "caf", "au": "au", "sphere": "nistsphere", "ogg": "ogg", "mp3": "mp3",
    "mp4": "mov", "matroska": "matroska", "asf": "asf", "amr": "amr", "dss": "dss", "aac": "aac",
}  # fmt: skip
# Whose duration is estimated from the rate of bits, and says nothing of what is missing.
ESTIMATED = ("aac", "amr", "dss")
LOCKED = ("drms", "drmi", "enca", "encv")
BLOCK_SECONDS = 10
# Encoders begin and end with silence of up to some frames.
LEAST_DIFFERENCE, LARGEST_SHARE = 1.0, 0.001


@dataclass(frozen=True, slots=True)
class Stream:
    """Sound while it is read.

    Attributes:
        rate: Samples a second.
        channels: Channels of each block.
        blocks: Arrays `(n, channels)` of samples, between -1 and 1 but for what was clipped by an encoder; each but the
            last is `BLOCK_SECONDS` long. Reading on raises `Unreadable` where the file cannot be followed.
    """

    rate: int
    channels: int
    blocks: Iterator[Block]


@contextmanager
def opened(path: Path, container: str) -> Iterator[Stream]:
    """The file's first track of sound. Raises `Unreadable`."""
    import soundfile

    if container in BY_SNDFILE:
        try:
            file = soundfile.SoundFile(os.open(path, os.O_RDONLY), closefd=True)
        except soundfile.LibsndfileError:
            # A codec that it does not know, or a header that nobody can follow: ffmpeg says which.
            if container not in DEMUXERS:
                raise Unreadable(DAMAGED) from None
        else:
            with file:
                yield Stream(file.samplerate, file.channels, _sndfile_blocks(file))
            return
    with _ffmpeg(path, container) as stream:
        yield stream


def ffmpeg_version() -> str:
    """What `ffmpeg` says it is; empty where it is not installed."""
    if shutil.which("ffmpeg") is None:
        return ""
    done = subprocess.run(["ffmpeg", "-hide_banner", "-version"], capture_output=True, text=True, check=False)
    return done.stdout.partition("\n")[0]


def _sndfile_blocks(file: Any) -> Iterator[Block]:
    import soundfile

    read, whole = 0, file.frames
    try:
        while len(block := file.read(BLOCK_SECONDS * file.samplerate, dtype="float32", always_2d=True)):
            read += len(block)
            yield block
    except soundfile.LibsndfileError:
        read = -1
    if read != whole:
        # A decoder that has come to the end of the file misses the rest of it.
        raise Unreadable(TRUNCATED if _at_end(file) else DAMAGED)


def _at_end(file: Any) -> bool:
    place = os.lseek(file.name, 0, os.SEEK_CUR)
    return place == os.fstat(file.name).st_size


@contextmanager
def _ffmpeg(path: Path, container: str) -> Iterator[Stream]:
    if shutil.which("ffmpeg") is None or shutil.which("ffprobe") is None:
        raise Unreadable(NO_DECODER, f"{container} needs ffmpeg")
    source = ["-protocol_whitelist", "file", "-f", DEMUXERS[container], "-i", f"file:{path}"]
    track, told = _probe(source)
    rate, channels = int(track.get("sample_rate", 0)), int(track.get("channels", 0))
    if str(track.get("codec_tag_string", "")) in LOCKED:
        raise Unreadable(ENCRYPTED, "its sound is locked by copy protection")
    if not track.get("codec_name") or not rate or not channels:
        raise Unreadable(UNSUPPORTED, f"a codec in {container} that ffmpeg does not know")
    command = [
        "ffmpeg", "-nostdin", "-v", "error", "-xerror", "-threads", "1", *source, "-map", "0:a:0",
        "-ar", str(rate), "-ac", str(channels), "-c:a", "pcm_f32le", "-f", "f32le", "pipe:1",
    ]  # fmt: skip
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said) as process,
    ):
        try:
            yield Stream(rate, channels, _ffmpeg_blocks(process, said, rate, channels, _trusted(container, told, path)))
        finally:
            process.kill()


def _probe(source: list[str]) -> tuple[dict[str, Any], float | None]:
    """The first track of sound as ffprobe describes it, and the length that the container tells, in seconds."""
    shown = "stream=codec_name,codec_tag_string,sample_rate,channels:format=duration"
    done = subprocess.run(
        ["ffprobe", "-v", "error", "-select_streams", "a", "-show_entries", shown, "-of", "json", *source],
        capture_output=True, check=False,
    )  # fmt: skip
    if done.returncode:
        # Players and recorders write this table last.
        raise Unreadable(TRUNCATED if b"moov atom not found" in done.stderr else DAMAGED)
    found = orjson.loads(done.stdout)
    if not found.get("streams"):
        raise Unreadable(NO_AUDIO_TRACK)
    told = found.get("format", {}).get("duration")
    return found["streams"][0], float(told) if told is not None else None


def _trusted(container: str, told: float | None, path: Path) -> float | None:
    """The declared length where something stands behind it: of an MP3, the frame that an encoder puts first."""
    if container == "mp3":
        with path.open("rb") as file:
            head = file.read(65_536)
        return told if any(mark in head for mark in (b"Xing", b"Info", b"VBRI")) else None
    return None if container in ESTIMATED else told


def _ffmpeg_blocks(
    process: subprocess.Popen[bytes], said: IO[bytes], rate: int, channels: int, told: float | None
) -> Iterator[Block]:
    import numpy as np

    assert process.stdout is not None
    width, read = 4 * channels, 0
    while data := process.stdout.read(BLOCK_SECONDS * rate * width):
        block = np.frombuffer(data[: len(data) // width * width], "<f4").reshape(-1, channels)
        read += len(block)
        yield block
    if process.wait():
        said.seek(0)
        # What ffmpeg says of a packet that the end of the file cuts off.
        raise Unreadable(TRUNCATED if b"corrupt input packet" in said.read() else DAMAGED)
    if told is not None and abs(read / rate - told) > max(LEAST_DIFFERENCE, LARGEST_SHARE * told):
        reason = TRUNCATED if read / rate < told else HEADER_LENGTH
        raise Unreadable(reason, f"{told:.1f} s are declared, {read / rate:.1f} s are there")
