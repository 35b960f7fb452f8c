"""What a negation negates and what a side is the side of.

Negation scope follows NegEx (Chapman et al. 2001): from the cue to the end of the sentence or a word that ends it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from stages import cues
from stages.guard.tokens import Item, Mark

REACH = 4
"""Words after a side among which what it is the side of is looked for."""
_SIDES = cues.SIDES | cues.EYES
_NEGATES_AFTER = cues.NEGATES_AFTER | cues.REFUSALS
MAY_NEGATE = _NEGATES_AFTER | cues.NEGATES_BEFORE | {first for first, _ in cues.NEGATION_PAIRS}


def negations(items: list[Item], canonical: list[str | None], start: int, end: int) -> Iterator[Mark]:
    """The negations of a sentence, and each content word that one negates.

    `canonical` holds for each item its concept or word, None where it carries nothing of its own.
    """
    for i in range(start, end):
        if items[i].word not in MAY_NEGATE and not items[i].word.endswith("n't"):
            continue
        if (reach := _reach(items, i, end)) is None:
            continue
        places = (range(i + 1, end), range(i - 1, start - 1, -1))
        scope = _scope(items, canonical, places[reach == "before"])
        if not scope and reach == "after":
            scope = _scope(items, canonical, places[1])
        yield Mark("negation", None if scope else "", items[i].start, items[i].end)
        yield from scope


def sides(items: list[Item], canonical: list[str | None], taken: bytearray) -> Iterator[Mark]:
    """Each side with the content word that follows it."""
    for i, item in enumerate(items):
        if taken[i] or item.word not in _SIDES:
            continue
        following = _next(canonical, i + 1)
        value = _SIDES[item.word] if following is None else f"{_SIDES[item.word]} {canonical[following]}"
        yield Mark("laterality", value, item.start, items[following or i].end)


def _reach(items: list[Item], i: int, end: int) -> str | None:
    """On which side of a word that what it negates stands; None when it negates nothing."""
    word = items[i].word
    if i + 1 < end and (side := cues.NEGATION_PAIRS.get((word, items[i + 1].word))) is not None:
        return side
    if word in _NEGATES_AFTER or word.endswith("n't"):
        return "after"
    return "before" if word in cues.NEGATES_BEFORE else None


def _scope(items: list[Item], canonical: list[str | None], places: range) -> list[Mark]:
    found: list[Mark] = []
    for i in places:
        word = canonical[i]
        if word is None or word in cues.EMPTY_WORDS or not (word[0].isalpha() or word[0] == "="):
            continue
        if word in cues.SCOPE_ENDS or _reach(items, i, len(items)) is not None:
            break
        found.append(Mark("negation", word, items[i].start, items[i].end))
    return found


def _next(canonical: list[str | None], i: int) -> int | None:
    """The place of the content word after a side, none beyond the sentence.

    Words are counted, not places: a schedule or name takes as many places as its spelling has words.
    """
    words = ((place, word) for place, word in enumerate(canonical[i:], start=i) if word is not None)
    for place, word in islice(words, REACH):
        if word in cues.EMPTY_WORDS or word == "sided":
            continue
        return place if word[0].isalnum() or word[0] == "=" else None
    return None
