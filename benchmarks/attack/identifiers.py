"""Attacks by what names a patient: names, record numbers, birth dates, and parts of names that were left."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from rapidfuzz.distance import OSA

from benchmarks.attack.dates import dates
from benchmarks.attack.people import Person, Texts
from benchmarks.attack.words import folded, plain, texts

COMMON = 3  # groups in which a word is no leftover of one patient, but a word
MISREAD = str.maketrans("oqliszbg", "00115286")


def known_names(groups: Texts, people: Sequence[Person], _: int) -> Iterator[tuple[str, set[str]]]:
    """Full names in any case and order, with an initial for the first, or a typo in the longer parts."""
    for group, records in groups.items():
        words = [plain(text).split() for text in texts(records)]
        pairs = {pair for each in words for pair in pairwise(each)}
        by_last: dict[str, set[str]] = defaultdict(set)
        for one, other in pairs:
            by_last[other].add(one)
            by_last[one].add(other)
        yield group, {person.id for person in people if any(_is_named(name, by_last) for name in person.names)}


def known_numbers(groups: Texts, people: Sequence[Person], _: int) -> Iterator[tuple[str, set[str]]]:
    """Record numbers without their separators, and with letters that are misread for digits."""
    for group, records in groups.items():
        joint = "\n".join(re.sub(r"[\s./()_-]+(?=\w)", "", folded(text)) for text in texts(records))
        misread = joint.translate(MISREAD)
        yield group, {person.id for person in people if any(_stands(n, joint, misread) for n in person.numbers)}


def known_births(groups: Texts, people: Sequence[Person], _: int) -> Iterator[tuple[str, set[str]]]:
    """Birth dates that stand as they are."""
    for group, records in groups.items():
        there = set(dates(records))
        yield group, {person.id for person in people if person.birth in there}


def leftover_names(groups: Texts, people: Sequence[Person], _: int) -> Iterator[tuple[str, set[str]]]:
    """A part of a name that is no surrogate and stands in few groups: an original left among inventions."""
    owners: dict[str, set[str]] = defaultdict(set)
    for person in people:
        for part in {part for name in person.names for part in plain(name).split() if len(part) > 2}:
            owners[part].add(person.id)
    left: dict[str, set[str]] = {}
    for group, records in groups.items():
        invented = {word for record in records for value in record.surrogates for word in plain(value).split()}
        capital = {plain(w).strip() for text in texts(records) for w in re.findall(r"\b[^\W\d_a-z][\w'’-]+", text)}
        left[group] = {word for word in capital - invented if word in owners}
    common = Counter(word for words in left.values() for word in words)
    for group, words in left.items():
        votes = Counter(owner for word in words if common[word] < COMMON for owner in owners[word])
        most = max(votes.values(), default=0)
        yield group, {person for person, number in votes.items() if number == most}


def _is_named(name: str, beside: dict[str, set[str]]) -> bool:
    """Whether two words side by side are the name: each part itself, within a typo, or the first by its initial."""
    first, *_, last = plain(name).split() or [""]
    if not last or first == last:
        return False
    for word, others in beside.items():
        if _is_like(word, last) and any(_is_like(o, first) or (o == first[:1] and word == last) for o in others):
            return True
    return False


def _is_like(word: str, part: str) -> bool:
    return word == part or (len(part) >= 5 and OSA.distance(word, part, score_cutoff=1) <= 1)


def _stands(number: str, joint: str, misread: str) -> bool:
    plain = re.sub(r"[^a-z0-9]", "", number.casefold())
    if len(plain) < 5:
        return False
    places = ((plain, joint), (plain.translate(MISREAD), misread))
    return any(re.search(rf"(?<!\d){re.escape(sought)}(?!\d)", text) for sought, text in places)
