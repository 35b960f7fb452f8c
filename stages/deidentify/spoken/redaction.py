"""What of a recording goes: the seconds of identifiers, the words that go with them, and what nobody wrote down."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from stages.deidentify.spoken.aligner import Place, places
from stages.deidentify.spoken.silence import Stretch, merged
from stages.deidentify.spoken.words import without, words_of
from stages.params.deidentify import Speech
from stages.records import Turn
from stages.sound import Samples

MILLISECOND = 0.001  # to which stretches are rounded

Listen = Callable[[float, float], Samples]
"""The samples of a recording between two times in seconds."""


class Unlocated(Exception):
    """An identifier's time cannot be told with confidence, and the policy is to drop the recording."""


@dataclass(frozen=True, slots=True)
class Redaction:
    """A recording without its identifiers.

    Attributes:
        turns: Those with words left, without the words that go; their times are the old ones.
        stretches: What is silenced or bleeped.
    """

    turns: tuple[Turn, ...]
    stretches: tuple[Stretch, ...]


def redaction(
    turns: Sequence[Turn],
    gone: Sequence[frozenset[int]],
    unheard: Iterable[tuple[float, float]],
    seconds: float,
    listen: Listen,
    params: Speech,
) -> Redaction:
    """What goes of a recording. Raises `Unlocated` where the policy is to drop it.

    Args:
        turns: All of them, each with its times.
        gone: Of each turn, the numbers of the words that belong to identifiers.
        unheard: Seconds in which something is said that nobody understood.
        seconds: Length of the recording.
    """
    timed = [_Timed(turn, listen) for turn in turns]
    identified = [
        stretch.padded(params.padding, seconds)
        for turn, numbers in zip(timed, gone, strict=True)
        if numbers
        for stretch in _located(turn, numbers, params)
    ]
    unknown = [Stretch(start, end) for start, end in unheard]
    silent = list(merged((one.start, one.end) for one in (*identified, *unknown)))
    told = [
        replace(turn.turn, text=without(turn.turn.text, numbers | _covered(turn, silent, params.padding)))
        for turn, numbers in zip(timed, gone, strict=True)
    ]
    outside = _outside(((turn.start, turn.end) for turn in timed), params.beside, seconds)
    return Redaction(
        tuple(turn for turn in told if turn.text),
        tuple(sorted([*identified, *unknown, *(Stretch(start, end) for start, end in outside)])),
    )


class _Timed:
    """A turn with the places of its words, which are found when they are asked for."""

    def __init__(self, turn: Turn, listen: Listen) -> None:
        assert turn.start is not None
        assert turn.end is not None
        self.turn, self.start, self.end = turn, turn.start, turn.end
        self.words = [turn.text[start:end] for start, end in words_of(turn.text)]
        self._listen = listen
        self._places: tuple[Place, ...] | None = None
        self._asked = False

    def places(self) -> tuple[Place, ...] | None:
        """Places in seconds of the recording; None where the aligner does not know."""
        if not self._asked:
            found = places(self._listen(self.start, self.end), self.words)
            self._places = found and tuple(
                Place(self.start + one.start, min(self.end, self.start + one.end), one.doubt) for one in found
            )
            self._asked = True
        return self._places


def _located(turn: _Timed, numbers: frozenset[int], params: Speech) -> Iterator[Stretch]:
    """The stretches of a turn in which the words of these numbers are said, or the whole turn."""
    whole = Stretch(turn.start, turn.end, params.replacement)
    if len(numbers) == len(turn.words) or params.aligner == "turn":
        yield whole
        return
    found = turn.places()
    if found is None or not all(found[number].is_sure for number in numbers):
        if params.unlocated == "drop":
            raise Unlocated
        yield whole
        return
    for first, last in _runs(numbers):
        # Before a turn's first word and after its last nothing else is said that could be spared.
        start = turn.start if first == 0 else found[first].start
        end = turn.end if last == len(turn.words) - 1 else found[last].end
        yield Stretch(start, max(start, end), params.replacement)


def _runs(numbers: frozenset[int]) -> Iterator[tuple[int, int]]:
    """First and last of each run of consecutive numbers."""
    for _, run in groupby(enumerate(sorted(numbers)), key=lambda pair: pair[1] - pair[0]):
        consecutive = [number for _, number in run]
        yield consecutive[0], consecutive[-1]


def _covered(turn: _Timed, silent: Sequence[tuple[float, float]], padding: float) -> frozenset[int]:
    """Words that go because less than half of them is still heard.

    A neighbour's padding alone is no reason to locate the words of a turn.
    """
    lost = _shared((turn.start, turn.end), silent)
    if lost >= turn.end - turn.start - MILLISECOND:
        return frozenset(range(len(turn.words)))
    if lost <= padding:
        return frozenset()
    return frozenset(
        number
        for number, place in enumerate(turn.places() or ())
        if 2 * _shared((place.start, place.end), silent) > place.end - place.start
    )


def _shared(times: tuple[float, float], silent: Sequence[tuple[float, float]]) -> float:
    return sum(max(0.0, min(times[1], end) - max(times[0], start)) for start, end in silent)


def _outside(turns: Iterable[tuple[float, float]], beside: float, seconds: float) -> Iterator[tuple[float, float]]:
    """What lies farther than `beside` seconds from every turn."""
    at = 0.0
    for start, end in merged((max(0.0, start - beside), min(seconds, end + beside)) for start, end in turns):
        if start > at:
            yield at, start
        at = end
    if at < seconds:
        yield at, seconds
