"""Names that count as the same by the table of synonyms."""

from __future__ import annotations

import pytest

from stages.evaluate.scorers.ranked import Ranked, Synonyms
from tests.evaluate.answers import answer, value


@pytest.fixture
def synonyms(tmp_path) -> Synonyms:  # type: ignore[no-untyped-def]
    path = tmp_path / "synonyms.csv"
    rows = [
        "term,synonym",
        "hypertension,high blood pressure",
        "type 2 diabetes mellitus,T2DM",
        "diabetes mellitus,type 1 diabetes mellitus",
        "diabetes mellitus,type 2 diabetes mellitus",
        "diabetes mellitus,T1DM",
        "thyroid disease,hypothyroidism",
        "thyroid disease,hyperthyroidism",
        "stroke,left hemispheric stroke",
        "stroke,right hemispheric stroke",
    ]
    path.write_text("\n".join(rows) + "\n")
    return Synonyms.read(path)


@pytest.mark.parametrize(
    ("gold", "said", "right"),
    [
        ("hypertension", "high blood pressure", True),
        ("High blood pressure", "Hypertension", True),
        ("type 2 diabetes mellitus", "T2DM", True),
        ("Type II diabetes mellitus", "type 2 diabetes mellitus", True),
        ("type 2 diabetes mellitus", "type 1 diabetes mellitus", False),
        ("T1DM", "type 2 diabetes mellitus", False),
        ("hypothyroidism", "hyperthyroidism", False),
        ("left hemispheric stroke", "right hemispheric stroke", False),
        ("hypertension", "portal hypertension", False),
    ],
)
def test_synonyms_match_and_types_do_not(synonyms: Synonyms, gold: str, said: str, right: bool) -> None:
    assert value(Ranked(synonyms), "top1_accuracy", [answer(gold, said)]) == float(right)


def test_a_synonyms_file_without_its_columns_is_named(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "synonyms.csv"
    path.write_text("a,b\n")
    with pytest.raises(ValueError, match=r"synonyms\.csv: expected the columns term,synonym, found a,b"):
        Synonyms.read(path)
