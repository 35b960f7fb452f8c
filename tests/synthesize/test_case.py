"""Cases: coherent, determined by their findings, and held out by combination."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.keys import seeded
from stages.synthesize.case import Case, is_held_out, make_case
from stages.synthesize.conditions import clinic

CASES = [make_case(seeded(3, "case", str(n)), n % 3 == 0) for n in range(600)]


def _combination(case: Case) -> tuple[object, ...]:
    band = 0 if case.age < 40 else 1 if case.age < 65 else 2
    return case.diagnosis, case.complaint, frozenset(case.present), band, case.duration


def test_every_condition_is_drawn() -> None:
    assert {case.diagnosis for case in CASES} == {condition.name for condition in clinic().conditions}


def test_held_out_combinations_are_never_drawn_for_training() -> None:
    drawn = [make_case(seeded(5, "case", str(n)), n % 2 == 0) for n in range(2000)]
    held_out = {_combination(case) for case in drawn[::2]}
    assert held_out.isdisjoint({_combination(case) for case in drawn[1::2]})
    assert all(is_held_out(case) == (n % 2 == 0) for n, case in enumerate(drawn))


@pytest.mark.parametrize("condition", clinic().conditions, ids=lambda condition: condition.name)
def test_a_mark_belongs_to_one_condition_of_its_group(condition) -> None:
    for name in condition.differential:
        other = clinic().by_name[name]
        assert other.group == condition.group
        assert set(condition.marks).isdisjoint({*other.marks, *other.common})


def test_the_differential_is_the_whole_group() -> None:
    for condition in clinic().conditions:
        group = {one.name for one in clinic().conditions if one.group == condition.group}
        assert {condition.name, *condition.differential} == group
        assert len(condition.differential) + 1 == len(group) >= 3


def test_findings_determine_the_diagnosis() -> None:
    for case in CASES:
        matches = {}
        for condition in clinic().conditions:
            if case.diagnosis in (condition.name, *condition.differential):
                known = {*condition.marks, *condition.common}
                matches[condition.name] = len(known & {*case.present}) - len(known & {*case.negated})
        assert [name for name, hits in matches.items() if hits == max(matches.values())] == [case.diagnosis]


def test_nothing_is_both_present_and_denied() -> None:
    assert all(set(case.present).isdisjoint(case.negated) for case in CASES)


def test_nobody_is_given_what_their_allergy_forbids() -> None:
    for case in CASES:
        given_drugs = {*case.treatment.split(), *case.test.split(), *(one.name for one in case.medicines)}
        for allergy in clinic().allergies:
            assert allergy.name not in case.allergies or given_drugs.isdisjoint(allergy.excludes)


def test_history_does_not_give_the_diagnosis_away() -> None:
    assert all(set(case.history).isdisjoint(case.differential) for case in CASES)


def test_each_history_has_its_medicine() -> None:
    for case in CASES:
        assert len(case.medicines) == len(case.history)


@given(st.integers(0, 10_000), st.booleans())
def test_a_later_encounter_keeps_the_patient(number: int, held_out: bool) -> None:
    first = make_case(seeded(number, "case"), held_out)
    later = make_case(seeded(number, "later"), held_out, earlier=first)
    assert (later.age, later.sex, later.history, later.medicines, later.allergies) == (
        first.age, first.sex, first.history, first.medicines, first.allergies,
    )  # fmt: skip
    assert set(later.history).isdisjoint(later.differential)


def test_a_patient_comes_back_with_something_else() -> None:
    again = [make_case(seeded(1, "later", str(n)), False, earlier=case) for n, case in enumerate(CASES[:200])]
    assert sum(one.diagnosis == case.diagnosis for one, case in zip(again, CASES, strict=False)) <= 10


def test_the_very_old_may_have_the_same_again() -> None:
    old = replace(next(case for case in CASES if case.diagnosis == "heart failure"), age=96)
    assert make_case(seeded(1, "later"), True, earlier=old).diagnosis == "heart failure"


def test_the_same_generator_gives_the_same_case() -> None:
    assert make_case(seeded(1, "case"), True) == make_case(seeded(1, "case"), True)
