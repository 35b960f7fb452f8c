"""Who said what in a transcript with speaker tokens: `<|doctor|> any pain? <|patient|> no`.

A token says who speaks until the next one. What stands before the first is of nobody that is named: its speaker is "".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

from stages.evaluate.normalisers import Normaliser
from stages.evaluate.predictions import Answer, Spoken
from stages.records import Turn

_ANY = re.compile(r"<\|([A-Za-z][\w-]*)\|>")


def turns(text: str, speakers: Sequence[str]) -> tuple[Turn, ...]:
    """The turns of a transcript in their order, without those in which nothing is said.

    Only the tokens of these speakers are tokens; any other is text.

    >>> [(turn.speaker, turn.text) for turn in turns("hm <|doctor|> any pain? <|patient|> no", ["doctor", "patient"])]
    [('', 'hm'), ('doctor', 'any pain?'), ('patient', 'no')]
    """
    first, *parts = _pattern(tuple(speakers)).split(text)
    said = [("", first), *zip(parts[::2], parts[1::2], strict=True)]
    return tuple(Turn(speaker, words.strip()) for speaker, words in said if words.strip())


def named(texts: Iterable[str]) -> tuple[str, ...]:
    """The speakers that texts have tokens of, sorted."""
    return tuple(sorted({speaker for text in texts for speaker in _ANY.findall(text)}))


def attributed(answers: Sequence[Answer], speakers: Sequence[str]) -> list[Answer]:
    """The answers of one system with plain texts, and who said which words apart.

    A system that wrote words but not one speaker token in all of its answers marks no speakers: its answers get no
    `spoken`, by which metrics of speakers leave them out. One that wrote nothing at all is wrong about everything.
    Where no speakers are declared, texts stay as they are.
    """
    if not speakers:
        return list(answers)
    made = [Spoken(turns(one.reference, speakers), turns(one.prediction, speakers)) for one in answers]
    given = [turn.speaker for spoken in made for turn in spoken.prediction]
    marked = any(given) or not given
    return [
        replace(
            answer,
            reference=plain(spoken.reference),
            prediction=plain(spoken.prediction),
            spoken=spoken if marked else None,
        )
        for answer, spoken in zip(answers, made, strict=True)
    ]


def plain(said: Iterable[Turn]) -> str:
    """What was said, whoever said it."""
    return " ".join(turn.text for turn in said if turn.text)


def attributed_words(said: Iterable[Turn], normaliser: Normaliser) -> tuple[list[str], list[str]]:
    """The normalised words of turns, and of each its speaker."""
    words: list[str] = []
    speakers: list[str] = []
    for turn in said:
        found = normaliser.tokens(turn.text)
        words += found
        speakers += [turn.speaker] * len(found)
    return words, speakers


@lru_cache(maxsize=32)
def _pattern(speakers: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"<\|({'|'.join(map(re.escape, speakers))})\|>")
