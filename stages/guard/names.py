"""Names of drugs, diagnoses and whatever else a lexicon holds: which words are names of one thing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from stages.guard.tokens import items_of, words_of


@dataclass(frozen=True, slots=True)
class Names:
    """Names of things, words in lower case -> concept; two names of one concept may stand for each other."""

    concepts: Mapping[tuple[str, ...], str] = field(default_factory=dict)
    longest: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, groups: Iterable[Sequence[str]]) -> Names:
        """Each group is the names of one thing, best name first. A name of two things is a concept of its own."""
        concepts: dict[tuple[str, ...], str] = {}
        for group in groups:
            keys = {words: name for name in group if (words := words_of(name))}
            concept = " ".join(next(iter(keys), ()))
            for words in keys:
                own = concepts.setdefault(words, concept)
                if own != concept:
                    concepts[words] = "=" + " ".join(words)
        longest: dict[str, int] = {}
        for words in concepts:
            longest[words[0]] = max(longest.get(words[0], 0), len(words))
        return cls(concepts, longest)

    def at(self, words: Sequence[str], start: int) -> tuple[int, str] | None:
        """The longest name that begins at a word: how many words it has and its concept."""
        for length in range(min(self.longest.get(words[start], 0), len(words) - start), 0, -1):
            if (concept := self.concepts.get(tuple(words[start : start + length]))) is not None:
                return length, concept
        return None


NO_NAMES = Names()


def places(text: str, names: Names) -> list[tuple[int, int]]:
    """Where names stand in a text: start and end in code points, in order."""
    items = items_of(text)
    found = concepts_of([item.word for item in items], names)
    return [(items[i].start, items[i + length - 1].end) for i, length, _ in found]


def concepts_of(words: Sequence[str], names: Names) -> Iterator[tuple[int, int, str]]:
    """Place of the first word, number of words and concept of each name, the longest first, none overlapping."""
    i = 0
    while i < len(words):
        if words[i] not in names.longest or (found := names.at(words, i)) is None:
            i += 1
            continue
        yield i, *found
        i += found[0]
