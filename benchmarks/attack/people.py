"""What the attacker knows of the clinic's patients."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from benchmarks.attack.dates import BORN, DATE, VISIT, day_of
from benchmarks.attack.words import plain
from stages.records import Record

Texts = dict[str, list[Record]]
"""The records of each group."""


@dataclass(frozen=True, slots=True)
class Person:
    """What the attacker knows of a patient; `visits` are days on which the patient was seen."""

    id: str
    names: tuple[str, ...]
    birth: date | None
    numbers: tuple[str, ...] = ()
    visits: tuple[date, ...] = ()


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
            plain(value).strip() for label, value, _ in found if label == "PATIENT" and " " in value.strip()
        )
        days = [(m, before) for label, value, before in found if label == "DATE" and (m := DATE.fullmatch(value))]
        births = Counter(day for match, before in days if BORN.search(before) and (day := day_of(match)))
        visits = {
            day for match, before in days if VISIT.search(before) and not BORN.search(before) and (day := day_of(match))
        }
        yield Person(
            patient,
            tuple(name for name, _ in names.most_common(2)),
            births.most_common(1)[0][0] if births else None,
            tuple({value for label, value, _ in found if label in ("MRN", "SSN", "HEALTH_PLAN")}),
            tuple(sorted(visits)),
        )


def by_group(records: Iterable[Record]) -> Texts:
    """Records that are one patient's, by their group."""
    groups: Texts = defaultdict(list)
    for record in records:
        groups[record.group].append(record)
    return groups
