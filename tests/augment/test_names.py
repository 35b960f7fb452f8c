"""Tables of synonyms: ours, and the form of UMLS."""

from __future__ import annotations

from pathlib import Path

import pytest

from stages.augment.names import names_of, phrases, read_csv, read_table

ROWS = [
    ("C0004096", "ENG", "Asthma", "N"),
    ("C0004096", "ENG", "asthma", "N"),
    ("C0004096", "ENG", "Asthma, bronchial", "N"),
    ("C0004096", "ENG", "Bronchial asthma", "N"),
    ("C0004096", "ENG", "Asthma NOS", "N"),
    ("C0004096", "ENG", "Asthma (disorder)", "N"),
    ("C0004096", "ENG", "Old asthma name", "O"),
    ("C0004096", "SPA", "asma", "N"),
    ("C0020538", "ENG", "Hypertension", "N"),
    ("C0020538", "ENG", "High blood pressure", "N"),
    ("C0027051", "ENG", "Myocardial infarction", "N"),
    ("C0027051", "ENG", "Heart attack", "N"),
]


def mrconso(path: Path, rows: list[tuple[str, str, str, str]]) -> Path:
    lines = [f"{cui}|{lang}|P|L1|PF|S1|Y|A1||||MSH|MH|D1|{name}|0|{gone}||\n" for cui, lang, name, gone in rows]
    path.write_text("".join(lines))
    return path


def test_concepts_of_umls_that_the_texts_name(tmp_path: Path) -> None:
    table = mrconso(tmp_path / "MRCONSO.RRF", ROWS)
    texts = ["She has bronchial asthma.", "No HEART attack"]
    assert read_table(table, texts) == (("Asthma", "Bronchial asthma"), ("Myocardial infarction", "Heart attack"))
    assert read_table(table, ["nothing"]) == ()


def test_a_broken_table_of_umls_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "MRCONSO.RRF"
    path.write_text("C1|ENG|asthma\n")
    with pytest.raises(ValueError, match=r"MRCONSO\.RRF:1: expected 18 fields between bars, found 3"):
        read_table(path, ["x"])
    mrconso(path, ROWS[::-1])
    with pytest.raises(ValueError, match=r"RRF:3: concepts are not in order; sort the file"):
        read_table(path, ["x"])


def test_our_table(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text("term,synonym\nasthma,bronchial asthma\nflu,influenza\nasthma,reactive airway disease\n")
    assert read_csv(path) == (("asthma", "bronchial asthma", "reactive airway disease"), ("flu", "influenza"))
    path.write_text("term,synonym\nasthma,\n")
    with pytest.raises(ValueError, match=r"s\.csv:2: a term and its synonym"):
        read_csv(path)
    path.write_text("a,b\n")
    with pytest.raises(ValueError, match=r"s\.csv: column 'synonym' is missing"):
        read_csv(path)


def test_terms_stand_beside_the_groups() -> None:
    names = names_of((("asthma", "bronchial asthma"),), ["Asthma", "fever"])
    assert names.at(["bronchial", "asthma"], 0) == (2, "asthma")
    assert names.at(["fever"], 0) == (1, "fever")


def test_phrases_reach_over_five_words() -> None:
    found = phrases(["One two three four five six"])
    assert "two three four five six" in found
    assert "one two three four five six" not in found
