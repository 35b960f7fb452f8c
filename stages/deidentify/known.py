"""Known identifiers: what was found with confidence anywhere in a patient's records is searched again in all of them.

The cheapest road to high recall on the identifiers that matter (CRATE, BMC Med Inform Decis Mak 2017, 17:50: 0.999
on known identifiers). Variants: any case, single parts of a name, either order, one typo or OCR confusion, separators,
initials, nicknames, broken over lines, glued to a neighbour (variants.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from stages.deidentify.dates import MONTHS
from stages.deidentify.english import ordinary_words
from stages.deidentify.known_names import Names, Part
from stages.deidentify.known_values import Joint, Letters, Spelling, Values, folded
from stages.deidentify.labels import ADDRESSES, NAMES, NUMBERS, PLACES
from stages.deidentify.medicine import Medicine
from stages.deidentify.names import NO_NAMES
from stages.deidentify.places import GENERIC_WORDS
from stages.deidentify.variants import nicknames
from stages.records import Span

SURE = 0.85  # what a title tells
HEADER = 0.84  # what a header of a form tells
PARTICLES = frozenset(
    (
        "al", "and", "bin", "da", "das", "de", "del", "della", "den", "der", "di", "dos", "du", "el", "ibn", "la",
        "le", "mac", "mc", "of", "st", "ten", "ter", "van", "von", "zu",
    )
)  # fmt: skip
_EXACT = frozenset((*NUMBERS, *ADDRESSES))
_LETTERS = re.compile(r"[^\W\d_]+")
_INITIALS = re.compile(r"[A-Z](?<![\w.].)\.[ ]?(?:[A-Z]\.[ ]?){1,2}(?!\w)")
# What stands between the words of a name, the figures of a number, the words of another value and the parts of a date.
_OF_NAME = Joint(re.compile(r"(?:[\s,.]|-[ \t]*\n){0,4}"), needed=False)
_OF_NUMBER = Joint(re.compile(r"[\s./()_-]{0,3}"), needed=False)
_OF_WORDS = Joint(re.compile(r"[\W_]{1,3}"), needed=True)
_OF_DATE = Joint(re.compile(r"[\s./-]{1,3}"), needed=True)
_AS_IS = Letters({})
_FIGURES = Letters({"0": "0OoQ", "1": "1lI|i", "5": "5Ss", "8": "8B", "2": "2Zz", "6": "6Gb"})
_STROKES = Letters(dict.fromkeys("Il1", "Il1|") | dict.fromkeys("O0", "O0o"))


@dataclass(frozen=True, slots=True)
class _Sighting:
    """One place where a part of a name was seen."""

    label: str
    score: float
    capital: bool
    beside_another: bool


@dataclass
class Known:
    """What is known of one patient; what is sought is fixed by the first search.

    Attributes:
        parts: Part of a name, folded -> how it is sought.
        values: Other identifier, letters and digits folded -> its label and how it may be written.
        initials: Initials of the patient and the relatives -> label.
        is_term: Whether a word is one of medicine, which no variant of a name may be.
    """

    parts: dict[str, Part] = field(default_factory=dict)
    values: dict[str, tuple[str, Spelling]] = field(default_factory=dict)
    initials: dict[str, str] = field(default_factory=dict)
    is_term: Callable[[str], bool] = lambda _: False

    @classmethod
    def gathered(cls, texts: Sequence[str], spans: Sequence[Sequence[Span]], medicine: Medicine) -> Known:
        """From the spans of all texts of a patient."""
        known = cls(is_term=medicine.is_term)
        names: dict[str, list[_Sighting]] = {}
        places: set[str] = set()
        within: dict[str, list[str]] = {}
        for text, found in zip(texts, spans, strict=True):
            for span in found:
                value = text[span.start : span.end]
                if span.label in NAMES:
                    if value not in within:
                        within[value] = parts(value)
                    for part in within[value]:
                        seen = _Sighting(span.label, span.score, part[:1].isupper(), len(within[value]) > 1)
                        names.setdefault(part.casefold(), []).append(seen)
                elif span.label in PLACES and len(value) >= 5 and span.score >= SURE:
                    places |= {word.casefold() for word in _LETTERS.findall(value) if len(word) >= 3}
        for label, value in dict.fromkeys(
            (span.label, text[span.start : span.end])
            for text, found in zip(texts, spans, strict=True)
            for span in found
        ):
            known._add(value, label, medicine)
        for part, sightings in sorted(names.items()):
            # What is surely a place, and a name only to the model, is a place.
            if part not in places or max(sighting.score for sighting in sightings) >= HEADER:
                known._add_part(part, sightings, medicine)
        known._add_nicknames()
        return known

    def search(self, text: str) -> list[Span]:
        """Spans of everything known in a text; parts of names one by one."""
        return [*self._names.search(text), *self._values.search(text), *self._searched_initials(text)]

    @cached_property
    def _names(self) -> Names:
        return Names(self.parts, self.is_term)

    @cached_property
    def _values(self) -> Values:
        return Values(self.values)

    def _searched_initials(self, text: str) -> Iterator[Span]:
        for match in _INITIALS.finditer(text) if self.initials else ():
            if label := self.initials.get("".join(filter(str.isupper, match.group()))):
                yield Span(match.start(), match.end() - match.group().endswith(" "), label, 0.9, "known")

    def _add(self, value: str, label: str, medicine: Medicine) -> None:
        if label in NAMES:
            self._add_initials(value, label)
            self._add_whole_name(value, label)
        elif label in _EXACT:
            self._add_value(value, label)
        elif label in PLACES:
            if len(value) >= 5 and not (value.islower() or medicine.is_term(value) or ordinary_words(value)):
                self._add_value(value, label)
        elif label == "DATE":
            self._add_date(value)

    def _add_part(self, part: str, seen: Sequence[_Sighting], medicine: Medicine) -> None:
        ordinary = ordinary_words(part) or medicine.is_term(part)
        sure = max(sighting.score for sighting in seen) >= HEADER or len(seen) >= 2
        # A common word is a name where it stood beside another part of one.
        sure |= any(sighting.beside_another for sighting in seen) and not medicine.is_term(part)
        vouched = max(sighting.score for sighting in seen) >= HEADER
        if part in NO_NAMES and not (vouched and part in MONTHS):
            return
        if len(part) < 2 or part in PARTICLES or (len(part) == 2 and not sure) or (ordinary and not sure):
            return
        votes: dict[str, float] = {}
        for sighting in seen:
            votes[sighting.label] = votes.get(sighting.label, 0.0) + sighting.score
        label = max(sorted(votes), key=lambda name: votes[name])
        capital = any(sighting.capital for sighting in seen)
        self.parts[part] = Part(label, (not ordinary and len(part) > 3) or not capital, vouched)

    def _add_nicknames(self) -> None:
        for part, found in list(self.parts.items()):
            for nickname in nicknames(part):
                if len(nickname) > 2:
                    self.parts.setdefault(nickname, Part(found.label, False, False, nickname=True))

    def _add_initials(self, value: str, label: str) -> None:
        ordered = " ".join(reversed(value.split(",", 1))) if "," in value else value
        words = [word for word in re.findall(r"[^\W\d_][\w'’.-]*", ordered) if word.casefold() not in PARTICLES]
        if label != "STAFF" and len(words) >= 2 and len(value) > 5:
            letters = [word[0].upper() for word in words]
            self.initials.setdefault("".join(letters), label)
            self.initials.setdefault(letters[0] + letters[-1], label)

    def _add_date(self, value: str) -> None:
        """A date in figures, with letters misread for them: a date that is read right is found by its form."""
        if re.fullmatch(r"\d+([./-])\d+\1\d+", value) and sum(map(str.isdigit, value)) >= 6:
            figures = tuple(re.findall(r"\d+", value))
            self.values.setdefault(folded(value), ("DATE", Spelling(figures, _OF_DATE, _FIGURES)))

    def _add_whole_name(self, value: str, label: str) -> None:
        """The whole name in either order: so a patient called May Self is found where each part is a common word."""
        words = [word for word in re.findall(r"[^\W\d_][\w'’-]*", value) if word.casefold() not in PARTICLES]
        if len(words) < 2 or sum(map(len, words)) < 5:
            return
        for order in (words, [words[-1], *words[:-1]], [*words[1:], words[0]]):
            self.values.setdefault(folded("".join(order)), (label, Spelling(tuple(order), _OF_NAME, _STROKES)))

    def _add_value(self, value: str, label: str) -> None:
        plain = folded(value)
        digits = sum(map(str.isdigit, plain))
        if label in PLACES and all(word in GENERIC_WORDS for word in _LETTERS.findall(value.casefold())):
            return
        if len(plain) < 4 or (label in NUMBERS and digits < 3 and len(plain) < 6):
            return
        if label in NUMBERS and digits >= 4:
            spelling = Spelling(tuple(plain), _OF_NUMBER, _FIGURES)
        else:
            spelling = Spelling(tuple(re.findall(r"[^\W_]+", value)), _OF_WORDS, _AS_IS)
        self.values.setdefault(plain, (label, spelling))


def parts(name: str) -> list[str]:
    """The parts of a name that can stand alone: no initials, titles, particles or degrees."""
    words = re.findall(
        r"(?<!\w)(?:[^\W\d_]|(?<=\w)['’](?=\w)|(?<=\w)-(?=[^\W\d_]))+(?![\w])", re.sub(r"['’]s?(?=\W|$)", "", name)
    )
    whole = [word for word in words if len(word) > 1 and word.casefold() not in PARTICLES]
    return [*whole, *(piece for word in whole if "-" in word for piece in word.split("-") if len(piece) > 2)]
