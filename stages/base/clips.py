"""Recordings of plain speech that a scratch Whisper learns from: clips, and batches of windows made of them.

A folder of FLAC files of 16 kHz with `segments.jsonl`, and `words.ctm` and `phones.ctm` where it is known when each
word and each phone is said. Where words have no times, a clip is taken to be spoken evenly, every letter as long as
another: a tenth of a second off here and there, and near enough to begin with, as uniform segmentation is for hidden
Markov models (Young et al., The HTK Book, "flat start").
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, count, pairwise
from pathlib import Path
from typing import NamedTuple

from stages import segments, sound
from stages.keys import seeded
from stages.segments import Segment

MANIFEST, WORDS, PHONES = "segments.jsonl", "words.ctm", "phones.ctm"
MARGIN = 0.1
"""Seconds of what stands around a clip that are heard with it."""
SLACK = 0.002
"""Seconds by which the times of a clip and of its words may differ for rounding."""


class Clip(NamedTuple):
    """Something that one person says, and (start, end) in seconds of each of its words."""

    start: float
    end: float
    text: str
    words: tuple[tuple[float, float], ...]


class Recording(NamedTuple):
    """A recording of the corpus, what is said in it in the order of time, and its phones where they are known."""

    path: Path
    clips: tuple[Clip, ...]
    phones: tuple[Segment, ...] = ()


class Piece(NamedTuple):
    """Some consecutive clips of recording number `recording`, from `start` to `end` seconds."""

    recording: int
    start: float
    end: float
    clips: tuple[Clip, ...]


def read(folder: Path) -> list[Recording]:
    """Every recording that the folder's manifest lists; raises `FileNotFoundError` or `ValueError` where none is."""
    manifest = folder / MANIFEST
    if not manifest.is_file():
        raise FileNotFoundError(f"{manifest}: no such manifest; speech to learn from is listed there")
    words, phones = (segments.read(path) if path.is_file() else {} for path in (folder / WORDS, folder / PHONES))
    found = [
        Recording(
            folder / name,
            tuple(_clip(said, words.get(name, ())) for said in clips if said.text),
            phones.get(name, ()),
        )
        for name, clips in sorted(segments.read(manifest).items())
    ]
    if missing := [recording.path for recording in found if not recording.path.is_file()]:
        raise FileNotFoundError(f"{missing[0]}: {manifest} lists it, but it is not there")
    if not any(recording.clips for recording in found):
        raise ValueError(f"{manifest}: no clip with a text, so there is nothing to learn from")
    return found


def singles(recordings: Sequence[Recording], longest: float) -> list[Piece]:
    """Every clip of its own that is no longer than `longest` seconds with its margins."""
    pieces = [_piece(number, (clip,)) for number, recording in enumerate(recordings) for clip in recording.clips]
    return [piece for piece in pieces if piece.end - piece.start <= longest]


def rows(recordings: Sequence[Recording], longest: float, first: int = 0) -> list[Piece]:
    """Consecutive clips put together, as many as fit into `longest` seconds, from clip number `first` on."""
    pieces: list[Piece] = []
    for number, recording in enumerate(recordings):
        row: tuple[Clip, ...] = ()
        for clip in recording.clips[first:]:
            if row and _length((*row, clip)) > longest:
                pieces.append(_piece(number, row))
                row = ()
            row = (*row, clip)
        if row:
            pieces.append(_piece(number, row))
    return [piece for piece in pieces if piece.end - piece.start <= longest]


def batches(recordings: Sequence[Recording], longest: float, batch: int, seed: int, name: str) -> Iterator[list[Piece]]:
    """Endless batches of `name`: "singles" or "rows"; each pass has another order, and rows other bounds."""
    for turn in count():
        rng = seeded(seed, "base", name, str(turn))
        found = singles(recordings, longest) if name == "singles" else rows(recordings, longest, rng.randrange(3))
        if not found:
            raise ValueError(f"no clip of the corpus fits into {longest:g} s")
        # Fewer pieces than a batch holds are heard several times in it.
        found *= -(-batch // len(found))
        rng.shuffle(found)
        yield from (found[start : start + batch] for start in range(0, len(found) - batch + 1, batch))


def seconds(recordings: Sequence[Recording]) -> float:
    """Seconds of speech in the clips."""
    return sum(clip.end - clip.start for recording in recordings for clip in recording.clips)


def samples(recording: Recording) -> sound.Samples:
    """The whole recording."""
    return sound.read(recording.path)


def _clip(said: Segment, timed: Sequence[Segment]) -> Clip:
    """Words are found among the timed ones by speaker and time, and by what they are."""
    texts = said.text.split()
    first = bisect_left(timed, said.start - SLACK, key=lambda word: word.start)
    last = bisect_right(timed, said.end + SLACK, key=lambda word: word.start)
    found = [word for word in timed[first:last] if word.speaker in ("", said.speaker)]
    if [word.text for word in found] == texts:
        return Clip(said.start, said.end, said.text, tuple((word.start, word.end) for word in found))
    letters = [0, *accumulate(map(len, texts))]
    times = [said.start + (said.end - said.start) * place / letters[-1] for place in letters]
    return Clip(said.start, said.end, said.text, tuple(pairwise(times)))


def _piece(recording: int, clips: tuple[Clip, ...]) -> Piece:
    return Piece(recording, max(0.0, clips[0].start - MARGIN), clips[-1].end + MARGIN, clips)


def _length(clips: tuple[Clip, ...]) -> float:
    return clips[-1].end - clips[0].start + 2 * MARGIN
