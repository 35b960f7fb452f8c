"""What a transcript writes and what is said for it agree."""

from __future__ import annotations

import random
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whisper_normalizer.english import EnglishTextNormalizer

from stages.records import Span
from stages.synthesize.fill import Filled, fill
from stages.synthesize.identity import make_cast
from stages.synthesize.speech import numbers, words

normalised = EnglishTextNormalizer()


def test_another_reader_of_number_words_reads_the_number():
    # "one" it leaves alone, for it may be a pronoun.
    for number in (0, *range(2, numbers.MOST + 1)):
        assert normalised(numbers.cardinal(str(number))) == str(number)


def test_another_reader_reads_the_day_of_a_month():
    # It takes the ninth to be spelled "nineth".
    for number in set(range(1, 32)) - {9, 29}:
        assert normalised(numbers.ordinal(number)).rstrip("stndrh") == str(number)
    assert [numbers.ordinal(number) for number in (9, 29)] == ["ninth", "twenty-ninth"]


@pytest.mark.parametrize("number", [1926, 1962, 1999, 2010, 2019, 2023])
def test_another_reader_reads_a_year(number):
    assert normalised(numbers.year(number)) == str(number)


@pytest.mark.parametrize(
    ("number", "said"),
    [(1900, "nineteen hundred"), (1905, "nineteen oh five"), (2000, "two thousand"), (2005, "two thousand five")],
)
def test_years_of_a_first_decade(number, said):
    assert numbers.year(number) == said


def test_a_number_without_words_is_refused():
    with pytest.raises(ValueError, match="9999"):
        numbers.cardinal("10000")


@pytest.mark.parametrize(
    ("written", "in_words"),
    [
        ("a 54-year-old man", "a fifty-four year old man"),
        ("amoxicillin 500 mg three times daily", "amoxicillin five hundred milligrams three times daily"),
        ("ceftriaxone 1 g at once", "ceftriaxone one gram at once"),
        ("apixaban 2.5 mg", "apixaban two point five milligrams"),
        ("levothyroxine 1000 mcg", "levothyroxine one thousand micrograms"),
        ("for 3 days.", "for three days."),
        ("type 2 diabetes for 10 months", "type 2 diabetes for ten months"),
        ("hemoglobin A1c", "hemoglobin A1c"),
        ("no number at all", "no number at all"),
    ],
)
def test_facts_are_written_in_words(written, in_words):
    assert words.in_words(written) == in_words
    assert words.in_words(in_words) == in_words


@pytest.mark.parametrize(
    ("written", "label", "spoken"),
    [
        ("March 14th, 1962", "DATE", "March fourteenth nineteen sixty-two"),
        ("(212) 555-0142", "PHONE", "two one two, five five five, oh one four two"),
        ("W12340", "HEALTH_PLAN", "W, one two three four oh"),
        ("jdoe42@mail.example.com", "EMAIL", "jdoe four two at mail dot example dot com"),
        ("9453 Garcia Park Apt. 12", "LOCATION", "nine four five three Garcia Park Apartment twelve"),
        ("02139-1234", "LOCATION", "oh two one three nine, one two three four"),
        ("St. Mary Medical Center", "ORGANIZATION", "Saint Mary Medical Center"),
        ("Smith & Sons", "ORGANIZATION", "Smith and Sons"),
        ("92", "AGE", "ninety-two"),
        ("Wójcik", "PATIENT", "Wójcik"),
    ],
)
def test_identifiers_are_written_as_a_scribe_writes_and_said_in_words(written, label, spoken):
    filled = Filled(f"It is {written}.", (Span(6, 6 + len(written), label),))
    assert words.transcript(filled) == filled
    said = words.said(filled)
    assert said.text == f"It is {spoken}."
    assert [(said.text[start:end], kind) for start, end, kind in said.spans] == [(spoken, label)]


def test_titles_are_said_in_full():
    filled = Filled("Hello, Ms. Ray, I am Dr. Roe.", (Span(11, 14, "PATIENT"), Span(25, 28, "STAFF")))
    said = words.said(filled)
    assert said.text == "Hello, Miz Ray, I am Doctor Roe."
    assert [said.text[start:end] for start, end, _ in said.spans] == ["Ray", "Roe"]


SLOTS = (
    "patient.name",
    "doctor.formal",
    "phone",
    "date.birth_long",
    "hospital",
    "address",
    "employer",
    "health_plan",
    "email",
)


@settings(max_examples=40, deadline=None)  # the first draw loads the lists of names
@given(st.integers(0, 2**32), st.sampled_from(SLOTS), st.booleans())
def test_no_digit_is_left_for_the_synthesizer_to_read(seed, slot, held_out):
    rng = random.Random(seed)
    cast = make_cast(rng, held_out, "female", date(1950, 3, 2), date(2015, 4, 5))
    filled = words.transcript(fill(f"Is it 20 mg for ⟦{slot}⟧, at 54?", cast, rng))
    said = words.said(filled)
    assert not any(sign.isdigit() for sign in said.text)
    assert [label for _, _, label in said.spans] == [span.label for span in filled.spans]
    assert said.text.startswith("Is it twenty milligrams for ")
