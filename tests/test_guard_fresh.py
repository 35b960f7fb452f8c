"""A second list of sentences, written without looking at the rules: at least two of every category."""

from __future__ import annotations

import pytest

from stages import guard

NAMES = guard.Names.of([["myocardial infarction", "MI"], ["pulmonary embolism", "PE"], ["asthma"], ["eczema"]])
HELD_BACK = [
    # numbers, doses and units
    ("numbers", "Hgb dropped from 11.2 to 8.9.", "Hgb dropped from 11.2 to 9.8."),
    ("numbers", "Two of four blood cultures grew.", "Four of four blood cultures grew."),
    ("numbers", "He is G2P1.", "He is G3P1."),
    ("numbers", "1:1000 adrenaline", "1:10,000 adrenaline"),
    ("doses", "Potassium chloride 20 mEq", "Potassium chloride 20 mmol"),
    ("doses", "0.05 mcg/kg/min", "0.05 mg/kg/min"),
    ("units", "a few drops in each eye, 5 mL", "a few drops in each eye, 5 L"),
    ("units", "lactate in mmol", "lactate in mg"),
    # how often, by which way
    ("schedules", "Apixaban 5 mg b.i.d.", "Apixaban 5 mg daily."),
    ("schedules", "Vancomycin q12h", "Vancomycin q8h"),
    ("schedules", "ondansetron 4 mg IM", "ondansetron 4 mg SL"),
    # negation
    ("negation", "He has neither rash nor fever.", "He has rash and fever."),
    ("negation", "No longer short of breath.", "Short of breath."),
    ("negation", "There is fever but no rash.", "There is rash but no fever."),
    ("negation", "The scan was negative for PE.", "The scan was diagnostic for PE."),
    ("negation", "Murmur is absent.", "Murmur is audible."),
    ("negation", "She can't lie flat.", "She can lie flat."),
    # doubt
    ("certainty", "Cellulitis versus DVT.", "Cellulitis and DVT."),
    ("certainty", "Findings could represent a fracture.", "Findings represent a fracture."),
    # sides
    ("laterality", "Amputation of the left foot.", "Amputation of the right foot."),
    ("laterality", "Rt. carotid bruit", "Lt. carotid bruit"),
    ("laterality", "LLL infiltrate", "RLL infiltrate"),
    ("laterality", "lateral malleolus", "medial malleolus"),
    # time
    ("temporality", "Antibiotics were given pre-op.", "Antibiotics were given post-op."),
    ("temporality", "Seen on Monday.", "Seen on Friday."),
    ("temporality", "Surgery in March.", "Surgery in October."),
    ("temporality", "Fasting glucose was measured.", "Random glucose was measured."),
    ("temporality", "A postpartum hemorrhage.", "An antepartum hemorrhage."),
    ("temporality", "Morning headaches.", "Evening headaches."),
    ("temporality", "She rarely drinks.", "She often drinks."),
    # qualifiers
    ("qualifiers", "Barely responsive.", "Responsive."),
    ("qualifiers", "A central line was placed.", "A peripheral line was placed."),
    ("qualifiers", "superficial vein thrombosis", "deep vein thrombosis"),
    ("qualifiers", "expiratory stridor", "inspiratory stridor"),
    ("qualifiers", "sensory deficit", "motor deficit"),
    ("qualifiers", "He was intubated.", "He was extubated."),
    ("qualifiers", "viral meningitis", "bacterial meningitis"),
    ("qualifiers", "The abdomen is rigid.", "The abdomen is soft."),
    ("qualifiers", "Extremities are cool.", "Extremities are warm."),
    ("qualifiers", "epidural hematoma", "subdural hematoma"),
    ("qualifiers", "secondary hyperparathyroidism", "primary hyperparathyroidism"),
    ("qualifiers", "hypokalemia", "hyperkalemia"),
    # whose it is
    ("people", "Her niece has epilepsy.", "Her nephew has epilepsy."),
    ("people", "His partner smokes.", "He smokes."),
    # drugs and diagnoses
    ("names", "Known asthma.", "Known eczema."),
    ("names", "Worked up for MI.", "Worked up for PE."),
    ("drugs", "Celebrex was refilled.", "Celexa was refilled."),
    ("drugs", "quinidine 200 mg", "quinine 200 mg"),
    ("drugs", "cycloserine level", "cyclosporine level"),
    ("drugs", "dopamine drip", "dobutamine drip"),
    ("drugs", "Lamictal 25 mg", "Lamisil 25 mg"),
    # headers, and what belongs to what
    ("sections", "Allergies: none known", "Problems: none known"),
    ("sections", "PAST SURGICAL HISTORY:\nNone.", "PAST MEDICAL HISTORY:\nNone."),
    ("relations", "Mild asthma and severe eczema.", "Severe asthma and mild eczema."),
    ("relations", "Acute asthma, chronic eczema.", "Chronic asthma, acute eczema."),
]
LET_PASS = [
    ("Antibiotics were given preop.", "Antibiotics were given preoperatively."),
    ("antenatal visit", "prenatal visit"),
    ("She seldom drinks.", "She rarely drinks."),
    ("He frequently coughs.", "He often coughs."),
    ("his child is well", "his children is well"),
    ("BP 120/80 today, feels fine.", "BP 120/80 today; she feels fine."),
    ("took Celexa for years", "had taken Celexa for years"),
]


@pytest.mark.parametrize(("category", "before", "after"), HELD_BACK)
def test_holds_back(category: str, before: str, after: str) -> None:
    assert category in guard.changed(before, after, NAMES)
    assert category in guard.changed(after, before, NAMES)


@pytest.mark.parametrize(("before", "after"), LET_PASS)
def test_lets_pass(before: str, after: str) -> None:
    assert "negation" not in guard.changed(before, after, NAMES)
    assert guard.changed(before, after, NAMES) in ([], ["people"])


def test_every_category_has_two() -> None:
    for category in guard.CATEGORIES:
        assert sum(found == category for found, _, _ in HELD_BACK) >= 2
