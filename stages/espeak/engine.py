"""espeak-ng in a process of its own, through its C library (`speak_lib.h` of https://github.com/espeak-ng/espeak-ng).

The library carries state from one utterance to the next that no call resets (the phase of its vibrato, its noise), so
what it says depends on all that its process said before. A process that lives as long as one recording makes a
recording depend on nothing but itself. This file imports nothing of Rounds, nor numpy, so that it starts at once.

Each line of standard input is an array in JSON: text, voice, words a minute, pitch, range of the pitch. Each answer is
an object in JSON, in a line, and after it so many bytes of 16-bit sound as its `bytes` say. `rate` is in samples a
second; `events` are [type, sample, position in the text in code points from 1, name of the phoneme]. An answer with an
`error` has no sound.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import json
import sys
from typing import Any

LIBRARIES = ("libespeak-ng.so.1", "libespeak-ng.dylib", "libespeak-ng.dll")

# Numbers of speak_lib.h.
WORD, PHONEME = 1, 7
SYNCHRONOUS, CHARACTERS, UTF8 = 2, 1, 1
PHONEME_EVENTS, DO_NOT_EXIT = 0x0001, 0x8000
RATE, VOLUME, PITCH, RANGE = 1, 2, 3, 4
BUFFER = 1000  # milliseconds of sound a callback
QUIET = 40  # of a volume of 100, at which some voices clip


class Event(ctypes.Structure):
    """`espeak_EVENT`."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("name", ctypes.c_char * 8),
    )


CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(Event))


def library() -> ctypes.CDLL | None:
    """espeak-ng's shared library, or None where it is not installed."""
    for name in LIBRARIES:
        try:
            return ctypes.CDLL(name)
        except OSError:
            continue
    elsewhere = ctypes.util.find_library("espeak-ng")  # slower than all the rest of a start
    return ctypes.CDLL(elsewhere) if elsewhere else None


class Engine:
    """The library, started."""

    def __init__(self) -> None:
        found = library()
        if found is None:
            raise RuntimeError("espeak-ng: no such library")
        self._library = found
        self.rate = found.espeak_Initialize(SYNCHRONOUS, BUFFER, None, PHONEME_EVENTS | DO_NOT_EXIT)
        if self.rate <= 0:
            raise RuntimeError("espeak-ng: its data is missing or of another version")
        self._sound = bytearray()
        self._events: list[list[Any]] = []
        self._callback = CALLBACK(self._hear)
        found.espeak_SetSynthCallback(self._callback)

    def say(self, text: str, voice: str, rate: int, pitch: int, span: int) -> tuple[bytes, list[list[Any]]]:
        """Sound and events of a text; raises `ValueError` for a voice that is not there."""
        if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise ValueError(f"{voice}: espeak-ng has no such voice; `espeak-ng --voices=variant` lists the variants")
        for parameter, value in ((VOLUME, QUIET), (RATE, rate), (PITCH, pitch), (RANGE, span)):
            self._library.espeak_SetParameter(parameter, value, 0)
        self._sound.clear()
        self._events.clear()
        said = text.encode()
        self._library.espeak_Synth(said, len(said) + 1, 0, CHARACTERS, 0, UTF8, None, None)
        return bytes(self._sound), self._events

    def _hear(self, wav: Any, number: int, events: Any) -> int:
        if wav and number:
            self._sound += ctypes.string_at(wav, 2 * number)
        at = 0
        while (event := events[at]).type:
            if event.type in (WORD, PHONEME):
                name = event.name.decode("ascii", "replace") if event.type == PHONEME else ""
                self._events.append([event.type, event.sample, event.text_position, name])
            at += 1
        return 0


def main() -> None:
    """Answer until standard input ends."""
    engine = Engine()
    for line in sys.stdin.buffer:
        try:
            sound, events = engine.say(*json.loads(line))
        except ValueError as error:
            sys.stdout.buffer.write(json.dumps({"error": str(error)}).encode() + b"\n")
        else:
            head = {"rate": engine.rate, "bytes": len(sound), "events": events}
            sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + sound)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
