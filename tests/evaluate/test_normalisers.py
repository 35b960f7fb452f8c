"""What each normaliser does to clinical text, and that it does it once."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stages.evaluate.normalisers import CLINICAL, DOSE_SAFE, NONE, NORMALISERS, PROBES, SQUAD, WHISPER

# The text, what `whisper-en` makes of it, what `clinical-1` does: damage on the left, none on the right.
DAMAGE = [
    ("BNP <100 and creatinine >2.0", "bnp 2", "bnp < 100 and creatinine > 2"),
    ("5 mm nodule", "5 nodule", "5 mm nodule"),
    ("-2", "2", "-2"),
    ("minus 2", "-2", "-2"),
    ("p.o.", "p 0", "po"),
    ("O positive", "0 positive", "o positive"),
    ("LT knee", "lieutenant knee", "left knee"),
    ("ST elevation", "saint elevation", "st elevation"),
    ("gen surg", "general surg", "gen surg"),
    ("(denies chest pain)", "", "denies chest pain"),
    ("mm-hmm", "", "mm hmm"),
    ("1,25-dihydroxyvitamin D", "125 dihydroxyvitamin d", "1,25 dihydroxyvitamin d"),
    ("can't", "can not", "can't"),
    ("can’t", "can t", "can't"),
    ("Crohn's", "crohn is", "crohn's"),
    ("Crohn’s", "crohn s", "crohn's"),
    ("5 mg", "5 mg", "5 mg"),
    ("5 milligrams", "5 milligrams", "5 mg"),
    ("5 mcg", "5 mcg", "5 mcg"),
    ("5 µg", "5 μg", "5 mcg"),
    ("0.5 mg", "0.5 mg", "0.5 mg"),
    ("point five milligrams", ".5 milligrams", "0.5 mg"),
    ("2-3", "2 3", "2-3"),
    ("two to three", "2 to 3", "2-3"),
    ("HbA1c", "hba one c", "hba1c"),
]
SAME = [
    ("twenty-five units", "25 U"),
    ("one hundred and five", "105"),
    ("two thousand nineteen", "2019"),
    ("one hundred twenty over eighty", "120/80"),
    ("two point two five mg", "2.25 mg"),
    ("type II diabetes", "type 2 diabetes"),
    ("Stage IIII", "stage iiii"),
    ("b.i.d.", "BID"),
    ("RT arm", "right arm"),
    ("5 %", "five percent"),
    ("½ tab", "1/2 tablet"),
    ("3 cc", "3 mL"),
    ("1,000 units", "1000 unit"),
    ("10 mg per kg per day", "10 mg/kg/day"),
    ("≥3", ">= 3"),
    ("98.6 °F", "98.6 degrees F"),
]
APART = [
    ("2.5 mg", "25 mg"),
    ("5 mg", "5 mcg"),
    ("-2", "2"),
    ("BNP < 100", "BNP > 100"),
    ("left knee", "right knee"),
    ("type 1", "type 2"),
    ("hepatitis A", "hepatitis"),
    ("hypokalemia", "hyperkalemia"),
    ("120/80", "12080"),
    ("2-3", "23"),
    ("no pain", "pain"),
    ("5 mm", "5"),
    ("2+", "2"),
    ("at that point 5 patients", "at that 0.5 patients"),
    ("one point two days later five came", "1 point 2.5 days later came"),
]
SAFE = [NONE, DOSE_SAFE, SQUAD, CLINICAL]
WORDS = """
    twenty five two hundred thousand and point to over minus per mg milligrams cc % percent degree ° mcg µg units days
    type II iv lt the a p.o. 2.5 120/80 < ≥3 -2 1,000 ½ can't Crohn’s ( ) knee q6h .5 5% 2+ 2-3 1.50.20 A. B.C.
"""
said = st.lists(st.sampled_from(WORDS.split()), max_size=12).map(" ".join)


@pytest.mark.parametrize(("text", "whisper", "clinical"), DAMAGE)
def test_what_is_damaged_and_what_is_not(text: str, whisper: str, clinical: str) -> None:
    assert WHISPER.apply(text) == whisper
    assert CLINICAL.apply(text) == clinical


@pytest.mark.parametrize(("one", "other"), SAME)
def test_what_means_the_same_becomes_the_same(one: str, other: str) -> None:
    assert CLINICAL.apply(one) == CLINICAL.apply(other)


@pytest.mark.parametrize(("one", "other"), APART)
@pytest.mark.parametrize("name", ["clinical-1", "dose-safe-1"])
def test_what_means_something_else_stays_apart(name: str, one: str, other: str) -> None:
    assert NORMALISERS[name].apply(one) != NORMALISERS[name].apply(other)


def test_british_spellings_become_american_under_whisper_alone() -> None:
    assert WHISPER.apply("colour of the haemoglobin") == "color of the hemoglobin"
    assert CLINICAL.apply("colour of the haemoglobin") == "colour of the haemoglobin"


@pytest.mark.parametrize("normaliser", SAFE, ids=lambda one: one.name)
@given(text=st.one_of(said, st.text(max_size=30)))
@settings(max_examples=300, deadline=None)
def test_to_normalise_again_changes_nothing(normaliser, text: str) -> None:  # type: ignore[no-untyped-def]
    once = normaliser.apply(text)
    assert normaliser.apply(once) == once


def test_whisper_is_known_not_to_be_idempotent() -> None:
    """Why scorers normalise each text once and never what was normalised."""
    once = WHISPER.apply("minus 2")
    assert WHISPER.apply(once) != once


@given(st.text(max_size=30))
def test_tokens_are_the_words_of_the_normalised_text(text: str) -> None:
    for normaliser in SAFE:
        assert normaliser.tokens(text) == tuple(normaliser.apply(text).split())


def test_a_normaliser_that_changed_needs_a_new_name() -> None:
    """These digests stand in signatures of committed results: give a changed normaliser the next number."""
    assert {one.name: one.digest for one in SAFE} == DIGESTS


def test_signatures_tell_name_digest_and_library() -> None:
    assert CLINICAL.signature == f"norm:clinical-1#{DIGESTS['clinical-1']}"
    assert "|version:whisper-normalizer-" in WHISPER.signature
    assert len({one.digest for one in NORMALISERS.values()}) == len(NORMALISERS)
    assert len(PROBES) == len(set(PROBES))


DIGESTS = {
    "none": "eb1f24574c90",
    "dose-safe-1": "190fdfc712d4",
    "squad-1.1": "756fd7c8138a",
    "clinical-1": "5df4345fcd88",
}
