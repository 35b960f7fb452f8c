"""What stands on a page and is no part of the document: page numbers, and headers and footers that repeat."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

# Lines at the top and at the bottom of a page among which furniture is sought.
ZONE = 4
# The share of a document's pages on which a line must stand in the same zone to be a header or footer.
REPEATED = 0.6
PAGE = re.compile(r"\W*(?:page|pg\.?)\s*#?\s*(\d{1,4})(?:\s*(?:of|/)\s*\d{1,4})?\W*", re.IGNORECASE)
TRAILING = re.compile(r"[\s|,;–—-]*\(?\bpage\s+(\d{1,4})(?:\s*(?:of|/)\s*\d{1,4})?\)?[ \t]*(\s?)$", re.IGNORECASE)
BARE = re.compile(r"(\d{1,4})(?:\s*(?:of|/)\s*(\d{1,4}))?")
DASHED = re.compile(r"[-–—]\s*(\d{1,4})\s*[-–—]")


def remove(pages: Sequence[str]) -> list[str]:
    """The pages without page numbers and without the second and later copies of repeated headers and footers.

    The first copy stays: a letterhead is content once, and a clinical line that happens to stand at the edge of every
    page is never lost.
    """
    lines = [page.splitlines(keepends=True) for page in pages]
    shift = _numbering(lines)
    numbered = [_without_number(page, number, len(pages), shift) for number, page in enumerate(lines, start=1)]
    return ["".join(page) for page in _without_repeats(numbered)]


def _without_number(page: list[str], number: int, pages: int, shift: int | None) -> list[str]:
    edge = {*_edge(page, 1, top=True), *_edge(page, 1, top=False)}
    zone = {*_edge(page, ZONE, top=True), *_edge(page, ZONE, top=False)}
    kept = []
    for place, line in enumerate(page):
        told = PAGE.fullmatch(line.strip())
        if told and (place in edge or (place in zone and int(told[1]) == number)):
            continue
        if place in edge and _is_bare_number(line.strip(), number, pages, shift):
            continue
        trailing = TRAILING.search(line) if place in zone else None
        kept.append(TRAILING.sub(r"\2", line) if trailing and int(trailing[1]) == number else line)
    return kept


def _is_bare_number(line: str, number: int, pages: int, shift: int | None) -> bool:
    if dashed := DASHED.fullmatch(line):
        return int(dashed[1]) == number + (shift or 0)
    bare = BARE.fullmatch(line)
    if bare is None:
        return False
    if bare[2] is not None:
        return (int(bare[1]), int(bare[2])) == (number, pages)
    # A lone number may be a pain score: only one that counts with the pages is theirs.
    return shift is not None and int(bare[1]) == number + shift


def _numbering(pages: list[list[str]]) -> int | None:
    """What the pages' bare numbers are ahead of their places, where nearly all pages agree."""
    shifts: Counter[int] = Counter()
    for number, page in enumerate(pages, start=1):
        edge = {page[place].strip() for top in (True, False) for place in _edge(page, 1, top=top)}
        shifts.update({int(line) - number for line in edge if line.isdecimal() and len(line) <= 4})
    shift, count = max(shifts.items(), key=lambda pair: (pair[1], -pair[0]), default=(0, 0))
    return shift if count >= max(2, 0.8 * len(pages)) else None


def _without_repeats(pages: list[list[str]]) -> list[list[str]]:
    for top in (True, False):
        found = Counter(line for page in pages for line in {_same(page[place]) for place in _edge(page, ZONE, top=top)})
        repeated = {line for line, count in found.items() if count >= max(2, REPEATED * len(pages))}
        seen: set[str] = set()
        kept = []
        for page in pages:
            kept.append(_without_run(page, repeated & seen, top=top))
            seen.update(map(_same, page))
        pages = kept
    return pages


def _without_run(page: list[str], repeated: set[str], *, top: bool) -> list[str]:
    """The page without the unbroken run of repeated lines at its edge."""
    gone = set()
    for place in _edge(page, ZONE, top=top):
        if _same(page[place]) not in repeated:
            break
        gone.add(place)
    return [line for place, line in enumerate(page) if place not in gone]


def _edge(page: list[str], lines: int, *, top: bool) -> list[int]:
    """Places of the first or last lines that are not blank, from the edge inwards."""
    filled = [place for place, line in enumerate(page) if line.strip()]
    return filled[:lines] if top else filled[::-1][:lines]


def _same(line: str) -> str:
    return " ".join(line.split()).casefold()
