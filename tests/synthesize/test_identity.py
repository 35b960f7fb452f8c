"""Who is in the clinic: two pools of names, coherent dates, identifiers that belong to nobody."""

from __future__ import annotations

import ipaddress
import random
import re
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stages.synthesize import dates, names
from stages.synthesize.fill import ADDRESSES, FACTS, ROLES, UNLABELLED, Filled, fill, from_pieces, joined
from stages.synthesize.identity import Cast, make_cast, next_visit, years_between

VISIT = date(2021, 6, 15)
SAFE_HARBOR_LABELS = {
    *("PATIENT", "RELATIVE", "STAFF", "LOCATION", "ORGANIZATION", "DATE", "AGE", "PHONE", "FAX", "EMAIL", "SSN", "MRN"),
    *("HEALTH_PLAN", "ACCOUNT", "LICENSE", "VEHICLE", "DEVICE", "URL", "IP", "BIOMETRIC", "OTHER_ID"),
}


def cast(seed: int = 1, held_out: bool = False, age: int = 50) -> Cast:
    birth = date(VISIT.year - age, 1, 2)
    return make_cast(random.Random(seed), held_out, "female", birth, VISIT)


def spoken(made: Cast) -> set[str]:
    return {part for person in made.people.values() for part in (person.first, person.last)}


def test_held_out_patients_share_no_name_with_training():
    training = set().union(*(spoken(cast(seed)) for seed in range(150)))
    held_out = set().union(*(spoken(cast(seed, held_out=True)) for seed in range(150)))
    assert len(training) > 300
    assert len(held_out) > 200
    assert not {name.lower() for name in training} & {name.lower() for name in held_out}


def test_the_same_seed_gives_the_same_people_whatever_was_drawn_before():
    first = cast(5)
    for seed in range(3):
        cast(seed)
    assert cast(5) == first
    assert cast(6) != first


def test_a_patient_keeps_identity_over_visits():
    first = cast(3)
    second = next_visit(random.Random(4), first, VISIT + timedelta(days=90))
    assert second.people["patient"] == first.people["patient"]
    assert second.people["relative"] == first.people["relative"]
    assert second.dates["birth"] == first.dates["birth"]
    kept = ("mrn", "ssn", "phone", "street", "city", "zip", "health_plan")
    assert [second.facts[kind] for kind in kept] == [first.facts[kind] for kind in kept]
    assert second.facts["accession"] != first.facts["accession"]


@pytest.mark.parametrize("seed", range(30))
def test_dates_of_an_encounter_follow_one_another(seed):
    made = cast(seed)
    days = made.dates
    assert days["birth"] < days["onset"] < days["admitted"] <= days["visit"] < days["discharged"]
    assert days["visit"] < days["followup"]
    assert days["procedure"] < days["visit"]
    assert made.age == years_between(days["birth"], days["visit"]) == 50


@pytest.mark.parametrize("seed", range(40))
def test_identifiers_are_of_ranges_reserved_for_fiction(seed):
    facts = cast(seed).facts
    assert facts["ssn"].startswith("9"), "no social security number starts with 9"
    assert all(re.search(r"555[-. ]01\d\d$", facts[kind]) for kind in ("phone", "fax", "hospital_phone"))
    assert re.search(r"@(\w+\.)?example\.(com|org|net)$", facts["email"])
    assert ".example.org/" in facts["url"]
    documentation = [ipaddress.ip_network(f"{net}.0/24") for net in ("192.0.2", "198.51.100", "203.0.113")]
    assert any(ipaddress.ip_address(facts["ip"]) in net for net in documentation)


def test_every_slot_has_a_value_and_all_kinds_of_safe_harbor_a_label():
    made = cast(age=93)
    persons = ("first", "last", "name", "formal", "last_first", "short", "initials", "nickname")
    slots = [f"⟦{role}.{field}⟧" for role in ROLES for field in persons]
    slots += [f"⟦date.{name}⟧" for name in (*made.dates, "visit_short", "visit_long", "month")]
    slots += [f"⟦{kind}⟧" for kind in (*FACTS, *UNLABELLED, *ADDRESSES, "age_over_89")]
    filled = fill("\n".join(slots), made, random.Random(1))
    assert "⟦" not in filled.text
    assert {span.label for span in filled.spans} == SAFE_HARBOR_LABELS
    assert all(value.strip() == value != "" for _, value in filled.values())


def test_spans_hold_the_identifier_alone():
    made = cast()
    person = made.people["doctor"]
    filled = fill("Seen by ⟦doctor.formal⟧ at ⟦address⟧.", made, random.Random(1))
    assert filled.text.startswith(f"Seen by Dr. {person.last} at ")
    facts = made.facts
    expected = [("STAFF", person.last), *(("LOCATION", facts[kind]) for kind in ("street", "city", "zip"))]
    assert filled.values() == expected


def test_a_slot_in_capitals_gives_capitals():
    made = cast()
    filled = fill("⟦PATIENT.LAST_FIRST⟧", made, random.Random(1))
    assert filled.text == f"{made.people['patient'].last}, {made.people['patient'].first}".upper()


@pytest.mark.parametrize(
    "slot", ["⟦patient.shoe⟧", "⟦doctor⟧", "⟦date.never⟧", "⟦mrn.last⟧", "⟦shoe_size⟧", "⟦date.visit_loud⟧"]
)
def test_an_unknown_slot_is_named(slot):
    with pytest.raises(ValueError, match=re.escape(slot)):
        fill(f"before {slot} after", cast(), random.Random(1))


def test_a_broken_slot_is_shown():
    with pytest.raises(ValueError, match="patient last"):
        fill("the ⟦patient last⟧ slot", cast(), random.Random(1))


def test_an_age_below_ninety_is_no_identifier_to_be_asked_for():
    with pytest.raises(ValueError, match="age_over_89"):
        fill("⟦age_over_89⟧", cast(age=89), random.Random(1))


@given(
    st.lists(st.tuples(st.text(max_size=8), st.sampled_from([None, "DATE", "MRN"])), max_size=8), st.text(max_size=3)
)
def test_joining_moves_every_span_with_its_text(pieces, separator):
    parts = [from_pieces([("x", None), piece]) for piece in pieces]
    whole = joined(parts, separator)
    assert whole.text == separator.join(part.text for part in parts)
    assert whole.values() == [value for part in parts for value in part.values()]


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(0, 10**6), st.integers(0, 10**6))
@settings(max_examples=200)
def test_every_written_date_can_be_read_back(day, form, seed):
    from dateutil import parser

    text = dates.written(day, form, random.Random(seed))
    european = re.fullmatch(r"\d\d\.\d\d\.\d{4}", text) is not None
    read = parser.parse(text, dayfirst=european, default=parser.parse("2000-01-01")).date()
    assert (read.month, read.day, read.year % 100) == (day.month, day.day, day.year % 100)


@given(st.sampled_from(["Łukasz", "Ğ", "Nguyễn", "Müller", "Ezimzadə", "Þór", "O'Neil"]))
def test_folding_leaves_ascii(name):
    assert names.folded(name).isascii()


def test_names_come_in_letters_that_documents_can_show():
    rng = random.Random(9)
    for _ in range(500):
        name = names.last_name(rng, False) + names.first_name(rng, False, "male") + names.city(rng, False)
        assert name.encode("cp1252")
        assert name == name.strip()


def test_an_empty_part_adds_no_span():
    assert from_pieces([("", "DATE")]) == Filled()
