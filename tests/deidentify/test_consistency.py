from __future__ import annotations

from itertools import pairwise

from stages.deidentify.consistency import Policy
from stages.keys import Key
from stages.params.deidentify import Consistency

KEY = Key(b"a secret of the tests, 32 bytes and more")
IDENTIFIERS = [("PATIENT", "Kwame Osei"), ("STAFF", "Ines Lindqvist"), ("MRN", "7673070")]


def mentions(declared: Consistency, record: str, times: int = 24) -> list[str]:
    value_of = Policy(declared, KEY, "g1", IDENTIFIERS).of(record)
    return [value_of("PATIENT", "Kwame Osei") for _ in range(times)]


def test_a_patient_is_one_person_everywhere() -> None:
    assert set(mentions("patient", "r1")) == set(mentions("patient", "r2"))
    assert len(set(mentions("patient", "r1"))) == 1


def test_a_document_is_the_end_of_a_person() -> None:
    first, second = mentions("document", "r1"), mentions("document", "r2")
    assert len(set(first)) == len(set(second)) == 1
    assert first != second


def test_a_mention_keeps_the_one_before_it_half_of_the_time() -> None:
    said = [mentions("markov", str(record)) for record in range(12)]
    kept = [one == other for each in said for one, other in pairwise(each)]
    assert 0.35 < sum(kept) / len(kept) < 0.65


def test_every_mention_is_another() -> None:
    assert len(set(mentions("none", "r1"))) > 20


def test_the_same_record_gets_the_same_whatever_was_asked_before() -> None:
    for declared in ("patient", "document", "markov", "none"):
        policy = Policy(declared, KEY, "g1", IDENTIFIERS)  # type: ignore[arg-type]
        policy.of("r9")("STAFF", "Ines Lindqvist")
        value_of = policy.of("r1")
        assert [value_of("PATIENT", "Kwame Osei") for _ in range(24)] == mentions(declared, "r1")  # type: ignore[arg-type]


def test_forms_of_a_name_fit_together_in_a_document() -> None:
    value_of = Policy("document", KEY, "g1", IDENTIFIERS).of("r1")
    first, last = value_of("PATIENT", "Kwame Osei").split()
    assert value_of("PATIENT", "OSEI, Kwame") == f"{last.upper()}, {first}"
