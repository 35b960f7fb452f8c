"""The rungs by which a ranked answer reaches its reference: exact, synonym, spelling, typo."""

from __future__ import annotations

import pytest

from stages.evaluate.scorers.ranked import LENIENT, Ranked, Synonyms, _name
from tests.evaluate.answers import answers, count, value


def test_hits_are_counted_by_place_and_rung() -> None:
    said = "1. Flu\n2. Croup\n3. Gout\n4. Asthma"
    given_answers = answers([("1. Asthma", said), ("1. Flu", said), ("1. Gout", said), ("1. Sprain", said)])
    found = {k: value(Ranked(), f"hit_at_{k}", given_answers) for k in (1, 3, 5)}
    assert found == {1: 0.25, 3: 0.5, 5: 0.75}
    assert value(Ranked(), "hit_at_1", given_answers) == value(Ranked(), "top1_accuracy", given_answers)
    assert count(Ranked(), "match_exact", given_answers) == 3


TABLE = Synonyms({("mi",): frozenset({("myocardial", "infarction")})}, "test")


@pytest.mark.parametrize(
    ("one", "other", "rung"),
    [
        ("Croup", "croup", "exact"),
        ("MI", "myocardial infarction", "synonym"),
        ("haemolytic anaemia", "hemolytic anemia", "spelling"),
        ("Inguinal hernias", "inguinal hernia", "spelling"),
        ("pneumonia", "pnuemonia", "typo"),
        ("pneumonia", "pneumona", "typo"),
        ("pneumonia", "pneumonitis", None),
        ("giant cell arteritis", "giant cell arthritis", None),
        ("dysphasia", "dysphagia", None),
        ("type 1 diabetes", "type 2 diabetes", None),
        ("type 1 diabetes", "diabetes", None),
        ("hypothyroidism", "hyperthyroidism", None),
        ("left hernia", "right hernia", None),
        ("hepatitis A", "hepatitis B", None),
        ("acute bronchitis", "chronic bronchitis", None),
        ("bronchitis", "bronchiolitis", None),
        ("hypocalcemia", "hypokalemia", None),
        ("myopathy", "myelopathy", None),
        ("pneumonia", "bacterial pneumonia", None),
        ("ileum", "ileums", "spelling"),
    ],
)
def test_the_ladder_says_its_rung(one: str, other: str, rung: str | None) -> None:
    assert TABLE.rung(_name(one), _name(other)) == rung
    assert TABLE.rung(_name(other), _name(one)) == rung


def test_only_the_lenient_metrics_climb_to_spellings() -> None:
    given_answers = answers([("1. Haemolytic anaemia", "1. Flu\n2. Hemolytic anemia")])
    assert value(Ranked(), "mrr", given_answers) == 0
    scorer = Ranked(Synonyms.none(), LENIENT, "lenient_")
    assert value(scorer, "lenient_mrr", given_answers) == 0.5
    assert count(scorer, "lenient_match_spelling", given_answers) == 1
