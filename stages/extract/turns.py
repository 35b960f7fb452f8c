"""The text of a dialogue to turns: lines of `Speaker: words`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from stages.extract.reader import Unreadable
from stages.extract.reasons import NO_SPEAKER, NO_TURNS, UNKNOWN_SPEAKER
from stages.records import Turn

LABEL = re.compile(r"\s*([^\W\d_][^:\n]{0,39}?)\s*:(?!\d)\s*(.*)")
# What a label that nobody declared looks like: up to three words, each with a capital or a number. "I take two: ..." is
# no label; neither is "https://...".
LIKE_A_LABEL = re.compile(r"(?:[A-Z][\w.'’-]*|\d+)(?:[ _-](?:[A-Z(][\w.'’)-]*|\d+)){0,2}")
# Words that open a sentence with a colon after them, and no speaker is called so.
NO_LABEL = frozenset((
    "also", "and", "answer", "but", "first", "no", "note", "now", "oh", "ok", "okay", "question", "right", "second",
    "so", "third", "well", "yes",
))  # fmt: skip


def parse(text: str, speakers: Mapping[str, str]) -> tuple[Turn, ...]:
    """Turns in order, each with the role that `speakers` gives its label (capitals aside).

    A line without a label goes on with the turn before it; a turn without words is none. Raises `Unreadable` when a
    line is spoken by a label that is not declared, when words come before the first label, and when there is no turn.
    """
    roles = {label.casefold(): role for label, role in speakers.items()}
    turns: list[tuple[str, list[str]]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        label = LABEL.fullmatch(line)
        role = roles.get(label[1].strip().casefold()) if label else None
        if label and role:
            turns.append((role, [label[2]]))
        elif label and _is_label(label[1].strip()):
            raise Unreadable(UNKNOWN_SPEAKER, f"line {number}")
        elif turns:
            turns[-1][1].append(line)
        elif line.strip():
            raise Unreadable(NO_SPEAKER, f"line {number}")
    said = ((role, " ".join(" ".join(words).split())) for role, words in turns)
    done = tuple(Turn(role, words) for role, words in said if words)
    if not done:
        raise Unreadable(NO_TURNS)
    return done


def _is_label(words: str) -> bool:
    return bool(LIKE_A_LABEL.fullmatch(words)) and words.casefold() not in NO_LABEL
