"""The annotated notes: gold that fits its text, and nothing of the held-out side."""

from __future__ import annotations

import json
import random
import re
from collections import Counter

import pytest

from stages.records import Span
from stages.synthesize import names, notes
from stages.synthesize.fill import FACTS, SLOT, Filled
from stages.synthesize.wording import pools

NOTES = [notes.make_note(random.Random(seed)) for seed in range(300)]
LABELS = {*FACTS.values(), "PATIENT", "RELATIVE", "STAFF", "DATE", "AGE"}


def test_spans_are_in_order_within_the_text_and_tight():
    for note in NOTES:
        end = 0
        for span in note.spans:
            assert end <= span.start < span.end <= len(note.text)
            assert note.text[span.start : span.end].strip() == note.text[span.start : span.end]
            end = span.end


def test_every_label_is_taught_often():
    counts = Counter(span.label for note in NOTES for span in note.spans)
    assert set(counts) == LABELS
    assert min(counts.values()) >= 15


def test_many_sentences_have_nothing_to_find():
    assert sum(not note.spans for note in NOTES) >= 5


def test_no_placeholder_or_choice_is_left():
    assert not [note.text for note in NOTES if re.search(r"[⟦⟧{}|]{2}|⟦|⟧", note.text)]


def test_names_are_of_the_training_pool():
    patients = [value for note in NOTES for label, value in note.values() if label == "PATIENT"]
    words = Counter(
        pool for value in patients if value.isalpha() and value.istitle() for pool in [names.pool_of(value)]
    )
    # A nickname is cut from a name and may hash to either pool; whole names never do.
    assert words[True] < words[False] / 10


def test_held_out_wordings_never_occur():
    def pieces(template: str) -> set[str]:
        return {piece.strip() for piece in re.split(r"⟦[^⟧]*⟧|\{[^}]*\}|\n", template) if len(piece.strip()) > 14}

    told = "\n".join(note.text for note in NOTES)
    reports = pools("reports")
    parts = [
        part
        for part in reports
        if isinstance(reports[part], dict) and part not in ("layouts", "headers", "abbreviations")
    ]
    held_out = set().union(*(pieces(template) for part in parts for template in reports[part]["held_out"]))
    train = set().union(*(pieces(template) for part in parts for template in reports[part]["train"]))
    assert len(held_out - train) > 30
    assert not [piece for piece in held_out - train if piece in told]
    assert [piece for piece in train if piece in told]


def test_notes_are_of_a_length_that_a_small_model_can_learn():
    lengths = [len(note.text) for note in NOTES]
    assert max(lengths) <= notes.MOST_CHARACTERS * 1.05
    assert sum(lengths) / len(lengths) > 250


@pytest.mark.parametrize("change", [notes._wrapped, notes._shouted, notes._small, notes._misread])
def test_noise_keeps_spans_on_their_text(change):
    for seed in range(60):
        text = "Seen by Dr. Anna Lindqvist on 3/14/2021 in Oak Falls, straße 4; MRN 0048213. " * 4
        at = text.index("Anna Lindqvist")
        note = Filled(text, (Span(at, at + 14, "STAFF"),))
        changed = change(note, random.Random(seed))
        ((_, value),) = changed.values()
        assert value[0].lower() == "a"
        assert len(value.replace("\n", " ")) in range(11, 17)
        assert changed.text[changed.spans[0].end :].lstrip().lower().startswith("o")


def test_cutting_never_leaves_half_a_name_unlabelled():
    for seed in range(50):
        rng = random.Random(seed)
        names_ = "\n".join(f"Patient Kwame Osei {n:04d} came." for n in range(200))
        spans = tuple(Span(m.start(), m.end(), "PATIENT") for m in re.finditer("Kwame Osei", names_))
        cut = notes._cut(Filled(names_, spans), rng)
        assert len(cut.text) <= notes.MOST_CHARACTERS
        assert len(cut.spans) == cut.text.count("Kwame") == cut.text.count("Osei")
        assert {value for _, value in cut.values()} == {"Kwame Osei"}


def test_frames_use_known_slots_and_balanced_choices():
    for topic, frames in notes._frames().items():
        assert frames, topic
        for frame in frames:
            assert frame.count("{") == frame.count("}"), frame
            assert "⟦" not in SLOT.sub("", frame), frame
            assert "⟦" not in frame or topic != "negative"


def test_files_hold_every_note_once(tmp_path):
    assert notes.write(tmp_path, 40, seed=3) > 40
    lines = {name: (tmp_path / f"{name}.jsonl").read_text().splitlines() for name in ("train", "dev")}
    assert {name: len(rows) for name, rows in lines.items()} == {"train": 36, "dev": 4}
    assert len({row for rows in lines.values() for row in rows}) == 40
    first = json.loads(lines["train"][0])
    assert set(first) == {"text", "spans"}
    again = tmp_path / "again"
    notes.write(again, 40, seed=3)
    assert (again / "train.jsonl").read_bytes() == (tmp_path / "train.jsonl").read_bytes()
