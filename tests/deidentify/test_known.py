from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from stages.deidentify.english import ordinary_words
from stages.deidentify.known import PARTICLES, Known, parts
from stages.deidentify.medicine import Medicine
from stages.records import Span

MEDICINE = Medicine(["metformin", "chest pain"])


def known(*identifiers: tuple[str, str], score: float = 0.9) -> Known:
    texts = [value for _, value in identifiers]
    spans = [[Span(0, len(value), label, score, "pattern")] for label, value in identifiers]
    return Known.gathered(texts, spans, MEDICINE)


def values(found: Known, text: str) -> list[str]:
    return sorted(text[span.start : span.end] for span in found.search(text))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("then Kwame left", "Kwame"),
        ("OSEI, KWAME", "OSEI"),
        ("kwame is well", "kwame"),
        ("Osei's wife", "Osei"),
        ("Dr. Lindqvits", "Lindqvits"),
        ("signed K.O. today", "K.O."),
        ("in Osei April", "Osei"),
    ],
)
def test_a_name_is_found_again_in_its_variants(text: str, value: str) -> None:
    assert value in values(known(("PATIENT", "Kwame Osei"), ("STAFF", "Ines Lindqvist")), text)


@pytest.mark.parametrize(
    ("identifier", "text"),
    [
        (("MRN", "1234567"), "chart 1234567 and"),
        (("PHONE", "(617) 555-0123"), "at 617-555-0123."),
        (("PHONE", "617.555.0123"), "at 617 555 0123"),
        (("OTHER_ID", "TR-1234-12"), "as tr 1234 12 before"),
        (("MRN", "A1234567"), "A12345B7".replace("B", "6")),
        (("ACCOUNT", "10203045"), "1O203O45"),
        (("EMAIL", "kosei12@example.org"), "KOSEI12@EXAMPLE.ORG"),
    ],
)
def test_a_number_is_found_again_whatever_parts_it(identifier: tuple[str, str], text: str) -> None:
    assert values(known(identifier), text)


def test_a_common_word_that_is_a_name_is_found_in_capitals_only() -> None:
    found = known(("PATIENT", "Grace Long"))
    assert values(found, "Grace has a long history; by the grace of Long") == ["Grace", "Long"]


def test_a_name_of_common_words_is_found_in_either_order() -> None:
    assert values(known(("PATIENT", "May Self")), "Self, May was seen")[-1] == "Self, May"


def test_a_word_of_medicine_that_was_once_taken_for_a_name_is_not_sought() -> None:
    assert values(known(("PATIENT", "Metformin"), score=0.8), "Metformin 500 mg") == []


def test_a_place_of_words_that_all_bear_is_not_sought() -> None:
    assert values(known(("ORGANIZATION", "Community Hospital")), "the Community Hospital") == []


def test_names_of_others_are_left() -> None:
    assert values(known(("PATIENT", "Kwame Osei")), "Ines Lindqvist denies pain") == []


def test_a_patient_called_april_is_no_month() -> None:
    found = known(("PATIENT", "April Osei"))
    assert values(found, "April came in April, on April 3 and 3 April 2023. Hello, April.") == ["April", "April"]


def test_parts_of_a_name() -> None:
    assert parts("Mary-Ann van der Berg-Ito") == ["Mary-Ann", "Berg-Ito", "Mary", "Ann", "Berg", "Ito"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("spoke to Bill today", "Bill"),
        ("and Billy came", "Billy"),
        ("Mr. Lind-\n  qvist left", "Lind-\n  qvist"),
        ("PatientLindqvist,", "Lindqvist"),
        ("LindqvistMRN", "Lindqvist"),
        ("for Lindqvist1962", "Lindqvist"),
        ("Iindqvist", "Iindqvist"),
        ("L1ndqv1st", "L1ndqv1st"),
        ("LINDQVI5T", "LINDQVI5T"),
        ("Lidnqvist", "Lidnqvist"),
        ("williamlindqvist", "williamlindqvist"),
        ("Bamard", "Bamard"),
    ],
)
def test_a_name_is_found_again_however_it_is_spoilt(text: str, value: str) -> None:
    assert value in values(known(("PATIENT", "William Lindqvist"), ("STAFF", "Ada Barnard")), text)


@pytest.mark.parametrize(
    "text",
    ["Will follow up in a week.", "The patient will return", "TED stockings", "on ART since May", "MOL of water"],
)
def test_a_nickname_that_is_a_word_is_left_where_it_is_one(text: str) -> None:
    assert values(known(("PATIENT", "William Osei"), ("STAFF", "Edward Lund"), ("RELATIVE", "Arthur Ito")), text) == []


def test_a_date_is_found_again_with_misread_figures() -> None:
    assert values(known(("DATE", "03/14/1962")), "DOB O3/l4/1962 or 03 14 1962, 3/14 of 1962") == [
        "03 14 1962",
        "O3/l4/1962",
    ]


LETTERS = st.text("abcdefghijklmnopqrstuvwxyz", min_size=7, max_size=12).map(str.title)


@given(LETTERS, st.integers(1, 5), st.sampled_from(["-\n", "-\n   ", "- \r\n"]))
def test_a_rare_name_is_found_again_broken_anywhere(name: str, at: int, joint: str) -> None:
    assume(not ordinary_words(name) and not set(name.casefold().split()) & PARTICLES)
    broken = name[:at] + joint + name[at:]
    found = known(("PATIENT", f"Kwame {name}")).search(f"Then {broken} left")
    assert any(span.start <= 5 and span.end >= 5 + len(broken) for span in found)


@given(LETTERS, st.integers(0, 20), st.sampled_from("aeiou"))
def test_a_rare_name_is_found_again_with_any_one_letter_wrong(name: str, at: int, letter: str) -> None:
    at = 1 + at % (len(name) - 1)
    typo = name[:at] + letter + name[at + 1 :]
    assume(not ordinary_words(name) and not ordinary_words(typo))
    assert typo in values(known(("PATIENT", f"Kwame {name}")), f"then {typo} left")


TERMS = Medicine.read("data/lexicon/medical_terms.txt")


@given(st.sampled_from(sorted(word for word in TERMS.words if word.isalpha() and len(word) > 5)), st.integers(0, 30))
def test_no_typo_of_a_name_is_a_clinical_term(term: str, at: int) -> None:
    at %= len(term)
    name = (term[:at] + ("x" if term[at] != "x" else "y") + term[at + 1 :]).title()
    assume(not TERMS.is_term(name))
    span = Span(0, len(name), "PATIENT", 0.9, "pattern")
    assert values(Known.gathered([name], [[span]], TERMS), f"started {term.title()} today, {term} daily") == []
