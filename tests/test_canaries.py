"""Planted identifiers: drawn, told apart, found again however they are written."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from stages.canaries import KINDS, Canary, canary, folded, identifier

labels = st.sampled_from(sorted(KINDS))
seeds = st.integers(0, 2**32)


@given(labels, seeds)
def test_an_identifier_is_found_in_its_sentence_and_in_other_writings(label: str, seed: int) -> None:
    value = identifier(label, random.Random(seed))
    one = Canary("r", "g", label, KINDS[label][0][0], value)
    assert one.stands_in(one.sentence)
    assert one.stands_in(value.upper().replace("-", " ").replace(".", " ").replace("@", " at\n"))
    assert not one.stands_in(one.stem)
    assert not one.stands_in("The next of kin is a brother, James Miller. The family lives at 12 Oak Street.")


@given(seeds)
def test_a_part_of_a_name_is_a_leak_and_a_common_word_is_not(seed: int) -> None:
    name = Canary("r", "g", "RELATIVE", "The next of kin is a brother, ", identifier("RELATIVE", random.Random(seed)))
    first, last = name.identifier.split()
    assert name.stands_in(f"a brother, {first}")
    assert name.stands_in(f"Mr. {last} was called")
    home = Canary("r", "g", "LOCATION", "The family lives at ", identifier("LOCATION", random.Random(seed)))
    number, street, kind = home.identifier.split()
    assert home.stands_in(f"in {street.lower()}")
    assert not home.stands_in(f"on that {kind}, room {number}")


@given(labels, seeds)
def test_what_is_drawn_follows_from_the_seed_alone(label: str, seed: int) -> None:
    assert identifier(label, random.Random(seed)) == identifier(label, random.Random(seed))
    assert canary("r", "g", random.Random(seed)) == canary("r", "g", random.Random(seed))
    assert Canary.from_json(b'{"id":"r","group":"g","label":"MRN","stem":"MRN ","identifier":"1"}').sentence == "MRN 1."


def test_identifiers_are_too_many_to_guess() -> None:
    for label in KINDS:
        drawn = {folded(identifier(label, random.Random(seed))) for seed in range(2000)}
        assert len(drawn) > 1990, label
