"""Every attack on every patient's records, and how often its claims would be right by lot."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from benchmarks.attack import identifiers, intervals, told
from benchmarks.attack.people import Person, Texts, by_group
from stages.records import Record

LEVEL = 0.05


@dataclass(frozen=True, slots=True)
class Claim:
    """That the records of a group are those of a person, and by which attack.

    Attributes:
        chance: That a person taken by lot, of those whom the attack could have named, is the right one.
    """

    group: str
    person: str
    by: str
    chance: float


@dataclass(frozen=True, slots=True)
class Attack:
    """What says of each group which persons it may be, and whom it can name at all."""

    run: Callable[[Texts, Sequence[Person], int], Iterator[tuple[str, set[str]]]]
    can_name: Callable[[Person], bool]


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one attack.

    Attributes:
        claimed, right: Patients that it claims to have found, and of how many that is so.
        by_lot: Claims that would be right on average if each named a person by lot.
        p: Chance of at least as many right claims by lot, exact (Poisson-binomial).
    """

    claimed: int
    right: int
    by_lot: float
    p: float

    @property
    def finds(self) -> bool:
        """Whether claims are right more often than lot would be."""
        return self.right > 0 and self.p < LEVEL


ATTACKS: dict[str, Attack] = {
    "known names": Attack(identifiers.known_names, lambda person: bool(person.names)),
    "known numbers": Attack(identifiers.known_numbers, lambda person: bool(person.numbers)),
    "known births": Attack(identifiers.known_births, lambda person: person.birth is not None),
    "leftover names": Attack(identifiers.leftover_names, lambda person: bool(person.names)),
    "intervals": Attack(intervals.intervals, lambda person: len(person.visits) >= intervals.LEAST_VISITS),
    "intervals in a visit": Attack(
        intervals.intervals_in_a_visit,
        lambda person: len(person.visits) + (person.birth is not None) >= intervals.LEAST_IN_VISIT,
    ),
    "visit windows": Attack(intervals.visit_windows, lambda person: bool(person.visits)),
    "birth windows": Attack(intervals.birth_windows, lambda person: person.birth is not None),
    "ages": Attack(told.ages, lambda person: person.birth is not None and bool(person.visits)),
    "told distances": Attack(told.told_distances, lambda person: bool(person.visits)),
}


def attack(records: Iterable[Record], people: Sequence[Person], most_days: int) -> list[Claim]:
    """Every attack on every group of records; `most_days` is told by params.yaml, which is no secret."""
    groups = by_group(records)
    found: list[Claim] = []
    for by, attack in ATTACKS.items():
        among = [person for person in people if attack.can_name(person)]
        for group, persons in attack.run(groups, among, most_days):
            # More than one is no claim: the attacker cannot tell which.
            found += [Claim(group, person, by, 1 / len(among)) for person in persons if len(persons) == 1]
    return found


def report(claims: Sequence[Claim], truth: dict[str, str]) -> dict[str, Result]:
    """What came of each attack; `truth` is group -> person."""
    return {by: _result([claim for claim in claims if claim.by == by], truth) for by in ATTACKS}


def at_least(right: int, chances: Sequence[float]) -> float:
    """Chance that at least `right` of independent events happen, each with its own chance."""
    happened = [1.0]  # chance of each number of events so far
    for chance in chances:
        happened = [
            none * (1 - chance) + one * chance for none, one in zip([*happened, 0.0], [0.0, *happened], strict=True)
        ]
    return min(sum(happened[right:]), 1.0)  # rounding may go beyond


def _result(claims: Sequence[Claim], truth: dict[str, str]) -> Result:
    chances = [claim.chance for claim in claims]
    right = sum(truth.get(claim.group) == claim.person for claim in claims)
    return Result(len(claims), right, sum(chances), at_least(right, chances))
