"""Sentences of charts: rewrites that the guard must let pass."""

from __future__ import annotations

import pytest

from stages import guard
from tests.test_guard_sentences import NAMES

LET_PASS = [
    ("The patient has a fever.", "The patient has fever."),
    ("Patient denies chest pain.", "The patient denies any chest pain."),
    ("He was really tired.", "He was tired."),
    ("Um, I have, uh, a headache.", "I have a headache."),
    ("10 mg BID", "10 mg twice daily"),
    ("10 mg b.i.d.", "10 mg BID"),
    ("Take 1 tablet by mouth daily.", "Take 1 tablet PO every day."),
    ("q6h", "every 6 hours"),
    ("q 6 h", "every six hours"),
    ("500 mg", "500 milligrams"),
    ("5 mcg", "5 micrograms"),
    ("10 ml", "10 cc"),
    ("for three days", "for 3 days"),
    ("12,500 units", "12500 units"),
    ("h/o asthma", "history of asthma"),
    ("w/o rales", "without rales"),
    ("s/p appendectomy", "status post appendectomy"),
    ("r/o PE", "rule out PE"),
    ("b/l edema", "bilateral edema"),
    ("LUQ tenderness", "left upper quadrant tenderness"),
    ("65 yo man", "65 y/o man"),
    ("65-year-old male", "65 year old man"),
    ("no known allergies", "NKA"),
    ("had an MI", "had a myocardial infarction"),
    ("has hypertension", "has HTN"),
    ("has high blood pressure", "has hypertension"),
    ("Cough for 2 weeks.\nNo fever.", "Cough for 2 weeks.\n\nNo fever."),
    ("no fever or chills", "no fever and no chills"),
    ("denies fever", "does not have fever"),
    ("She doesn't smoke.", "She does not smoke."),
    ("without rash", "no rash"),
    ("The abdomen is soft.", "Abdomen soft."),
    ("Lungs clear.", "The lungs are clear."),
    ("a mildly swollen knee", "a mild swollen knee"),
    ("elevated troponin", "raised troponin"),
    ("discontinued aspirin", "stopped aspirin"),
    ("her mom had cancer", "her mother had cancer"),
    ("probably viral", "probable viral"),
    ("Follow up in two weeks.", "Please follow up in 2 weeks."),
    ("SpO2 98%", "SpO2 98 %"),
    ("  extra   spaces here ", "extra spaces here"),
    ("patient's", "patient’s"),
    ("rt knee", "right knee"),
    ("the left-sided weakness", "left sided weakness"),
    ("weight 70 kg", "weight 70 kilograms"),
    ("Pain improved.", "Pain is improved."),
    ("RUQ pain, no fever", "Right upper quadrant pain, no fever"),
    ("She walks well.", "She walks."),
    ("two times a day", "twice a day"),
    ("prior stroke", "previous stroke"),
    ("walks the dog", "strolls with the dog"),
    ("He feels exhausted.", "He feels worn out."),
    ("the headache is awful", "the headache is terrible"),
    ("She lives with her husband and works as a teacher.", "She works as a teacher and lives with her husband."),
    ("Metformin 500 mg BID.", "BID metformin 500 mg."),
    ("500 mg metformin and 10 mg lisinopril", "metformin 500 mg and lisinopril 10 mg"),
    (".5 mg", "0.5 mg"),
    ("type II diabetes", "type 2 diabetes"),
    ("glucose greater than 400", "glucose more than 400"),
    ("for over 400 days", "for >400 days"),
    ("the first visit", "the 1st visit"),
    ("L hip pain", "left hip pain"),
    ("She was unable to walk.", "She cannot walk."),
    ("no fever or chills", "no chills or fever"),
    ("Severe pneumonia and metformin 500 mg daily.", "Severe, um, pneumonia and really metformin 500 mg every day."),
    ("acute MI", "acute heart attack"),
]


@pytest.mark.parametrize(("before", "after"), LET_PASS)
def test_lets_pass(before: str, after: str) -> None:
    assert guard.changed(before, after, NAMES) == []
    assert guard.changed(after, before, NAMES) == []


def test_there_are_many_rewrites() -> None:
    assert len(set(LET_PASS)) >= 30
