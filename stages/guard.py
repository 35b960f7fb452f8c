"""What a change to clinical text must never touch: numbers, doses, negation, sides, time, names and section headers.

`critical` reduces a text to its protected content, `changed` names the categories in which two texts differ, and
`protected` gives the stretches that an operator keeps its hands off. All is by rule and by lexicon: it errs towards
protecting too much, because a change that is held back costs an example and one that slips through costs its meaning.

Negation scope follows NegEx (Chapman et al. 2001): from the cue to the end of the sentence or a word that ends it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import lru_cache
from itertools import accumulate, islice, pairwise
from typing import NamedTuple

from stages import cues

REACH = 4
"""Words after a side among which what it is the side of is looked for."""


@dataclass(frozen=True, slots=True)
class Critical:
    """The protected content of a text; each field is a category.

    Attributes:
        numbers: Every number in the order of the text, digits or words, with a comparator where one stands before it.
        doses: Numbers with the unit that follows: `2.5 mg`.
        units: Every unit, spellings made one: `mcg` for micrograms and µg.
        schedules: Frequency and route: `2/day` for BID and "twice a day", `oral` for PO.
        negation: Content words in the scope of a negation; an empty word for a cue that negates nothing named.
        certainty: Hedges such as `possible`, `suspected`.
        laterality: Sides, each with the content word that follows.
        temporality: `history`, `acute`, `ago`, `new` and the like.
        qualifiers: Direction, severity and course: `hypo`, `elevated`, `mild`, `stopped`.
        people: Whose finding it is and their sex: `mother`, `female`.
        names: Concepts of the lexicon, such as drugs and diagnoses; a synonym is the same concept.
        drugs: Words that bear the stem of an international nonproprietary name and are in no lexicon.
        sections: Headers in the order of the text.
        relations: Which concept or drug a dose, schedule, degree, time, doubt or relative stands beside, so that two of
            them cannot change places.
    """

    numbers: tuple[str, ...] = ()
    doses: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    schedules: tuple[str, ...] = ()
    negation: tuple[str, ...] = ()
    certainty: tuple[str, ...] = ()
    laterality: tuple[str, ...] = ()
    temporality: tuple[str, ...] = ()
    qualifiers: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    drugs: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    relations: tuple[str, ...] = ()


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
            keys = {words: name for name in group if (words := _words(name))}
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
CATEGORIES = tuple(f.name for f in fields(Critical))


def critical(text: str, names: Names = NO_NAMES) -> Critical:
    """The protected content of a text."""
    found: dict[str, list[str]] = {category: [] for category in CATEGORIES}
    for mark in _marks(text, names):
        if mark.value is not None:
            found[mark.category].append(mark.value)
    in_order = ("numbers", "sections")
    for category in ("people", "relations"):
        found[category] = list(set(found[category]))
    return Critical(**{c: tuple(v if c in in_order else sorted(v)) for c, v in found.items()})


def changed(before: str, after: str, names: Names = NO_NAMES) -> list[str]:
    """Names of the categories in which two texts differ; empty when all that is protected is the same.

    Where both have the same headers each section is compared with its own, so that nothing moves from one to another.
    """
    if before == after:
        return []
    pairs = [(before, after)]
    if len(one := _sections(before)) == len(other := _sections(after)) > 1:
        pairs = list(zip(one, other, strict=True))
    found = [(critical(old, names), critical(new, names)) for old, new in pairs if old != new]
    seen = [category for category in CATEGORIES if any(getattr(a, category) != getattr(b, category) for a, b in found)]
    # They follow from the others, so they say something only where nothing else does.
    return seen if seen == ["relations"] else [category for category in seen if category != "relations"]


def carries(text: str, names: Names = NO_NAMES) -> set[str]:
    """Names of the categories of which a text holds anything."""
    return {mark.category for mark in _marks(text, names)}


def protected(text: str, names: Names = NO_NAMES) -> list[tuple[int, int]]:
    """Stretches (start, end in code points) that hold protected content, in order, none overlapping another."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted((mark.start, mark.end) for mark in _marks(text, names) if mark.end > mark.start):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def places(text: str, names: Names) -> list[tuple[int, int]]:
    """Where names stand in a text: start and end in code points, in order."""
    items = _items(text)
    found = _concepts([item.word for item in items], names)
    return [(items[i].start, items[i + length - 1].end) for i, length, _ in found]


def headers(text: str) -> list[tuple[int, int]]:
    """Where section headers and the labels of speakers stand in a text, in order."""
    return [match.span() for match in _HEADER.finditer(text)]


class _Mark(NamedTuple):
    """A stretch of protected content; one without a value is kept from change and says nothing by itself."""

    category: str
    value: str | None
    start: int
    end: int


class _Item(NamedTuple):
    word: str
    start: int
    end: int


_TOKEN = re.compile(
    r"(?<![\w/])[^\W\d_]/[^\W\d_](?![\w/])"  # w/o, h/o
    r"|(?<![\w.])\.\d+|\d+(?:[.,:/]\d+)*|[½¼¾⅓⅔]"
    r"|[^\W\d_]+(?:['’][^\W\d_]+)*"
    r"|\n|[^\w\s]"
)
_HEADER = re.compile(
    r"(?:^|(?<=[.!?]\s)|(?<=\n))[ \t]*(?:[-*•#]+[ \t]*)?([A-Z][\w/&()' -]{0,40}?)[ \t]*:(?=\s|$)"
    r"|^([A-Z][A-Z/& ]{5,40})$",
    re.MULTILINE,
)
_COMPARATORS = frozenset("<>≤≥±~")
_SENTENCE_END = frozenset(".!?;:")
_NEGATES_AFTER = cues.NEGATES_AFTER | cues.REFUSALS
_SIDES = cues.SIDES | cues.EYES
_COUNTED = cues.NUMBER_WORDS | cues.ORDINALS
_MAY_NEGATE = _NEGATES_AFTER | cues.NEGATES_BEFORE | {first for first, _ in cues.NEGATION_PAIRS}
_PREFIX = re.compile(rf"({'|'.join(cues.PREFIXES)})(?=[a-z]{{3}})")
_SUFFIX = re.compile(rf"(?<=[a-z]{{3}})({'|'.join(cues.SUFFIXES)})$")
_DIGIT = re.compile(r"\.?\d|[½¼¾⅓⅔]")
_ABBREVIATED_SIDE = re.compile(r" [a-z]{3}")
_ONE_SIDE = {"L": "left", "R": "right"}
_GRADE = re.compile(r"[a-z]|[ivx]{1,4}[a-d]?")
_HEADS = frozenset({"names", "drugs"})
_BEFORE = frozenset({"doses", "schedules"})
"""What belongs to the concept before it where it stands in the middle of two; other modifiers to the one behind."""
_MODIFIERS = _BEFORE | {"qualifiers", "temporality", "certainty", "people"}
_WHOEVER = frozenset({"she", "he", "female", "male"})
_JOINS = frozenset({",", "and", "or", "with"})


def _words(name: str) -> tuple[str, ...]:
    return tuple(item.word for item in _items(name) if item.word.strip())


def _items(text: str) -> list[_Item]:
    """Words in lower case, numbers, punctuation and line ends; shorthand is spelled out, all of it at one place."""
    items: list[_Item] = []
    for token in _TOKEN.finditer(text):
        raw, start, end = token.group(), token.start(), token.end()
        if raw == "-" and text[start - 1 : start].isalnum() and text[end : end + 1].isalnum():
            continue
        word = raw.lower().replace("’", "'")
        if raw in _ONE_SIDE and _ABBREVIATED_SIDE.match(text, end) and not (items and items[-1].word[0].isdigit()):
            # "L hip", but not "2 L by nasal cannula".
            word = _ONE_SIDE[raw]
        for part in cues.SHORTHAND.get(word, (word,)):
            items.append(_Item(part, start, end))
    return items


def _marks(text: str, names: Names) -> list[_Mark]:
    marks = list(_headed(text))
    items = _items(text)
    words = [item.word for item in items]
    taken = bytearray(len(items))
    marks += _schedules(items, words, taken)
    concepts = list(_concepts(words, names))
    inside = bytearray(len(items))
    canonical: list[str | None] = list(words)
    for start, length, concept in concepts:
        marks.append(_Mark("names", concept, items[start].start, items[start + length - 1].end))
        inside[start : start + length] = b"\1" * length
        canonical[start : start + length] = [concept, *[None] * (length - 1)]
    marks += _quantities(text, items, words, taken)
    for i in range(len(items)):
        if taken[i] or words[i] in cues.LONE_UNITS:
            canonical[i] = None
    for i, item in enumerate(items):
        if not inside[i] and not taken[i]:
            marks += (_Mark(category, said, item.start, item.end) for category, said in _plain(item.word))
        if not taken[i] and item.word in _SIDES:
            following = _next(canonical, i + 1)
            value = _SIDES[item.word] if following is None else f"{_SIDES[item.word]} {canonical[following]}"
            marks.append(_Mark("laterality", value, item.start, items[following or i].end))
    sentences = list(_sentences(text, items, taken))
    modifiers = [mark for mark in marks if mark.category in _MODIFIERS and mark.value not in _WHOEVER]
    heads = [mark for mark in marks if mark.category in _HEADS]
    if heads and modifiers:
        marks += _relations(heads, modifiers, items, canonical, sentences)
    for start, end in sentences:
        marks += _negation(items, canonical, start, end)
    return marks


def _headed(text: str) -> Iterator[_Mark]:
    for header in _HEADER.finditer(text):
        group = 1 if header.group(1) is not None else 2
        yield _Mark("sections", " ".join(header.group(group).lower().split()), *header.span(group))


def _sections(text: str) -> list[str]:
    """The text cut before every header."""
    cuts = [0, *(start for start, _ in headers(text)), len(text)]
    return [text[start:end] for start, end in pairwise(cuts) if end > start]


def _concepts(words: Sequence[str], names: Names) -> Iterator[tuple[int, int, str]]:
    i = 0
    while i < len(words):
        if words[i] not in names.longest or (found := names.at(words, i)) is None:
            i += 1
            continue
        yield i, *found
        i += found[0]


def _schedules(items: list[_Item], words: list[str], taken: bytearray) -> Iterator[_Mark]:
    i = 0
    while i < len(words):
        begins = words[i] in cues.SCHEDULE_STARTS and not (words[i] == "iv" and i and words[i - 1] in cues.GRADED)
        length, value = _schedule(words, i) if begins else (0, "")
        if length:
            yield _Mark("schedules", value, items[i].start, items[i + length - 1].end)
            taken[i : i + length] = b"\1" * length
        i += length or 1


def _schedule(words: list[str], i: int) -> tuple[int, str]:
    """Length in words and meaning of the schedule that begins at a word; length 0 where none does."""
    # q6h, q 6 hours, every six hours
    if words[i] in ("q", "every") and i + 2 < len(words) and words[i + 2] in cues.UNITS:
        number = cues.NUMBER_WORDS.get(words[i + 1], words[i + 1])
        if number[0].isdigit():
            return 3, f"every {number} {cues.UNITS[words[i + 2]]}"
    for length in range(min(cues.LONGEST_SCHEDULE, len(words) - i), 0, -1):
        if (meaning := cues.SCHEDULES.get(tuple(words[i : i + length]))) is not None:
            return length, meaning
    return 0, ""


def _quantities(text: str, items: list[_Item], words: list[str], taken: bytearray) -> Iterator[_Mark]:
    for i, item in enumerate(items):
        if taken[i]:
            continue
        number = _number(words, i)
        if number is None:
            if item.word in cues.LONE_UNITS:
                yield _Mark("units", cues.UNITS[item.word], item.start, item.end)
            continue
        start = item.start
        sign, told = _comparator(words, i)
        if told:
            number, start = sign + number, items[i - told].start
        elif text[start - 1 : start] in ("-", "−") and not text[max(0, start - 2) : start - 1].strip():
            number, start = "-" + number, start - 1
        number = re.sub(r"(?<=\d),(?=\d{3}\b)", "", number)
        yield _Mark("numbers", number, start, item.end)
        unit, end = _unit(words, i + 1)
        if unit:
            yield _Mark("doses", f"{number} {unit}", start, items[end - 1].end)
            for j in range(i + 1, end):
                if words[j] in cues.UNITS and words[j] not in cues.LONE_UNITS:
                    yield _Mark("units", cues.UNITS[words[j]], items[j].start, items[j].end)


def _number(words: list[str], i: int) -> str | None:
    """The number that a word is: in digits or in words, or a letter or Roman number after what is graded by them."""
    word = words[i]
    if _DIGIT.match(word):
        return f"0{word}" if word[0] == "." else word
    if i and words[i - 1] in cues.GRADED and _GRADE.fullmatch(word):
        return cues.ROMAN.get(word, word)
    if word == "second" and i and _DIGIT.match(words[i - 1]):
        return None
    return _COUNTED.get(word)


def _comparator(words: list[str], i: int) -> tuple[str, int]:
    """The comparator before a number and how many words it has: none, one or two."""
    if i and words[i - 1] in _COMPARATORS:
        return words[i - 1], 1
    for length in (2, 1):
        if i >= length and (sign := cues.COMPARATORS.get(tuple(words[i - length : i]))) is not None:
            return sign, length
    return "", 0


def _unit(words: list[str], i: int) -> tuple[str, int]:
    """The unit that begins at a word (`mg/kg per day`) and the place after it; an empty one where none does."""
    parts: list[str] = []
    while i < len(words) and words[i] in cues.UNITS:
        parts.append(cues.UNITS[words[i]])
        i += 1
        if i + 1 < len(words) and words[i] in ("/", "per") and words[i + 1] in cues.UNITS:
            i += 1
        else:
            break
    return "/".join(parts), i


@lru_cache(maxsize=65536)
def _plain(word: str) -> tuple[tuple[str, str], ...]:
    """Category and value of what a word says by itself, outside every name."""
    found = [(category, table[word]) for category, table in cues.PLAIN.items() if word in table]
    if word in cues.UNITS or word in _MAY_NEGATE:
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


def _sentences(text: str, items: list[_Item], taken: bytearray) -> Iterator[tuple[int, int]]:
    start = 0
    for i, item in enumerate(items):
        ends = item.word in _SENTENCE_END and not text[item.end : item.end + 1].strip()
        if ends and taken[i]:
            # The stops of b.i.d. end a sentence only before another one.
            follows = text[item.end : item.end + 80].lstrip()
            ends = not follows or follows[0].isupper()
        if item.word == "\n":
            # A sentence may be wrapped over lines: only an empty line, a bullet or a capital begins another.
            follows = text[item.end : item.end + 80].lstrip(" \t")
            ends = not follows or follows[0] == "\n" or not (follows[0].islower() or follows[0].isdigit())
        if ends:
            yield start, i
            start = i + 1
    yield start, len(items)


def _negation(items: list[_Item], canonical: list[str | None], start: int, end: int) -> Iterator[_Mark]:
    for i in range(start, end):
        if items[i].word not in _MAY_NEGATE and not items[i].word.endswith("n't"):
            continue
        if (reach := _reach(items, i, end)) is None:
            continue
        places = (range(i + 1, end), range(i - 1, start - 1, -1))
        scope = _scope(items, canonical, places[reach == "before"])
        if not scope and reach == "after":
            scope = _scope(items, canonical, places[1])
        yield _Mark("negation", None if scope else "", items[i].start, items[i].end)
        yield from scope


def _reach(items: list[_Item], i: int, end: int) -> str | None:
    """On which side of a word that what it negates stands; None when it negates nothing."""
    word = items[i].word
    if i + 1 < end and (side := cues.NEGATION_PAIRS.get((word, items[i + 1].word))) is not None:
        return side
    if word in _NEGATES_AFTER or word.endswith("n't"):
        return "after"
    return "before" if word in cues.NEGATES_BEFORE else None


def _scope(items: list[_Item], canonical: list[str | None], places: range) -> list[_Mark]:
    found: list[_Mark] = []
    for i in places:
        word = canonical[i]
        if word is None or word in cues.EMPTY_WORDS or not (word[0].isalpha() or word[0] == "="):
            continue
        if word in cues.SCOPE_ENDS or _reach(items, i, len(items)) is not None:
            break
        found.append(_Mark("negation", word, items[i].start, items[i].end))
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


def _relations(
    heads: list[_Mark],
    modifiers: list[_Mark],
    items: list[_Item],
    canonical: list[str | None],
    sentences: list[tuple[int, int]],
) -> Iterator[_Mark]:
    """Each modifier with the concept or drug of its sentence that fewest words of content stand between."""
    so_far = [0, *accumulate(_weighs(word) for word in canonical)]
    starts = [item.start for item in items]
    ends = [items[end - 1].end if end > start else -1 for start, end in sentences]
    placed: dict[int, list[tuple[int, int, str]]] = {}
    for head in heads:
        first, behind = bisect_left(starts, head.start), bisect_left(starts, head.end)
        placed.setdefault(bisect_right(ends, head.start), []).append((first, behind, head.value or ""))
    for mark in modifiers:
        first, behind = bisect_left(starts, mark.start), bisect_left(starts, mark.end)
        best = min(
            (
                (so_far[first] - so_far[after], mark.category not in _BEFORE, value)
                if after <= first
                else (so_far[at] - so_far[behind], mark.category in _BEFORE, value)
                for at, after, value in placed.get(bisect_right(ends, mark.start), ())
                if after <= first or behind <= at
            ),
            default=None,
        )
        if best is not None:
            yield _Mark("relations", f"{mark.value} {best[2]}", mark.start, mark.start)


def _weighs(word: str | None) -> bool:
    """Whether a word between a modifier and a concept parts them: not a measure or what carries nothing."""
    if word is None or word[0].isdigit() or word in cues.UNITS:
        return False
    return word in _JOINS or (word[0].isalpha() and word not in cues.EMPTY_WORDS) or word[0] == "="
