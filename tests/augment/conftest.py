"""A small lexicon and an example."""

from __future__ import annotations

from pathlib import Path

import pytest

from stages.augment.names import Groups, names_of
from stages.guard import Names
from stages.records import Example

TABLE: Groups = (
    ("myocardial infarction", "heart attack", "MI"),
    ("hypertension", "high blood pressure", "HTN"),
    ("cough", "tussis"),
    ("pulmonary embolism", "PE", "lung embolism"),
    ("multiple sclerosis", "MS"),
    ("mitral stenosis", "MS"),
)
TERMS = ["chest pain", "metformin", "cough", "fever"]
DIALOGUE = (
    "Doctor: Well, what brings you to the clinic, please?\n"
    "Patient: I had a heart attack and high blood pressure, and the stairs make me really tired.\n"
    "Doctor: Do you take metformin 500 mg twice a day? Is the left knee still swollen?\n"
    "Patient: Just the cough, no fever, and my shoes feel quite tight at work."
)


@pytest.fixture
def names() -> Names:
    return names_of(TABLE, TERMS)


@pytest.fixture
def parent() -> Example:
    return Example(
        "parent",
        "hpi",
        "g1",
        "Write the HPI.",
        "HPI: cough.",
        DIALOGUE,
        records=("r1",),
        surrogates=("Ann",),
        category="c",
    )


@pytest.fixture
def lexicon(tmp_path: Path) -> tuple[Path, Path]:
    rows = [f"{group[0]},{name}" for group in TABLE for name in group[1:]]
    (tmp_path / "synonyms.csv").write_text("\n".join(["term,synonym", *rows]) + "\n")
    (tmp_path / "terms.txt").write_text("\n".join(TERMS) + "\n")
    return tmp_path / "synonyms.csv", tmp_path / "terms.txt"
