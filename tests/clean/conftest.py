"""A small lexicon."""

from __future__ import annotations

from pathlib import Path

import pytest

from stages.params.clean import Clean

ABBREVIATIONS = """abbreviation,expansion,context
HTN,hypertension,
pt,patient,
SOB,shortness of breath,
CP,chest pain,denies chest radiating pressure
CP,cerebral palsy,spastic birth neurology
MS,multiple sclerosis,lesions neurology
MS,mitral stenosis,murmur valve
OR,operating room,surgery
no,number,house
mg,magnesium,
RUQ,left upper quadrant,
LLE,left lower extremity,
c/o,complains of,
NKDA,no known drug allergies,
BID,twice a day,
"""
TERMS = """hypertension
hypotension
metformin
metoprolol
hydralazine
hydroxyzine
pneumonia
auscultation
tachycardia
chest pain
"""


@pytest.fixture
def lexicon(tmp_path: Path) -> Clean:
    (tmp_path / "abbreviations.csv").write_text(ABBREVIATIONS)
    (tmp_path / "terms.txt").write_text(TERMS)
    return Clean(
        operators=["boilerplate", "copy_forward", "typos", "abbreviations"],
        abbreviations=str(tmp_path / "abbreviations.csv"),
        terms=str(tmp_path / "terms.txt"),
        most_edits=2,
        repeated_in=3,
    )
