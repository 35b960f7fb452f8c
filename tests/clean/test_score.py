"""Corrections against gold: what counts as right, as wrong, and as nobody's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from stages.clean.score import read_gold, score
from stages.clean.step import Cleaned
from stages.keys import Key
from stages.records import Origin, Record

KEY = Key(b"k" * 32)


def gold(folder: Path, form: str, typed: list[list[str]]) -> Path:
    line = {"source": "notes", "file": "a.txt", "row": None, "format": form, "typed": typed}
    (folder / "typed.jsonl").write_text(json.dumps(line) + "\n")
    return folder


def record(text: str) -> Record:
    origin = Origin(KEY.id("file", "notes", "a.txt"), "0", "text")
    return Record("r", "notes", "g", "document", origin, text=text)


def scored(folder: Path, form: str, text: str, changes: list[tuple[str, str, str]], typed: list[list[str]]) -> dict:
    log = tuple(("text", what, 0, 1, before, after) for what, before, after in changes)
    found = read_gold(gold(folder, form, typed), KEY)
    return score(found, [record(text)], [Cleaned(record(text), log)], {"CP", "HTN"})


TYPED = [
    ["typos", "paitent", "patient"],
    ["typos", "hypertnsion", "hypertension"],
    ["typos", "lostt", "lost"],
    ["abbreviations", "CP", "chest pain"],
    ["abbreviations", "BID", "twice daily"],
]


def test_right_wrong_and_left(tmp_path: Path) -> None:
    text = "paitent with CP, hypertnsion, rae HTN BID"
    changes = [
        ("typos", "paitent", "patient"),
        ("typos", "rae", "are"),
        ("abbreviations", "CP", "cerebral palsy"),
        ("abbreviations", "HTN", "Hypertension"),  # nobody planted it: not judged
    ]
    assert scored(tmp_path, "pdf", text, changes, TYPED) == {
        "typos": {"planted": 2, "recall": 0.5, "judged": 2, "precision": 0.5},  # "lostt" never reached this stage
        "abbreviations": {"planted": 1, "recall": 0.0, "judged": 1, "precision": 0.0},  # BID stays by intent
    }


def test_errors_of_ocr_are_not_judged(tmp_path: Path) -> None:
    changes = [("typos", "paitent", "patient"), ("typos", "rnild", "mild")]
    numbers = scored(tmp_path, "scan.pdf", "paitent rnild", changes, TYPED)
    assert numbers["typos"] == {"planted": 1, "recall": 1.0, "judged": 1, "precision": 1.0}


def test_over_nothing_there_is_no_rate(tmp_path: Path) -> None:
    numbers = scored(tmp_path, "pdf", "well", [], [])
    assert numbers["typos"] == {"planted": 0, "recall": None, "judged": 0, "precision": None}


def test_missing_gold_is_told_with_its_key(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"typed\.jsonl: no gold there; `clean\.gold`"):
        read_gold(tmp_path, KEY)
