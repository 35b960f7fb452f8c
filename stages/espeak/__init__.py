"""A text and a voice in, samples and the times of words out: espeak-ng, the speech synthesizer of Debian."""

from __future__ import annotations

import ctypes
import json
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from math import gcd
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from stages.espeak import engine
from stages.sound import RATE, Samples

AUDIBLE = 5e-4  # of full scale; all that espeak-ng puts between words and around them is quieter
PAUSE = "_"  # phonemes whose name begins so are silent
MARKS = ";,"  # of stress and palatalisation, which are no sounds


@dataclass(frozen=True, slots=True)
class Voice:
    """How a person speaks: a voice of espeak-ng (`en-us+f2`), words a minute, pitch and its range (0 to 99)."""

    name: str
    rate: int
    pitch: int
    range: int


@dataclass(frozen=True, slots=True)
class Word:
    """Where a word stands in the text (offset in code points), and when it is said (seconds)."""

    at: int
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Phone:
    """A sound of the language by espeak-ng's name for it, and when it is made (seconds)."""

    name: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Utterance:
    """What was said, without the silence around it: samples `(n,)` at `stages.sound.RATE`, words and phones."""

    samples: Samples
    words: tuple[Word, ...]
    phones: tuple[Phone, ...]

    @property
    def seconds(self) -> float:
        return len(self.samples) / RATE


class Synthesizer:
    """espeak-ng, freshly started, as a context: the same calls in the same order always give the same samples."""

    def __enter__(self) -> Self:
        # -I and -S: neither the environment nor installed packages have a say in a process that needs neither.
        command = [sys.executable, "-I", "-S", str(Path(engine.__file__))]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.communicate()

    def say(self, text: str, voice: Voice) -> Utterance:
        """Speak a text; raises `ValueError` naming a voice that espeak-ng does not have."""
        asked, answers = self._process.stdin, self._process.stdout
        assert asked
        assert answers
        asked.write(json.dumps([text, voice.name, voice.rate, voice.pitch, voice.range]).encode() + b"\n")
        asked.flush()
        line = answers.readline()
        if not line:
            raise RuntimeError(f"espeak-ng ended with status {self._process.wait()}; see its message above")
        answer = json.loads(line)
        if "error" in answer:
            raise ValueError(answer["error"])
        heard = np.frombuffer(answers.read(answer["bytes"]), dtype="<i2")
        phones = _phones(answer, len(heard))
        return _trimmed(_resampled(heard, answer["rate"]), _words(answer, len(heard)), phones)


@cache
def version() -> str | None:
    """The version of espeak-ng, or None where it is not installed."""
    found = engine.library()
    if found is None:
        return None
    found.espeak_Info.restype = ctypes.c_char_p
    return bytes(found.espeak_Info(None)).decode()


def _words(answer: dict[str, Any], samples: int) -> list[Word]:
    """A word ends where a pause or the next word begins, whichever comes first."""
    rate, events = answer["rate"], answer["events"]
    words: list[Word] = []
    for number, (kind, start, at, _) in enumerate(events):
        # At times the marker of a word that was said before comes once more.
        if kind == engine.WORD and (not words or at - 1 > words[-1].at):
            later = ((s, k, n) for k, s, _, n in events[number + 1 :] if s > start)
            end = next((s for s, k, name in later if k == engine.WORD or name.startswith(PAUSE)), samples)
            words.append(Word(at - 1, start / rate, end / rate))
    return words


def _phones(answer: dict[str, Any], samples: int) -> list[Phone]:
    """A phone lasts until the next one, or the pause, begins."""
    found = [(start, name) for kind, start, _, name in answer["events"] if kind == engine.PHONEME]
    ends = [*(start for start, _ in found[1:]), samples]
    return [
        Phone(name, start / answer["rate"], end / answer["rate"])
        for (start, name), end in zip(found, ends, strict=True)
        if name.strip(MARKS) and not name.startswith(PAUSE) and end > start
    ]


def _resampled(heard: NDArray[np.int16], rate: int) -> Samples:
    from scipy.signal import resample_poly

    common = gcd(RATE, rate)
    factors = RATE // common, rate // common
    sound = heard.astype(np.float32) / 32768
    return np.asarray(resample_poly(sound, *factors, window=_window(*factors)), dtype=np.float32)


@cache
def _window(up: int, down: int) -> Samples:
    """A low pass at the lower of the two rates' limits, ten zero crossings to each side."""
    from scipy.signal import firwin

    wider = max(up, down)
    return np.asarray(firwin(20 * wider + 1, 1 / wider, window=("kaiser", 5.0)), dtype=np.float32)


def _trimmed(sound: Samples, words: list[Word], phones: list[Phone]) -> Utterance:
    """Cut off the silence at both ends, and let a word before a pause last until nothing is heard of it any more."""
    audible = np.flatnonzero(np.abs(sound) > AUDIBLE)
    if not len(audible):
        return Utterance(sound[:0], (), ())
    first, last = int(audible[0]), int(audible[-1]) + 1

    def inside(time: float) -> float:
        return (min(max(round(time * RATE), first), last) - first) / RATE

    kept = []
    for word, following in zip(words, [*(word.start for word in words[1:]), last / RATE], strict=True):
        tail = audible[slice(*np.searchsorted(audible, (round(word.end * RATE), round(following * RATE))))]
        end = (int(tail[-1]) + 1) / RATE if len(tail) else word.end
        kept.append(Word(word.at, inside(word.start), inside(end)))
    made = tuple(Phone(phone.name, inside(phone.start), inside(phone.end)) for phone in phones)
    return Utterance(sound[first:last], tuple(kept), made)
