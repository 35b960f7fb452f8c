"""One coherent encounter: everything that its dialogue, its report and its summary tell of."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass

from stages.synthesize.conditions import Allergy, Condition, History, clinic

AGE_BANDS = ((18, 39), (40, 64), (65, 120))
ONE_IN = 4


@dataclass(frozen=True, slots=True)
class Medicine:
    """A medicine that the patient takes: "lisinopril", "10 mg", "daily"."""

    name: str
    dose: str
    often: str

    def __str__(self) -> str:
        return f"{self.name} {self.dose} {self.often}"


@dataclass(frozen=True, slots=True)
class Case:
    """What happened at one encounter.

    Attributes:
        sex: `female` or `male`.
        present, negated: Findings that the patient has and denies, in the order in which they are told.
        history: Conditions that the patient already has.
        differential: All diagnoses considered, the likeliest first; its first is `diagnosis`.
        vitals: Temperature (Fahrenheit), pulse and breaths (per minute), blood pressure (mmHg), oxygen (per cent),
            weight (kg), as they are written.
        labs: (name, value, unit).
    """

    age: int
    sex: str
    complaint: str
    duration: str
    present: tuple[str, ...]
    negated: tuple[str, ...]
    history: tuple[str, ...]
    medicines: tuple[Medicine, ...]
    allergies: tuple[str, ...]
    differential: tuple[str, ...]
    vitals: tuple[tuple[str, str], ...]
    exam: tuple[str, ...]
    labs: tuple[tuple[str, str, str], ...]
    test: str
    test_shows: str
    treatment: str
    follow_up: str

    @property
    def diagnosis(self) -> str:
        return self.differential[0]


def make_case(rng: random.Random, held_out: bool, earlier: Case | None = None) -> Case:
    """Draw an encounter; with `held_out`, of a combination that training never holds (see `is_held_out`).

    An `earlier` encounter of the same patient fixes age, sex, history, medicines and allergies.
    """
    while True:
        case = _draw(rng, earlier)
        if is_held_out(case) == held_out:
            return case


def is_held_out(case: Case) -> bool:
    """Whether the case's combination of condition, complaint, findings, age band and duration is kept for testing.

    A hash of the combination decides, so each combination is on one side whatever the seed: one in four is held out.
    """
    band = next(low for low, high in AGE_BANDS if low <= case.age <= high)
    findings = "+".join(sorted(case.present))
    told = "|".join((case.diagnosis, case.complaint, findings, str(band), case.duration))
    return hashlib.sha256(told.encode()).digest()[0] % ONE_IN == 0


def _draw(rng: random.Random, earlier: Case | None) -> Case:
    sex = earlier.sex if earlier else rng.choice(("female", "male"))
    condition = rng.choice(_possible(earlier, sex))
    age = earlier.age if earlier else rng.randint(*condition.ages)
    side = rng.choice(("left", "right"))
    unit, low, high = condition.duration
    history, medicines, allergies = _background(rng, condition, age, earlier)
    return Case(
        age=age,
        sex=sex,
        complaint=rng.choice(condition.complaints).format(side=side),
        duration=_amount(rng.randint(low, high), unit),
        present=_present(rng, condition),
        negated=_negated(rng, condition),
        history=history,
        medicines=medicines,
        allergies=allergies,
        differential=(condition.name, *condition.differential),
        vitals=_vitals(rng, condition, sex),
        exam=tuple(sign.format(side=side) for sign in condition.exam),
        labs=tuple((lab.name, _between(rng, lab.low, lab.high), lab.unit) for lab in condition.labs),
        test=condition.test,
        test_shows=condition.test_shows,
        treatment=condition.treatment,
        follow_up=condition.follow_up,
    )


def _possible(earlier: Case | None, sex: str) -> list[Condition]:
    """Conditions that the patient may come with; the earlier one comes back only where no other fits."""
    fit = [one for one in clinic().conditions if _may_have(one, earlier, sex)]
    return [one for one in fit if not earlier or one.name != earlier.diagnosis] or fit


def _may_have(condition: Condition, earlier: Case | None, sex: str) -> bool:
    if condition.sex not in ("", sex):
        return False
    if earlier is None:
        return True
    histories = [one for one in clinic().histories if one.name in earlier.history]
    allergies = [one for one in clinic().allergies if one.name in earlier.allergies]
    return (
        condition.ages[0] <= earlier.age <= condition.ages[1]
        and not any(_contradicts(one, condition) for one in histories)
        and not any(_forbids(one, condition) for one in allergies)
    )


def _present(rng: random.Random, condition: Condition) -> tuple[str, ...]:
    findings = rng.sample(condition.marks, 2) + rng.sample(condition.common, rng.choice((1, 1, 2)))
    rng.shuffle(findings)
    return tuple(findings)


def _negated(rng: random.Random, condition: Condition) -> tuple[str, ...]:
    """Two marks of the conditions that the case is told from: denying them tells them apart."""
    own = {*condition.marks, *condition.common}
    others = [clinic().by_name[name] for name in condition.differential]
    return tuple(rng.sample(sorted({mark for other in others for mark in other.marks} - own), 2))


def _background(
    rng: random.Random, condition: Condition, age: int, earlier: Case | None
) -> tuple[tuple[str, ...], tuple[Medicine, ...], tuple[str, ...]]:
    if earlier:
        return earlier.history, earlier.medicines, earlier.allergies
    fit = [one for one in clinic().histories if not _contradicts(one, condition) and one.ages[0] <= age <= one.ages[1]]
    histories = rng.sample(fit, rng.choice((0, 1, 1, 1, 1, 1, 2)))
    medicines = tuple(_medicine(rng, history) for history in histories)
    taken = {medicine.name for medicine in medicines}
    safe = [one for one in clinic().allergies if not _forbids(one, condition) and not taken & {*one.excludes}]
    allergies = rng.sample(safe, rng.choice((0, 0, 1)))
    return tuple(one.name for one in histories), medicines, tuple(one.name for one in allergies)


def _medicine(rng: random.Random, history: History) -> Medicine:
    name, doses, often = rng.choice(history.medicines)
    return Medicine(name, rng.choice(doses), often)


def _contradicts(history: History, condition: Condition) -> bool:
    return not {condition.name, *condition.differential}.isdisjoint(history.excludes)


def _forbids(allergy: Allergy, condition: Condition) -> bool:
    return not {*condition.treatment.split(), *condition.test.split()}.isdisjoint(allergy.excludes)


def _vitals(rng: random.Random, condition: Condition, sex: str) -> tuple[tuple[str, str], ...]:
    temperature = rng.uniform(100.6, 103.2) if condition.fever else rng.uniform(97.6, 98.9)
    weight = rng.randint(48, 92) if sex == "female" else rng.randint(62, 108)
    ranges = condition.vitals
    return (
        ("temperature", f"{temperature:.1f} F"),
        ("pulse", str(rng.randint(*ranges["heart_rate"]))),
        ("blood pressure", f"{rng.randint(104, 158)}/{rng.randint(62, 92)}"),
        ("breaths", str(rng.randint(*ranges["breaths"]))),
        ("oxygen", f"{rng.randint(*ranges['oxygen'])}%"),
        ("weight", f"{weight} kg"),
    )


def _between(rng: random.Random, low: float, high: float) -> str:
    whole = isinstance(low, int) and isinstance(high, int)
    return str(rng.randint(int(low), int(high))) if whole else f"{rng.uniform(low, high):.1f}"


def _amount(number: int, unit: str) -> str:
    return f"{number} {unit.removesuffix('s') if number == 1 else unit}"
