"""Every net of patterns with what it must find and what it must leave."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from stages.deidentify.names import names
from stages.deidentify.numbers import numbers
from stages.deidentify.places import places
from stages.deidentify.spans import resolved
from stages.deidentify.times import times
from stages.records import Span

SURE = 0.4


def found(net: Callable[[str], Iterable[Span]], text: str) -> list[tuple[str, str]]:
    spans = resolved(text, [span for span in net(text) if span.score >= SURE])
    return [(span.label, text[span.start : span.end]) for span in spans]


@pytest.mark.parametrize(
    ("text", "label", "value"),
    [
        ("MRN: 1234567", "MRN", "1234567"),
        ("medical record number is A1234567.", "MRN", "A1234567"),
        ("MRN-1234567 was opened", "MRN", "MRN-1234567"),
        ("Acct #: ACC-12345678", "ACCOUNT", "ACC-12345678"),
        ("billing account number 0123456789", "ACCOUNT", "0123456789"),
        ("Member ID XQH123456789", "HEALTH_PLAN", "XQH123456789"),
        ("Medicare 1EG4-TE5-MK72", "HEALTH_PLAN", "1EG4-TE5-MK72"),
        ("driver's license S123-4567-8901", "LICENSE", "S123-4567-8901"),
        ("NPI 1234567893", "LICENSE", "1234567893"),
        ("SSN 912-33-4444", "SSN", "912-33-4444"),
        ("social security number: 912334444", "SSN", "912334444"),
        ("Tel (617) 555-0123", "PHONE", "(617) 555-0123"),
        ("call me at 617.555.0123 ext. 44", "PHONE", "617.555.0123 ext. 44"),
        ("+1 617 555 0123", "PHONE", "+1 617 555 0123"),
        ("+44 20 7946 0958", "PHONE", "+44 20 7946 0958"),
        ("Fax: 617-555-0199", "FAX", "617-555-0199"),
        ("please fax it to 617-555-0199", "FAX", "617-555-0199"),
        ("pager 12345", "PHONE", "12345"),
        ("extension 4471", "PHONE", "4471"),
        ("write to kosei12@example.org today", "EMAIL", "kosei12@example.org"),
        ("Patient: kosei12@example.org.\nDoctor: Fine.", "EMAIL", "kosei12@example.org"),
        ("kosei12@example.\norg", "EMAIL", "kosei12@example.\norg"),
        ("kosei12 @ example . org", "EMAIL", "kosei12 @ example . org"),
        ("kwame dot osei at example dot org", "EMAIL", "kwame dot osei at example dot org"),
        ("see https://my.example.org/p/kosei.", "URL", "https://my.example.org/p/kosei"),
        ("www.kosei-family.net", "URL", "www.kosei-family.net"),
        ("from 192.0.2.17 at night", "IP", "192.0.2.17"),
        ("2001:0db8:85a3:0000:0000:8a2e:0370:7334", "IP", "2001:0db8:85a3:0000:0000:8a2e:0370:7334"),
        ("MAC 00:1B:44:11:3A:B7", "DEVICE", "00:1B:44:11:3A:B7"),
        ("pacemaker serial number SN-1234567", "DEVICE", "SN-1234567"),
        ("License plate ABC-1234", "VEHICLE", "ABC-1234"),
        ("1HGBH41JXMN109186", "VEHICLE", "1HGBH41JXMN109186"),
        ("fingerprint template FP-123456", "BIOMETRIC", "FP-123456"),
        ("voiceprint VOICE-1234-5678", "BIOMETRIC", "VOICE-1234-5678"),
        ("Accession No. S-12-34567", "OTHER_ID", "S-12-34567"),
        ("username: kosei_px", "OTHER_ID", "kosei_px"),
        ("enrolled as TR-1234-12", "OTHER_ID", "TR-1234-12"),
        ("photo IMG_1234.jpg", "OTHER_ID", "IMG_1234.jpg"),
        ("token 8fa3c21b77e0", "OTHER_ID", "8fa3c21b77e0"),
    ],
)
def test_numbers_are_found_under_their_label(text: str, label: str, value: str) -> None:
    assert (label, value) in found(numbers, text)


@pytest.mark.parametrize(
    "text",
    [
        "BP 120/80, HR 72, RR 16, SpO2 98 %",
        "platelets 250000, WBC 11.2, sodium 140",
        "ICD-10 E11.9, CPT 99213, LOINC 2345-7",
        "SNOMED 44054006",
        "NCT01234567",
        "penicillin 1200000 units",
        "disc disease at T10-L12, COVID-19, SARS-CoV-2, CYP2C19, HLA-B27, CA19-9",
        "from 2019-2023",
        "vitamin B12 1000 mcg, metformin 500 mg",
        "range 140-180",
    ],
)
def test_numbers_of_medicine_are_left(text: str) -> None:
    assert found(numbers, text) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on 03/14/2023", "03/14/2023"),
        ("3/4/23", "3/4/23"),
        ("2023-03-14", "2023-03-14"),
        ("14.03.2023", "14.03.2023"),
        ("March 14th, 2023", "March 14th, 2023"),
        ("the 14th of March", "14th of March"),
        ("Tuesday, March 14, 2023", "Tuesday, March 14, 2023"),
        ("14-Mar-2023", "14-Mar-2023"),
        ("seen on 3/14 again", "3/14"),
        ("Labs of 4/5 (WBC 15)", "4/5"),
        ("last seen 7/10 by", "7/10"),
        ("since March", "March"),
        ("early May", "May"),
        ("March fourteenth, two thousand twenty-three", "March fourteenth, two thousand twenty-three"),
        ("03/2023", "03/2023"),
        ("DOB 19580314", "19580314"),
        ("March 14-16, 2023", "March 14-16, 2023"),
        ("at Thanksgiving", "Thanksgiving"),
    ],
)
def test_dates_are_found(text: str, value: str) -> None:
    assert ("DATE", value) in found(times, text)


@pytest.mark.parametrize(
    "text",
    [
        "BP 120/80",
        "pain 3/10",
        "strength 5/5",
        "strength of 4/5",
        "pain when last seen 7/10",
        "murmur 2/6",
        "may have pain",
        "she will march on",
        "visual acuity 20/40",
        "for 3 weeks",
    ],
)
def test_scores_and_fractions_are_no_dates(text: str) -> None:
    assert found(times, text) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a 93-year-old woman", "93"),
        ("93 y/o F", "93"),
        ("Age: 91", "91"),
        ("he is ninety-three years old", "ninety-three"),
        ("aged 101", "101"),
        ("I am 94, doctor", "94"),
        ("95F with cough", "95"),
        ("in her nineties", "nineties"),
        ("a nonagenarian", "nonagenarian"),
        ("her 95th birthday", "95"),
    ],
)
def test_ages_over_89_are_found(text: str, value: str) -> None:
    assert ("AGE", value) in found(times, text)


@pytest.mark.parametrize(
    "text", ["a 63-year-old woman", "89 years old", "HR 93", "weight 93 kg", "SpO2 94 %", "age 45", "91 mg"]
)
def test_younger_ages_and_measures_are_left(text: str) -> None:
    assert found(times, text) == []


@pytest.mark.parametrize(
    ("text", "label", "value"),
    [
        ("lives at 123 Main St, Apt 4B.", "LOCATION", "123 Main St, Apt 4B"),
        ("742 West Kristen Squares", "LOCATION", "742 West Kristen Squares"),
        ("P.O. Box 1234", "LOCATION", "P.O. Box 1234"),
        ("Alderfield, OH 44101", "LOCATION", "Alderfield"),
        ("Alderfield, OH 44101-1234", "LOCATION", "44101-1234"),
        ("zip code 02139", "LOCATION", "02139"),
        ("seen at Elderford General Hospital", "ORGANIZATION", "Elderford General Hospital"),
        ("St. Ines Medical Center", "ORGANIZATION", "St. Ines Medical Center"),
        ("ELDERFORD GENERAL HOSPITAL", "ORGANIZATION", "ELDERFORD GENERAL HOSPITAL"),
    ],
)
def test_places_are_found(text: str, label: str, value: str) -> None:
    assert (label, value) in found(places, text)


@pytest.mark.parametrize(
    "text",
    ["the hospital", "in the pain clinic", "Primary Care Clinic", "lives in Ohio", "5 mg daily", "Lindqvist, MD"],
)
def test_places_that_everybody_has_are_left(text: str) -> None:
    assert found(places, text) == []


@pytest.mark.parametrize(
    ("text", "label", "value"),
    [
        ("Patient: Osei, Kwame   MRN: 1", "PATIENT", "Osei, Kwame"),
        ("patient name: kwame osei", "PATIENT", "kwame osei"),
        ("Mr. Osei denies pain", "PATIENT", "Osei"),
        ("My name is Hope Young.", "PATIENT", "Hope Young"),
        ("Dr. Ines Lindqvist agrees", "STAFF", "Ines Lindqvist"),
        ("seen by Ama Mensah, RN", "STAFF", "Ama Mensah"),
        ("Attending: Lindqvist, Ines", "STAFF", "Lindqvist, Ines"),
        ("Electronically signed by Ines Lindqvist", "STAFF", "Ines Lindqvist"),
        ("Nurse Adjei", "STAFF", "Adjei"),
        ("her husband Yaw Osei", "RELATIVE", "Yaw Osei"),
        ("Emergency contact: Yaw Boateng", "RELATIVE", "Yaw Boateng"),
        ("Yaw Boateng (brother)", "RELATIVE", "Yaw Boateng"),
        ("Initials: K.O.", "PATIENT", "K.O."),
        ("Mr. van der Berg", "PATIENT", "van der Berg"),
    ],
)
def test_names_are_found_with_their_role(text: str, label: str, value: str) -> None:
    assert (label, value) in found(names, text)


@pytest.mark.parametrize(
    "text",
    [
        "Mother: Diabetes",
        "the patient reports pain",
        "Patient denies fever",
        "FAMILY HISTORY",
        "Nurse practitioner",
        "the doctor came",
    ],
)
def test_words_beside_titles_are_no_names(text: str) -> None:
    assert found(names, text) == []


def test_who_speaks_is_no_header_of_a_name() -> None:
    talk = "Doctor: Morning.\nPatient: Chest pain\nDoctor: Since when?\nPatient: Two days\n"
    assert found(names, talk) == []


def test_a_doctor_who_introduces_himself_is_staff() -> None:
    assert ("STAFF", "Ines Lindqvist") in found(names, "Doctor: My name is Ines Lindqvist.\n")
