"""Words to segments, one a turn, short enough to be read as captions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stages.models.spoken import words_of
from stages.models.word_times import Word
from stages.segments import Segment

LONGEST = 8.0
"""Seconds of a segment; a longer turn goes on in another, from the next sentence on where there is one in time."""
PAUSE = 1.5
"""Seconds between two words that end a segment."""


def turns(recording: str, words: Sequence[Word]) -> Iterator[Segment]:
    """What each speaker said without a break; the speaker is a role such as `Doctor`, or "" where none was heard."""
    run: list[Word] = []
    for word in words:
        if run and _ends(run, word):
            yield _segment(recording, run)
            run = []
        run.append(word)
    if run:
        yield _segment(recording, run)


def _ends(run: Sequence[Word], word: Word) -> bool:
    last = run[-1]
    if word.speaker != last.speaker or word.start - last.end > PAUSE:
        return True
    length = word.end - run[0].start
    return length > LONGEST or (length > LONGEST / 2 and last.text.endswith((".", "?", "!")))


def _segment(recording: str, run: Sequence[Word]) -> Segment:
    role = words_of(run[0].speaker).capitalize()
    return Segment(recording, role, run[0].start, run[-1].end, " ".join(word.text for word in run))
