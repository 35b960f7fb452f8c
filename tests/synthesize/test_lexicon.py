"""The lexicon in data/lexicon knows what the clinic says."""

from __future__ import annotations

import csv
import re
from importlib.resources import files
from pathlib import Path

import pytest

from stages.synthesize.conditions import clinic
from stages.synthesize.wording import pools

LEXICON = Path("data/lexicon")


def _rows(name: str) -> list[dict[str, str]]:
    with (LEXICON / name).open(newline="") as file:
        return list(csv.DictReader(file))


def _terms() -> set[str]:
    lines = (LEXICON / "medical_terms.txt").read_text().splitlines()
    return {line for line in lines if line and not line.startswith("#")}


def test_every_condition_has_another_name() -> None:
    known = {row["term"] for row in _rows("synonyms.csv")}
    assert {condition.name for condition in clinic().conditions} <= known


def test_no_synonym_joins_two_terms() -> None:
    """Names that count as one diagnosis are the classes that the table's pairs form."""
    term_of: dict[str, str] = {}
    for row in _rows("synonyms.csv"):
        assert row["term"] != row["synonym"]
        for name in (row["term"], row["synonym"]):
            assert term_of.setdefault(name.lower(), row["term"]) == row["term"]


def test_terms_hold_every_clinical_word_of_the_clinic() -> None:
    english = (files("symspellpy") / "frequency_dictionary_en_82_765.txt").read_text(encoding="utf-8-sig")
    plain = {line.split(" ")[0] for line in english.splitlines()}
    terms = _terms()
    words = {word for term in terms for word in re.findall(r"[a-z0-9-]+", term)}
    for condition in clinic().conditions:
        assert condition.name in terms
        told = (*condition.marks, *condition.common, *condition.exam, condition.test, condition.treatment)
        for word in re.findall(r"[a-z-]{4,}", " ".join(told).lower()):
            assert word in words or word in plain, word
    for history in clinic().histories:
        assert history.name.lower() in terms
        assert {name for name, _, _ in history.medicines} <= terms


def test_terms_are_in_order_and_unique() -> None:
    lines = [line for line in (LEXICON / "medical_terms.txt").read_text().splitlines() if not line.startswith("#")]
    assert lines == sorted(set(lines))
    assert all(line == line.strip().lower() for line in lines)


@pytest.mark.parametrize("short", ["MS", "RA", "CP", "PT", "PE", "MI", "OR"])
def test_ambiguous_abbreviations_need_context(short: str) -> None:
    assert all(row["context"] for row in _rows("abbreviations.csv") if row["abbreviation"] == short)


def test_what_reports_abbreviate_can_be_spelled_out() -> None:
    known = {row["abbreviation"]: row["expansion"] for row in _rows("abbreviations.csv")}
    kept = {"TID", "QID", "BID", "PRN"}  # schedules stay as they are written
    for short in {*pools("reports")["abbreviations"].values()} - kept:
        assert short.rstrip(".").split()[0] in known, short


def test_a_report_header_names_a_section() -> None:
    text = (LEXICON / "sections.txt").read_text().lower()
    known = {name.strip() for line in text.splitlines() if ":" in line for name in re.split("[:,]", line)}
    for headers in pools("reports")["headers"].values():
        assert {header.lower() for header in headers if header} <= known
