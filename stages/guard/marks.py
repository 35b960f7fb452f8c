"""All protected content of a text, stretch by stretch."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from stages import cues
from stages.guard.measures import quantities, schedules
from stages.guard.names import Names, concepts_of
from stages.guard.relations import relations
from stages.guard.scope import MAY_NEGATE, negations, sides
from stages.guard.tokens import Mark, items_of, sentences_of

_HEADER = re.compile(
    r"(?:^|(?<=[.!?]\s)|(?<=\n))[ \t]*(?:[-*•#]+[ \t]*)?([A-Z][\w/&()' -]{0,40}?)[ \t]*:(?=\s|$)"
    r"|^([A-Z][A-Z/& ]{5,40})$",
    re.MULTILINE,
)
_PREFIX = re.compile(rf"({'|'.join(cues.PREFIXES)})(?=[a-z]{{3}})")
_SUFFIX = re.compile(rf"(?<=[a-z]{{3}})({'|'.join(cues.SUFFIXES)})$")


def marks_of(text: str, names: Names) -> list[Mark]:
    """Every stretch of protected content, in no order; one stretch may be of several categories."""
    marks = list(_headed(text))
    items = items_of(text)
    words = [item.word for item in items]
    taken = bytearray(len(items))
    marks += schedules(items, words, taken)
    concepts = list(concepts_of(words, names))
    inside = bytearray(len(items))
    canonical: list[str | None] = list(words)
    for start, length, concept in concepts:
        marks.append(Mark("names", concept, items[start].start, items[start + length - 1].end))
        inside[start : start + length] = b"\1" * length
        canonical[start : start + length] = [concept, *[None] * (length - 1)]
    marks += quantities(text, items, words, taken)
    for i in range(len(items)):
        if taken[i] or words[i] in cues.LONE_UNITS:
            canonical[i] = None
    for i, item in enumerate(items):
        if not inside[i] and not taken[i]:
            marks += (Mark(category, said, item.start, item.end) for category, said in _plain(item.word))
    marks += sides(items, canonical, taken)
    sentences = list(sentences_of(text, items, taken))
    marks += list(relations(marks, items, canonical, sentences))
    for start, end in sentences:
        marks += negations(items, canonical, start, end)
    return marks


def headers(text: str) -> list[tuple[int, int]]:
    """Where section headers and the labels of speakers stand in a text, in order."""
    return [match.span() for match in _HEADER.finditer(text)]


def _headed(text: str) -> Iterator[Mark]:
    for header in _HEADER.finditer(text):
        group = 1 if header.group(1) is not None else 2
        yield Mark("sections", " ".join(header.group(group).lower().split()), *header.span(group))


@lru_cache(maxsize=65536)
def _plain(word: str) -> tuple[tuple[str, str], ...]:
    """Category and value of what a word says by itself, outside every name."""
    found = [(category, table[word]) for category, table in cues.PLAIN.items() if word in table]
    if word in cues.UNITS or word in MAY_NEGATE:
        # Micrograms are no degree, and "unable" is heard as a negation.
        return tuple(found)
    if (prefix := _PREFIX.match(word)) is not None:
        found.append(("qualifiers", cues.PREFIXES[prefix.group(1)]))
    if (suffix := _SUFFIX.search(word)) is not None:
        found.append(("qualifiers", cues.SUFFIXES[suffix.group(1)]))
    if not found and cues.NEGATED.fullmatch(word):
        found.append(("qualifiers", word))
    if cues.DRUG.fullmatch(word):
        found.append(("drugs", word))
    return tuple(found)
