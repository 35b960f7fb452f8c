"""An attack on the output: `python benchmarks/attack.py --gold data/synthesize/gold --key data/synthesize/key`.

The attacker has the output, data/deidentify/records, and a list of all patients with their names, birth dates, record
numbers and, for `intervals` and `visit windows`, days of visits. Neither the key, the extracted records
nor this repository's finder is used to attack; key and gold tell afterwards which claims are right. Last line: one
JSON object.
"""

from __future__ import annotations

import argparse
import json
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from statistics import median

import orjson
from rapidfuzz.distance import OSA

from stages import shards
from stages.keys import Key
from stages.records import Record

LEAST_VISITS = 3  # days of a list that must fit one offset over all records of a patient
LEAST_IN_VISIT = 2  # the same within the records of one visit
COMMON = 3  # groups in which a word is no leftover of one patient, but a word
MISREAD = str.maketrans("oqliszbg", "00115286")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DATE = re.compile(
    r"(?P<y>\d{4})-(?P<m>\d\d?)-(?P<d>\d\d?)|(?P<m2>\d\d?)/(?P<d2>\d\d?)/(?P<y2>\d{4}|\d\d)(?!\d)"
    r"|(?P<mon>[A-Z][a-z]{2})[a-z]*\.? (?P<d3>\d\d?)(?:st|nd|rd|th)?,? (?P<y3>\d{4})"
    r"|(?<![\d.])(?P<d5>\d\d?)\.(?P<m5>\d\d?)\.(?P<y5>\d{4})"
    r"|(?P<d4>\d\d?)[- ](?P<mon4>[A-Z][a-z]{2})[a-z]*[- ](?P<y4>\d{4})"
)
BORN = re.compile(r"(?i)\b(?:d\.?o\.?b\.?|born|birth(?:\s?date)?)\b[^\d\n]{0,20}")
VISIT = re.compile(
    r"(?i)\b(?:visit|seen|saw|service|encounter|admitted|admission|discharged?|arrived|date|recheck|review|again|f/u)\b"
    r"[^\d\n]{0,20}$"
)


@dataclass(frozen=True, slots=True)
class Person:
    """What the attacker knows of a patient; `visits` are days on which the patient was seen."""

    id: str
    names: tuple[str, ...]
    birth: date | None
    numbers: tuple[str, ...] = ()
    visits: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """That the records of a group are those of a person, and by which attack."""

    group: str
    person: str
    by: str


Texts = dict[str, list[Record]]


def attack(records: Iterable[Record], people: Sequence[Person], most_days: int) -> list[Claim]:
    """Every attack on every group of records; `most_days` is told by params.yaml, which is no secret."""
    groups: Texts = defaultdict(list)
    for record in records:
        groups[record.group].append(record)
    found: list[Claim] = []
    for by, tried in ATTACKS.items():
        for group, persons in tried(groups, people, most_days):
            # More than one is no claim: the attacker cannot tell which.
            found += [Claim(group, person, by) for person in persons if len(persons) == 1]
    return found


def known_names(groups: Texts, people: Sequence[Person], _: int) -> Iterator[tuple[str, set[str]]]:
    """Full names in any case and order, with an initial for the first, or a typo in the longer parts."""
    for group, records in groups.items():
        words = [_plain(text).split() for text in _all_texts(records)]
        pairs = {pair for each in words for pair in pairwise(each)}
        by_last: dict[str, set[str]] = defaultdict(set)
        for one, other in pairs:
            by_last[other].add(one)
            by_last[one].add(other)
        yield group, {person.id for person in people if any(_is_named(name, by_last) for name in person.names)}


def known_numbers(groups: Texts, people: Sequence[Person], _: int) -> Iterator[tuple[str, set[str]]]:
    """Record numbers without their separators, and with letters that are misread for digits."""
    for group, records in groups.items():
        joint = "\n".join(re.sub(r"[\s./()_-]+(?=\w)", "", _folded(text)) for text in _all_texts(records))
        misread = joint.translate(MISREAD)
        yield group, {person.id for person in people if any(_stands(n, joint, misread) for n in person.numbers)}


def known_births(groups: Texts, people: Sequence[Person], _: int) -> Iterator[tuple[str, set[str]]]:
    """Birth dates that stand as they are."""
    for group, records in groups.items():
        there = {day for _, day in _dates(records)}
        yield group, {person.id for person in people if person.birth in there}


def leftover_names(groups: Texts, people: Sequence[Person], _: int) -> Iterator[tuple[str, set[str]]]:
    """A part of a name that is no surrogate and stands in few groups: an original left among inventions."""
    owners: dict[str, set[str]] = defaultdict(set)
    for person in people:
        for part in {part for name in person.names for part in _plain(name).split() if len(part) > 2}:
            owners[part].add(person.id)
    left: dict[str, set[str]] = {}
    for group, records in groups.items():
        invented = {word for record in records for value in record.surrogates for word in _plain(value).split()}
        capital = {
            _plain(w).strip() for text in _all_texts(records) for w in re.findall(r"\b[^\W\d_a-z][\w'’-]+", text)
        }
        left[group] = {word for word in capital - invented if word in owners}
    common = Counter(word for words in left.values() for word in words)
    for group, words in left.items():
        votes = Counter(owner for word in words if common[word] < COMMON for owner in owners[word])
        most = max(votes.values(), default=0)
        yield group, {person for person, number in votes.items() if number == most}


def intervals(groups: Texts, people: Sequence[Person], most_days: int) -> Iterator[tuple[str, set[str]]]:
    """The offset under which most days of a known list of visits stand in the records."""
    for group, records in groups.items():
        there = {day.toordinal() for _, day in _dates(records)}
        fits = {person.id: _fit(there, person.visits, most_days) for person in people}
        most = max(fits.values(), default=0)
        yield group, {person for person, fit in fits.items() if fit == most >= LEAST_VISITS}


def intervals_in_a_visit(groups: Texts, people: Sequence[Person], most_days: int) -> Iterator[tuple[str, set[str]]]:
    """The same in each visit for itself, the birth date known too: who fits the most days over all visits."""
    for group, records in groups.items():
        votes: Counter[str] = Counter()
        for there in _by_visit(records):
            for person in people:
                known = (*person.visits, *([person.birth] if person.birth else []))
                fit = _fit(there, known, most_days)
                votes[person.id] += fit if fit >= LEAST_IN_VISIT else 0
        most = max(votes.values(), default=0)
        yield group, {person for person, number in votes.items() if number == most > 0}


def visit_windows(groups: Texts, people: Sequence[Person], most_days: int) -> Iterator[tuple[str, set[str]]]:
    """Who was seen, for each visit that the records tell, on a day that a shift may have moved there."""
    for group, records in groups.items():
        told = [
            day
            for text in _all_texts(records)
            for match in DATE.finditer(text)
            if VISIT.search(text[max(0, match.start() - 30) : match.start()])
            and not BORN.search(text[max(0, match.start() - 30) : match.start()])
            and (day := _day(match))
        ]
        yield (
            group,
            {
                person.id
                for person in people
                if told
                and person.visits
                and all(min(abs((day - v).days) for v in person.visits) <= most_days for day in told)
            },
        )


def birth_windows(groups: Texts, people: Sequence[Person], most_days: int) -> Iterator[tuple[str, set[str]]]:
    """Who was born near the birth date, or in the birth year, that the records tell: candidates, not yet a person."""
    for group, records in groups.items():
        told = [text[match.end() : match.end() + 30] for text in _all_texts(records) for match in BORN.finditer(text)]
        days = [day for tail in told if (match := DATE.match(tail)) and (day := _day(match))]
        years = [int(match[1]) for tail in told if (match := re.match(r"((?:19|20)\d\d)(?!\S*\d)", tail))]
        near = {p.id for p in people if p.birth and any(abs((day - p.birth).days) <= most_days for day in days)}
        yield group, near or {p.id for p in people if p.birth and p.birth.year in years}


Attack = Callable[[Texts, Sequence[Person], int], Iterator[tuple[str, set[str]]]]
ATTACKS: dict[str, Attack] = {
    "known names": known_names,
    "known numbers": known_numbers,
    "known births": known_births,
    "leftover names": leftover_names,
    "intervals": intervals,
    "intervals in a visit": intervals_in_a_visit,
    "visit windows": visit_windows,
    "birth windows": birth_windows,
}


def report(claims: Sequence[Claim], truth: dict[str, str]) -> dict[str, dict[str, int]]:
    """Of each attack, how many patients it claims and how many of the claims are right; `truth` is group -> person."""
    return {
        by: {
            "claimed": len({claim.group for claim in claims if claim.by == by}),
            "right": len({c.group for c in claims if c.by == by and truth.get(c.group) == c.person}),
        }
        for by in ATTACKS
    }


def main() -> None:
    """Attack the output of the clinic and print what came of it."""
    parser = argparse.ArgumentParser(description="An attack on de-identified records.")
    parser.add_argument("--records", type=Path, default=Path("data/deidentify/records"), help="default: %(default)s")
    parser.add_argument("--gold", type=Path, required=True, help="folder of the clinic's gold: who the patients are")
    parser.add_argument("--key", type=Path, required=True, help="tells which claims are right, and nothing else")
    parser.add_argument("--most-days", type=int, default=3650, help="deidentify.most_days (default: %(default)s)")
    told = parser.parse_args()
    golds = [orjson.loads(line) for line in (told.gold / "spans.jsonl").read_bytes().splitlines()]
    people = list(population(golds))
    key = Key.read(told.key)
    files = {key.id("file", one["source"], one["file"]): one["patient"] for one in golds if one["row"] is None}
    records = list(shards.read(told.records, Record))
    truth = {record.group: files[record.origin.file] for record in records if record.origin.file in files}
    records = [record for record in records if record.group in truth]
    claims = attack(records, people, told.most_days)
    found = report(claims, truth)
    for by, numbers in found.items():
        print(f"{by:<22}{numbers['claimed']:>6} claimed{numbers['right']:>6} right")
    groups: Texts = defaultdict(list)
    for record in records:
        groups[record.group].append(record)
    sizes = [len(near) for _, near in birth_windows(groups, people, told.most_days) if near]
    facts = {
        "patients": len(set(truth.values())),
        "people": len(people),
        "visits_known": sum(bool(p.visits) for p in people),
    }
    print(json.dumps({**facts, "born_near_median": median(sizes) if sizes else None, **found}))


def population(golds: Iterable[dict[str, object]]) -> Iterator[Person]:
    """The list of patients that the attacker has, from the clinic's gold labels."""
    spans: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for gold in golds:
        text = str(gold["text"])
        for span in gold["spans"]:  # type: ignore[attr-defined]
            before = text[max(0, span["start"] - 30) : span["start"]]
            spans[str(gold["patient"])].append((span["label"], text[span["start"] : span["end"]], before))
    for patient, found in sorted(spans.items()):
        names = Counter(
            _plain(value).strip() for label, value, _ in found if label == "PATIENT" and " " in value.strip()
        )
        days = [(m, before) for label, value, before in found if label == "DATE" and (m := DATE.fullmatch(value))]
        births = Counter(day for match, before in days if BORN.search(before) and (day := _day(match)))
        visits = {
            day for match, before in days if VISIT.search(before) and not BORN.search(before) and (day := _day(match))
        }
        yield Person(
            patient,
            tuple(name for name, _ in names.most_common(2)),
            births.most_common(1)[0][0] if births else None,
            tuple({value for label, value, _ in found if label in ("MRN", "SSN", "HEALTH_PLAN")}),
            tuple(sorted(visits)),
        )


def _all_texts(records: Iterable[Record]) -> Iterator[str]:
    """Everything of a record that can be read, its file's name included."""
    for record in records:
        yield record.text or ""
        yield from (text for turn in record.turns for text in (turn.speaker, turn.text))
        yield from record.fields.values()
        yield record.origin.file


def _dates(records: Iterable[Record]) -> Iterator[tuple[str, date]]:
    for text in _all_texts(records):
        yield from ((match.group(), day) for match in DATE.finditer(text) if (day := _day(match)))


def _by_visit(records: Iterable[Record]) -> list[set[int]]:
    """The days that stand in the records of each visit."""
    visits: Texts = defaultdict(list)
    for record in records:
        visits[record.encounter or record.id].append(record)
    return [{day.toordinal() for _, day in _dates(each)} for each in visits.values()]


def _fit(there: set[int], known: Iterable[date], most_days: int) -> int:
    """How many known days stand among those that are there, under the offset that fits best."""
    days = {day.toordinal() for day in known}
    offsets = Counter(one - day for one in there for day in days if abs(one - day) <= most_days)
    return max(offsets.values(), default=0)


def _day(match: re.Match[str]) -> date | None:
    part = {name.rstrip("2345"): value for name, value in match.groupdict().items() if value}
    try:
        month = MONTHS.index(part["mon"].lower()) + 1 if "mon" in part else int(part["m"])
        year = int(part["y"])
        return date(year if year > 99 else year + (1900 if year > 30 else 2000), month, int(part["d"]))
    except ValueError:
        return None


def _is_named(name: str, beside: dict[str, set[str]]) -> bool:
    """Whether two words side by side are the name: each part itself, within a typo, or the first by its initial."""
    first, *_, last = _plain(name).split() or [""]
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


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", _folded(text))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()


if __name__ == "__main__":
    main()
