"""Eponyms, drugs, labs and scores are no names, also where a patient bears the eponym's name."""

from __future__ import annotations

from pathlib import Path

import pytest

from stages.deidentify.medicine import Medicine

MEDICINE = Medicine.read(str(Path(__file__).parents[2] / "data/lexicon/medical_terms.txt"))
EPONYMS = """\
Parkinson's disease|Parkinson disease|Alzheimer's dementia|Foley catheter|Foley was removed|Hodgkin lymphoma
Crohn's disease|Crohn's of the ileum|Cushing's syndrome|Addison's disease|Graves' disease
Hashimoto's thyroiditis|Bell's palsy|Babinski sign|Babinski was negative|Romberg test|Romberg sign
Murphy's sign|McBurney's point|Rovsing's sign|Kernig's sign|Brudzinski sign|Homans sign|Glasgow Coma Scale
Apgar scores|Wells score|Wells criteria|Ranson criteria|Doppler ultrasound|Holter monitor|Swan-Ganz catheter
Hickman line|Whipple procedure|Heimlich maneuver|Valsalva maneuver|Epley maneuver|Dix-Hallpike test
Trendelenburg position|Raynaud's phenomenon|Sjogren's syndrome|Marfan syndrome|Down syndrome|Turner syndrome
Klinefelter syndrome|Guillain-Barre syndrome|Huntington's chorea|Tourette syndrome|Wilson's disease
Paget's disease|Barrett's esophagus|Meckel's diverticulum|Colles fracture|Baker's cyst|Dupuytren's contracture
Wernicke encephalopathy|Korsakoff syndrome|Kaposi sarcoma|Burkitt lymphoma|Ewing sarcoma|Gram stain
Coombs test|Mantoux test|Gleason score|Mohs surgery|Kegel exercises|Osler nodes|Janeway lesions
Heberden's nodes|Bouchard's nodes|Virchow's node|Wolff-Parkinson-White syndrome|Ringer's lactate|Lachman test
McMurray test|Phalen's test|Tinel's sign|Chvostek's sign|Trousseau's sign|Kussmaul respirations
Cheyne-Stokes breathing|Adams-Stokes attack|Child-Pugh score|Charcot joint|Reye's syndrome"""
FORMS = [phrase for line in EPONYMS.splitlines() for phrase in line.split("|")]


@pytest.mark.parametrize("phrase", FORMS)
def test_an_eponym_is_no_name(phrase: str) -> None:
    text = f"Found {phrase} today."
    end = len("Found ") + len(phrase.split()[0])
    assert MEDICINE.stands_at(text, len("Found "), end)


@pytest.mark.parametrize(
    "text", ["Wilson denies pain", "Mr. Foley left", "Graves, Ann", "Dr. Bell signed", "Baker came"]
)
def test_a_bearer_of_the_name_is_a_person(text: str) -> None:
    name = next(word for word in ("Wilson", "Foley", "Graves", "Bell", "Baker") if word in text)
    at = text.index(name)
    assert not MEDICINE.names_a_finding(text, at, at + len(name))


@pytest.mark.parametrize(
    "term", ["metformin", "lisinopril", "warfarin", "hemoglobin", "creatinine", "troponin", "asthma"]
)
def test_drugs_labs_and_diseases_are_terms_in_any_case(term: str) -> None:
    assert MEDICINE.stands_at(f"{term.title()} was noted", 0, len(term))
    assert MEDICINE.stands_at(f"{term.upper()} was noted", 0, len(term))
