"""A recording cut into windows of whole turns: what a speech model hears at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from stages.params.task import Task
from stages.records import Record, Turn

# Turns that overlap by less are cut apart all the same: dialogue has no cleaner place.
LEAST_OVERLAP = 0.3
# Of silence before and after, so that the first and last sounds are whole.
MARGIN = 0.2

TOO_LONG = "turn longer than the window"
OVERLAPPING = "overlapping turns longer than the window"
UNHEARD = "speech that nobody understood"
NO_TOKEN = "speaker without a token"  # noqa: S105
NO_TIMES = "turn without times"


@dataclass(frozen=True, slots=True)
class Said:
    """A turn whose times are known, in seconds from the start of the recording."""

    speaker: str
    text: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of a recording, in seconds, and the turns in it."""

    start: float
    end: float
    turns: tuple[Said, ...]


def windows(record: Record, task: Task, speakers: Sequence[str]) -> Iterator[Window | str]:
    """Windows of consecutive turns, each as long as `task.window` seconds allow; and why turns are in none.

    Turns that overlap stay together. Left out are those that do not fit into a window, those of other than `speakers`,
    and those beside which more is said than was understood (`task.most_unheard`, a share of their time).
    """
    turns = [_timed(turn) for turn in record.turns]
    if None in turns:
        yield NO_TIMES
        return
    blocks = _blocks(sorted(filter(None, turns), key=lambda turn: (turn.start, turn.end)))
    # What each block may reach out to: the end of all before it, and the start of the next.
    befores = [0.0, *accumulate(map(_end, blocks[:-1]), max)]
    afters = [*(block[0].start for block in blocks[1:]), float(record.meta["seconds"])]
    held: list[tuple[list[Said], float, float]] = []
    for block, before, after in zip(blocks, befores, afters, strict=True):
        fault = _fault(block, record, task, speakers)
        if held and (fault or _end(block) - held[0][0][0].start > task.window):
            yield _window(held, task.window)
            held = []
        if fault:
            yield fault
        else:
            held.append((block, before, after))
    if held:
        yield _window(held, task.window)


def _timed(turn: Turn) -> Said | None:
    if turn.start is None or turn.end is None:
        return None
    return Said(turn.speaker, " ".join(turn.text.split()), turn.start, turn.end)


def _blocks(turns: Sequence[Said]) -> list[list[Said]]:
    """Turns that nothing can be cut between, in order."""
    blocks: list[list[Said]] = []
    end = 0.0
    for turn in turns:
        if blocks and turn.start < end - LEAST_OVERLAP:
            blocks[-1].append(turn)
        else:
            blocks.append([turn])
        end = max(end, turn.end)
    return blocks


def _fault(block: Sequence[Said], record: Record, task: Task, speakers: Sequence[str]) -> str | None:
    start, end = block[0].start, _end(block)
    if any(turn.end - turn.start > task.window for turn in block):
        return TOO_LONG
    if end - start > task.window:
        return OVERLAPPING
    if any(turn.speaker not in speakers for turn in block):
        return NO_TOKEN
    unheard = sum(max(0.0, min(end, until) - max(start, since)) for since, until in record.meta.get("unheard", ()))
    return UNHEARD if unheard > task.most_unheard * (end - start) else None


def _window(held: Sequence[tuple[list[Said], float, float]], most: float) -> Window:
    """The window with its margins, which are at most half of the silence beside it and end where it is full."""
    turns = [turn for block, _, _ in held for turn in block]
    start, end = turns[0].start, _end(turns)
    left = min(MARGIN, max(0.0, start - held[0][1]) / 2, most - (end - start))
    right = min(MARGIN, max(0.0, held[-1][2] - end) / 2, most - (end - start) - left)
    begin = round(start - left, 3)
    # Two times rounded apart may be a millisecond further apart than the model hears.
    return Window(begin, round(min(end + right, begin + most), 3), tuple(turns))


def _end(turns: Sequence[Said]) -> float:
    return max(turn.end for turn in turns)
