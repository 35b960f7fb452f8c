"""Lines of a text as utterances short enough for a model's window, with the times of the identifiers in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import accumulate

from stages import espeak
from stages.espeak import Synthesizer, Utterance, Voice
from stages.records import Span
from stages.sound import Samples
from stages.synthesize.fill import Filled
from stages.synthesize.speech import words

INSTALL = (
    "espeak-ng speaks the clinic's recordings and is not installed: install it with `apt-get install espeak-ng` "
    "(apt.txt lists it), or set synthesize.recorded, synthesize.dictations and synthesize.speech_hours to 0"
)
_WORD = re.compile(r"\S+")
LONGEST = 5.5  # seconds of an utterance, where it can be cut at all
# Where an utterance may be cut, the best places first: after a sentence, after a comma, before a word that joins.
CUTS = (
    re.compile(r"(?<=[.?!])(?<!\bDr\.)(?<!\bMrs\.)(?<!\bM[rs]\.) +"),
    re.compile(r"(?<=[,;:]) +"),
    re.compile(r" +(?=(?:and|or|but|for|with|because|so|in) )"),
    re.compile(r" +"),
)


@dataclass(frozen=True, slots=True)
class Spoken:
    """An utterance: what the transcript writes, its samples, and (start, end, label) of identifiers in seconds.

    `words` are (start, end, word) of what is said, which a transcript writes otherwise where it names someone.
    """

    text: str
    samples: Samples
    identifiers: tuple[tuple[float, float, str], ...]
    words: tuple[tuple[float, float, str], ...]
    phones: tuple[espeak.Phone, ...]


class Missing(RuntimeError):
    """espeak-ng is not installed; the message says what to do."""


def check() -> None:
    """Raise `Missing` where there is no espeak-ng."""
    if espeak.version() is None:
        raise Missing(INSTALL)


def speak(synthesizer: Synthesizer, filled: Filled, voice: Voice) -> Iterator[Spoken]:
    """Speak a turn; what takes longer than `LONGEST` is cut into several utterances, never inside an identifier.

    An utterance without a place to cut it, such as a long number, is left as long as it is.
    """
    told = words.said(filled)
    utterance = synthesizer.say(told.text, voice)
    halves = _halves(filled) if utterance.seconds > LONGEST else None
    if halves is None:
        identifiers, spoken = tuple(_times(told, utterance)), tuple(_words(told, utterance))
        yield Spoken(filled.text, utterance.samples, identifiers, spoken, utterance.phones)
        return
    for half in halves:
        yield from speak(synthesizer, half, voice)


def _times(told: words.Said, utterance: Utterance) -> Iterator[tuple[float, float, str]]:
    for start, end, label in told.spans:
        inside = [word for word in utterance.words if start <= word.at < end]
        yield inside[0].start, inside[-1].end, label


def _words(told: words.Said, utterance: Utterance) -> Iterator[tuple[float, float, str]]:
    """Each word with its times; words that espeak-ng says as one ("of the") share its time by their letters."""
    runs: list[tuple[list[str], list[espeak.Word]]] = []
    for word in _WORD.finditer(told.text):
        marked = [one for one in utterance.words if word.start() <= one.at < word.end()]
        if marked or not runs:
            runs.append(([], marked))
        runs[-1][0].append(word[0])
    for run, marked in runs:
        if marked:
            start, end, letters = marked[0].start, marked[-1].end, len("".join(run))
            ends = [start + (end - start) * said / letters for said in accumulate(map(len, run))]
            yield from zip([start, *ends], ends, run, strict=False)


def _halves(filled: Filled) -> tuple[Filled, Filled] | None:
    """The text in two, cut at the best place that is nearest to its middle."""
    middle = len(filled.text) / 2
    for cut in CUTS:
        places = [found.span() for found in cut.finditer(filled.text) if _free(found.start(), found.end(), filled)]
        if places:
            start, end = min(places, key=lambda place: abs(place[0] - middle))
            return _part(filled, 0, start), _part(filled, end, len(filled.text))
    return None


def _free(start: int, end: int, filled: Filled) -> bool:
    """Whether a cut lies inside the text and outside of its identifiers."""
    within = any(span.start < end and start < span.end for span in filled.spans)
    return start > 0 and end < len(filled.text) and not within


def _part(filled: Filled, start: int, end: int) -> Filled:
    return Filled(
        filled.text[start:end], tuple(_moved(span, -start) for span in filled.spans if start <= span.start < end)
    )


def _moved(span: Span, by: int) -> Span:
    return replace(span, start=span.start + by, end=span.end + by)
