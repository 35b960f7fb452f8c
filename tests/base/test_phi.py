from __future__ import annotations

import hashlib
import random
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.base.phi import Note, read_notes, train_phi, varied
from stages.params.base import Base
from stages.records import Span

FIRST = [
    "Kwame", "Ama", "Yaw", "Efua", "Kofi", "Abena", "Kojo", "Esi", "Ines", "Lars", "Maja", "Nils", "Petra", "Olaf",
    "Signe", "Tove",
]  # fmt: skip
LAST = ["Osei", "Mensah", "Adjei", "Boateng", "Lindqvist", "Berg", "Dahl", "Holm", "Strand", "Vik", "Nygaard", "Aas"]
FORMS = ("Patient {} was seen with chest pain.", "Mr. {} denies fever.", "The patient, {}, takes metformin daily.")


def note(rng: random.Random) -> Note:
    name = f"{rng.choice(FIRST)} {rng.choice(LAST)}"
    before, after = rng.choice(FORMS).split("{}")
    return Note(before + name + after, (Span(len(before), len(before) + len(name), "PATIENT"),))


def write(folder: Path) -> Path:
    rng = random.Random(3)
    for name, number in (("train", 120), ("dev", 30)):
        notes = [note(rng) for _ in range(number)]
        lines = [
            {"text": n.text, "spans": [{"start": s.start, "end": s.end, "label": s.label} for s in n.spans]}
            for n in notes
        ]
        (folder / f"{name}.jsonl").write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in lines))
    return folder


def declared(steps: int) -> Base:
    schooling = {"steps": steps, "batch": 8, "learning_rate": 5e-3, "warmup": 5, "length": 64}
    return Base.model_validate({"kind": "spacy", "origin": "scratch", "needs": "notes", "schooling": schooling})


def digest(folder: Path) -> str:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return hashlib.sha256(b"".join(str(p.relative_to(folder)).encode() + p.read_bytes() for p in files)).hexdigest()


def test_it_learns_and_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    corpus = write(tmp_path)
    first = train_phi(declared(40), 7, corpus, tmp_path / "a")
    assert first["span_recall"] > 0.8
    assert first["precision"] > 0.8
    assert train_phi(declared(40), 7, corpus, tmp_path / "b") == first
    assert digest(tmp_path / "a") == digest(tmp_path / "b")


def test_no_word_of_the_notes_is_in_the_model(tmp_path: Path) -> None:
    train_phi(declared(3), 7, write(tmp_path), tmp_path / "a")
    saved = b"".join(path.read_bytes() for path in (tmp_path / "a").rglob("*") if path.is_file())
    assert not [name for name in LAST if len(name) > 4 and name.encode() in saved]


@given(st.randoms(use_true_random=False))
def test_a_varied_note_keeps_its_words_around_the_names(rng: random.Random) -> None:
    old = note(rng)
    new = varied(old, rng)
    (was,), (now,) = old.spans, new.spans
    assert new.text[: now.start].lower() == old.text[: was.start].lower()
    assert new.text[now.end :].lower() == old.text[was.end :].lower()
    assert new.text[now.start : now.end].strip()


def test_a_span_outside_its_text_is_told(tmp_path: Path) -> None:
    path = tmp_path / "train.jsonl"
    path.write_bytes(b'{"text": "Osei", "spans": [{"start": 2, "end": 9, "label": "PATIENT"}]}\n')
    with pytest.raises(ValueError, match=r"train\.jsonl:1") as caught:
        list(read_notes(path))
    assert "Osei" not in str(caught.value)
