"""The certificate: it passes what the stage writes and catches every kind of leak put into the files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from stages import shards
from stages.records import Example
from stages.split import certificate, files
from tests.split.examples import document, example, text

SOURCES = {
    one.id: one
    for one in [
        example("a1", "p1"), example("a2", "p2"), example("a3", "p3"), example("a4", "p4", split="test"),
        example("c1", "p1", parent="a1", operator="synonyms", input=text("child")),
    ]
}  # fmt: skip
PLACES = {"a1": "train", "c1": "train", "a2": "train", "a3": "validation", "a4": "test"}
Sets = dict[str, list[Example]]


def written(folder: Path, change: Callable[[Sets], object] = lambda sets: None, corpus: list | None = None) -> Path:
    sets: Sets = {split: [] for split in ("train", "validation", "test")}
    for id, split in PLACES.items():
        sets[split].append(replace(SOURCES[id], split=split))
    change(sets)
    for split, examples in sets.items():
        files.write(folder / "hpi", split, examples, [])
    shards.write(folder / "corpus", [document("d", "p1"), document("e")] if corpus is None else corpus, 2)
    return folder


def verify(folder: Path, left_out: int = 0) -> dict:
    return certificate.verify(folder, SOURCES, 0.8, left_out)


def test_the_numbers_of_sound_splits(tmp_path: Path) -> None:
    numbers = verify(written(tmp_path))
    assert numbers["shared_groups"] == 0
    task = numbers["tasks"]["hpi"]
    assert (task["train"], task["validation"], task["test"], task["children"]) == (3, 1, 1, 1)
    assert task["highest_similarity.test"] < 0.2
    assert task["shares"]["test"] == {"none": 1.0}


def _second(sets: Sets, place: str, **changes: object) -> None:
    sets[place][-1] = replace(sets[place][-1], **changes)


@pytest.mark.parametrize(("change", "message"), [
    (lambda s: s["test"].append(replace(SOURCES["a2"], split="test")), "ids are not sorted and unique"),
    (lambda s: _second(s, "test", split="train"), "a4 in hpi/test.jsonl says otherwise"),
    (lambda s: s["validation"].append(replace(s["train"].pop(), split="validation")), None),
    (lambda s: s["validation"].append(replace(s["train"].pop(1), split="validation")),
     "group p1 stands in train and val"),
    (lambda s: s["train"].pop(0), "the child c1 of hpi stands in train, its parent does not stand in train"),
    (lambda s: s["train"].pop(0), "of 5 examples 4 were written and 0 left out"),
    (lambda s: _second(s, "test", response="Changed."), "a4 is not what went in"),
    (lambda s: s["validation"].append(replace(s["test"].pop(), split="validation")),
     "the test set of hpi has 0"),
])  # fmt: skip
def test_a_leak_in_the_files_is_found(tmp_path: Path, change: Callable[[Sets], object], message: str | None) -> None:
    if message is None:
        assert verify(written(tmp_path, change))["tasks"]["hpi"]["validation"] == 2
        return
    with pytest.raises(certificate.Violation, match="leak") as caught:
        verify(written(tmp_path, change))
    assert message in str(caught.value)


def test_a_near_duplicate_between_train_and_test_is_found(tmp_path: Path) -> None:
    twin = example("a2", "p2", input=SOURCES["a4"].input + " today")
    folder = written(tmp_path, lambda s: _second(s, "train", input=twin.input))
    with pytest.raises(certificate.Violation, match=r"train and test hold a pair of similarity 0\.9"):
        certificate.verify(folder, SOURCES | {"a2": twin}, 0.8, 0)


def test_a_shared_record_is_found(tmp_path: Path) -> None:
    twin = replace(SOURCES["a2"], records=SOURCES["a4"].records)
    folder = written(tmp_path, lambda s: _second(s, "train", records=twin.records))
    with pytest.raises(certificate.Violation, match="record r-a4 stands in test and train"):
        certificate.verify(folder, SOURCES | {"a2": twin}, 0.8, 0)


@pytest.mark.parametrize(("record", "message"), [
    (document("d", "p4"), "the corpus holds the record d"),
    (document("r-a3", "p9"), "the corpus holds the record r-a3"),
    (document("d", split="test"), "the corpus holds the record d"),
    (document("d", text=SOURCES["a4"].input), "a text of the corpus has similarity 1.000 to a held-out example"),
])  # fmt: skip
def test_a_leak_into_the_corpus_is_found(tmp_path: Path, record: object, message: str) -> None:
    with pytest.raises(certificate.Violation, match="leak") as caught:
        verify(written(tmp_path, corpus=[record]))
    assert message in str(caught.value)


def test_no_message_quotes_a_text(tmp_path: Path) -> None:
    with pytest.raises(certificate.Violation, match="leak") as caught:
        verify(written(tmp_path, corpus=[document("d", text=SOURCES["a4"].input)]))
    assert not set(SOURCES["a4"].input.split()) & set(str(caught.value).split())
