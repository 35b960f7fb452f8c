"""Gold spans located in the text that was read, which differs from the gold text in layout and by errors of OCR."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from stages.records import Span

CONTEXT = 24  # characters on either side that tell one occurrence of a value from another
LEAST_LIKENESS = 78.0  # percent of a garbled value that must be right
SHORTEST_GARBLED = 5
# Percent of its surroundings in gold that a word alone and a garbled value must have:
# White, whose page header is lost, is no white cell count.
LEAST_AROUND = 35.0


def located(gold_text: str, gold: Sequence[Span], text: str) -> list[Span | None]:
    """For each gold span its place in `text`; None where its value is not there.

    A value is sought as it is, then with any white space, hyphen and case, then with some letters wrong. Of several
    occurrences each gold span takes the one whose surroundings are most like its own.
    """
    from rapidfuzz import fuzz

    taken: set[tuple[int, int]] = set()
    places: list[Span | None] = [None] * len(gold)
    # Long values first: a family name alone must not take the place of the full name.
    for at in sorted(range(len(gold)), key=lambda i: (gold[i].start - gold[i].end, gold[i].start)):
        span = gold[at]
        free = [
            place
            for place in _occurrences(gold_text[span.start : span.end], text)
            if not any(place[0] < end and start < place[1] for start, end in taken)
        ]
        if not free:
            continue
        around = _around(gold_text, span.start, span.end)
        likeness = {place: fuzz.ratio(around, _around(text, *place)) for place in free}
        best = max(free, key=lambda place: (likeness[place], -place[0]))
        value, there = gold_text[span.start : span.end], text[best[0] : best[1]]
        if likeness[best] < LEAST_AROUND and not (_is_unmistakable(value) and _letters(value) == _letters(there)):
            continue
        taken.add(best)
        places[at] = Span(best[0], best[1], span.label)
    return places


def repeated(text: str, places: Sequence[Span | None]) -> list[Span]:
    """Further places where a located value stands again as it is, such as in the header of each page.

    Only of values that cannot be anything else: of two words and more, with four digits, or addresses.
    """
    taken = [(place.start, place.end) for place in places if place]
    again: dict[tuple[int, int], Span] = {}
    for place in filter(None, places):
        value = text[place.start : place.end]
        if not _is_unmistakable(value):
            continue
        for match in re.finditer(rf"(?<![^\W_]){re.escape(value)}(?![^\W_])", text):
            if not any(match.start() < end and start < match.end() for start, end in [*taken, *again]):
                again[match.span()] = Span(match.start(), match.end(), place.label)
    return [again[span] for span in sorted(again)]


def _is_unmistakable(value: str) -> bool:
    return len(value.split()) > 1 or sum(map(str.isdigit, value)) >= 4 or bool(re.search("[@/]", value))


def _letters(value: str) -> str:
    return "".join(filter(str.isalnum, value.casefold()))


def _occurrences(value: str, text: str) -> list[tuple[int, int]]:
    loose = r"[\s-]*".join(re.escape(letter) for letter in value if not letter.isspace() and letter != "-")
    for expression, flags in ((re.escape(value), 0), (loose, re.IGNORECASE)):
        edges = rf"(?<![^\W_]){expression}(?![^\W_])"
        if found := [match.span() for match in re.finditer(edges, text, flags)]:
            return found
    return list(_garbled(value, text))


def _garbled(value: str, text: str) -> Iterator[tuple[int, int]]:
    from rapidfuzz import fuzz

    if len(value) < SHORTEST_GARBLED:
        return
    match = fuzz.partial_ratio_alignment(value.casefold(), text.casefold(), score_cutoff=LEAST_LIKENESS)
    if match is None or len(text.casefold()) != len(text):
        return
    start, end = match.dest_start, match.dest_end
    # A garbled value is whole words too.
    while start > 0 and text[start - 1].isalnum() and text[start : start + 1].isalnum():
        start -= 1
    while end < len(text) and text[end].isalnum() and text[end - 1].isalnum():
        end += 1
    if end - start <= len(value) + 4:
        yield start, end


def _around(text: str, start: int, end: int) -> str:
    return " ".join((text[max(0, start - CONTEXT) : start] + "\0" + text[end : end + CONTEXT]).split())
