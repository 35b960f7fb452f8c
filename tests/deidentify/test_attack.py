"""The attack of benchmarks/attack on a small clinic: it finds no patient, and it finds each leak that is planted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import product
from math import prod
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from benchmarks.attack.__main__ import table
from benchmarks.attack.attacks import ATTACKS, Claim, Result, at_least, attack, report
from benchmarks.attack.people import Person
from stages.deidentify.step import Deidentified, Step
from stages.keys import Key, seeded
from stages.params.deidentify import Deidentify
from stages.records import Record
from stages.synthesize.case import make_case
from stages.synthesize.chart import make_report
from stages.synthesize.documents import reading_order
from stages.synthesize.identity import make_cast, next_visit
from tests.deidentify.conftest import record

PATIENTS, VISITS = 12, 4
FIRST_DAY = date(2014, 2, 3)
OWN = ("known names", "known numbers", "known births", "leftover names")
"""Attacks that a right claim of would be a leak, whatever is declared."""
DATES = ("intervals", "intervals in a visit", "visit windows", "birth windows")
"""Attacks that a right claim of is the price of `dates: shift`."""
TOLD = ("ages", "told distances")
"""Attacks that a right claim of is the price of ages and distances as people tell them, which `dates: visit` keeps."""
MOST_KEPT = 0.8
MOST_DAYS = {"visit": 3650, "shift": 365, "year": 365}


@dataclass(frozen=True)
class Clinic:
    """Records as they are read, the attacker's list of people, and whose a group is."""

    records: list[Record]
    people: list[Person]
    truth: dict[str, str]
    names: dict[str, set[str]]


@pytest.fixture(scope="module")
def clinic() -> Clinic:
    records: list[Record] = []
    people: list[Person] = []
    names: dict[str, set[str]] = {}
    for number in range(PATIENTS):
        rng = seeded(5, "attack", str(number))
        case = make_case(rng, False)
        first = FIRST_DAY + timedelta(days=rng.randrange(1200))
        birth = first - timedelta(days=365 * min(case.age, 80) + rng.randrange(365))
        cast = make_cast(rng, False, case.sex, birth, first)
        cast = replace(cast, facts={**cast.facts, "mrn": f"{4_100_000 + 7919 * number}"})
        visits = []
        for visit in range(VISITS):
            if visit:
                cast = next_visit(rng, cast, visits[-1] + timedelta(days=rng.randint(20, 90)))
            visits.append(cast.dates["visit"])
            told = reading_order(make_report(case, cast, rng))
            for span in told.spans:
                names.setdefault(span.label, set()).add(told.text[span.start : span.end])
            head = f"Visit date: {visits[-1]:%m/%d/%Y}\nDOB: {birth:%m/%d/%Y}\nMRN: {cast.facts['mrn']}\n"
            records.append(record(f"{head}{told.text}", id=f"r{number}.{visit}", group=f"g{number}"))
        person = cast.people["patient"]
        known = (cast.facts["mrn"], cast.facts["ssn"])
        people.append(Person(f"p{number}", (f"{person.first} {person.last}",), birth, known, tuple(visits)))
    return Clinic(records, people, {f"g{n}": f"p{n}" for n in range(PATIENTS)}, names)


@pytest.fixture(scope="module")
def output(clinic: Clinic, terms: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., list[Record]]:
    """What de-identification gives, with a model that knows the clinic's names: a stand-in for one that was trained."""
    import spacy

    nlp = spacy.blank("en")
    wanted = ("PATIENT", "RELATIVE", "STAFF", "LOCATION", "ORGANIZATION")
    patterns = [{"label": label, "pattern": value} for label in wanted for value in sorted(clinic.names.get(label, ()))]
    nlp.add_pipe("entity_ruler").add_patterns(patterns)
    folder = tmp_path_factory.mktemp("attacked") / "model"
    nlp.to_disk(folder)
    made: dict[str, list[Record]] = {}

    def deidentified(dates: str) -> list[Record]:
        if dates not in made:
            plain = {"engine": {"model": str(folder)}, "thresholds": {"default": 0.4}, "terms": str(terms)}
            step = Step(
                Deidentify.model_validate({**plain, "dates": dates, "most_days": MOST_DAYS[dates]}),
                (),
                Key(b"k" * 40),
                Path("unused"),
            )
            step.setup()
            units = [[one for one in clinic.records if one.group == group] for group in clinic.truth]
            found = [one for unit in units for one in step.process(unit)]
            made[dates] = [one.record for one in found if isinstance(one, Deidentified)]
        return made[dates]

    return deidentified


def right(claims: Sequence[Claim], clinic: Clinic) -> dict[str, int]:
    return {by: result.right for by, result in report(claims, clinic.truth).items()}


@pytest.mark.parametrize("dates", ["visit", "shift", "year"])
def test_no_patient_is_found(clinic: Clinic, output: Callable[..., list[Record]], dates: str) -> None:
    seen = output(dates)
    assert len(seen) >= MOST_KEPT * len(clinic.records)
    found = right(attack(seen, clinic.people, MOST_DAYS[dates]), clinic)
    assert {by: found[by] for by in OWN} == dict.fromkeys(OWN, 0)


def test_dates_by_the_visit_find_no_patient(clinic: Clinic, output: Callable[..., list[Record]]) -> None:
    found = right(attack(output("visit"), clinic.people, MOST_DAYS["visit"]), clinic)
    assert {by: found[by] for by in DATES} == dict.fromkeys(DATES, 0)


def test_one_offset_a_patient_finds_most(clinic: Clinic, output: Callable[..., list[Record]]) -> None:
    found = right(attack(output("shift"), clinic.people, MOST_DAYS["shift"]), clinic)
    assert found["intervals"] >= MOST_KEPT * PATIENTS
    assert found["intervals in a visit"] >= MOST_KEPT * PATIENTS
    found = right(attack(output("year"), clinic.people, MOST_DAYS["year"]), clinic)
    assert found["intervals"] == found["intervals in a visit"] == 0


def test_every_attack_is_right_by_design_or_as_by_lot(clinic: Clinic, output: Callable[..., list[Record]]) -> None:
    by_visit = report(attack(output("visit"), clinic.people, MOST_DAYS["visit"]), clinic.truth)
    assert {by for by, result in by_visit.items() if result.finds} <= set(TOLD)
    shifted = report(attack(output("shift"), clinic.people, MOST_DAYS["shift"]), clinic.truth)
    assert {by for by, result in shifted.items() if result.finds} >= {"intervals", "intervals in a visit"}


def test_who_rounds_as_the_stage_does_finds_patients_of_known_birth(
    clinic: Clinic, output: Callable[..., list[Record]]
) -> None:
    """The weakness that docs/deidentification.md tells of; without birth dates few can be told apart by it."""
    seen = output("visit")
    assert report(attack(seen, clinic.people, MOST_DAYS["visit"]), clinic.truth)["told distances"].finds
    unborn = [replace(person, birth=None) for person in clinic.people]
    blind = report(attack(seen, unborn, MOST_DAYS["visit"]), clinic.truth)
    assert blind["ages"] == Result(0, 0, 0.0, 1.0)
    assert blind["told distances"].right < PATIENTS * (1 - MOST_KEPT)


@given(st.lists(st.floats(0, 1), max_size=12), st.integers(0, 13))
def test_the_chance_of_right_claims_is_exact(chances: list[float], right: int) -> None:
    happen = product((False, True), repeat=len(chances))
    ways = (
        prod(c if yes else 1 - c for c, yes in zip(chances, way, strict=True)) for way in happen if sum(way) >= right
    )
    assert at_least(right, chances) == pytest.approx(sum(ways), abs=1e-12)


def test_claims_of_equal_chance_are_binomial() -> None:
    for claims, right in ((16, 1), (32, 1), (99, 98), (8, 0)):
        expected = binomtest(right, claims, 1 / 120, alternative="greater").pvalue
        assert at_least(right, [1 / 120] * claims) == pytest.approx(expected)


def test_claims_by_lot_find_nobody_and_right_ones_do() -> None:
    truth = {f"g{n}": f"p{n}" for n in range(20)}
    lot = [Claim(f"g{n}", f"p{n if n == 3 else (n + 1) % 20}", "intervals", 1 / 20) for n in range(20)]
    found = report([*lot, Claim("g1", "p1", "known names", 1 / 20), Claim("g2", "p2", "known names", 1 / 20)], truth)
    assert (found["intervals"].claimed, found["intervals"].right, found["intervals"].by_lot) == (
        20,
        1,
        pytest.approx(1),
    )
    assert found["intervals"].p == pytest.approx(1 - (19 / 20) ** 20)
    assert not found["intervals"].finds
    assert found["known names"].finds
    assert set(found) == set(ATTACKS)
    assert table(found).endswith("right more often than by lot (p < 0.05): known names")


def test_before_de_identification_every_patient_is_found(clinic: Clinic) -> None:
    found = right(attack(clinic.records, clinic.people, 1), clinic)
    assert {by: found[by] for by in OWN} == dict.fromkeys(OWN, PATIENTS)


def name_of(person: Person) -> tuple[str, str]:
    first, last = person.names[0].split(" ", 1)
    return first, last


def typo(word: str) -> str:
    return word[:2] + word[3] + word[2] + word[4:]


LEAKS: dict[str, tuple[str, Callable[[Person], str]]] = {
    "a name": ("known names", lambda p: p.names[0]),
    "a name in capitals, family name first": ("known names", lambda p: ", ".join(reversed(name_of(p))).upper()),
    "an initial": ("known names", lambda p: f"{name_of(p)[0][0]}. {name_of(p)[1]}"),
    "a typo": ("known names", lambda p: f"{name_of(p)[0]} {typo(name_of(p)[1])}"),
    "a number with separators": ("known numbers", lambda p: " ".join(p.numbers[0])),
    "a number misread": ("known numbers", lambda p: p.numbers[0].replace("0", "O").replace("1", "l")),
    "a birth date": ("known births", lambda p: f"{p.birth:%B %d, %Y}"),
    "a family name alone": ("leftover names", lambda p: f"Mr. {name_of(p)[1]}"),
}


@pytest.mark.parametrize("leak", LEAKS)
def test_a_planted_leak_is_found(clinic: Clinic, output: Callable[..., list[Record]], leak: str) -> None:
    by, written = LEAKS[leak]
    seen = output("year")
    at = next(n for n, one in enumerate(seen) if _can_tell(clinic, one.group))
    victim = seen[at].group
    person = next(one for one in clinic.people if one.id == clinic.truth[victim])
    leaking = replace(seen[at], text=f"{seen[at].text}\nHe asked for {written(person)} then.\n")
    claim = Claim(victim, person.id, by, 1 / PATIENTS)
    assert claim in attack([*seen[:at], leaking, *seen[at + 1 :]], clinic.people, 365)
    assert claim not in attack(seen, clinic.people, 365)


def _can_tell(clinic: Clinic, group: str) -> bool:
    """Whether no other person bears the family name, and it is long enough for a typo."""
    last = {person.id: name_of(person)[1] for person in clinic.people}
    own = last[clinic.truth[group]]
    return own.isalpha() and len(own) >= 6 and own[2] != own[3] and list(last.values()).count(own) == 1
