from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from stages.extract import reasons, stage
from stages.params import Params
from stages.params.source import Source
from tests.extract.conftest import IDENTITY, extracted

CARDS = {"instruction": ["What is gout?", "What is anemia?"], "output": ["A joint disease.", "Too little hemoglobin."]}


def _saved(path: Path, parts: dict[str, Any] | None = None) -> Path:
    from datasets import Dataset, DatasetDict

    whole = Dataset.from_dict(CARDS)
    (DatasetDict(dict.fromkeys(parts, whole)) if parts else whole).save_to_disk(path)
    return path


def test_a_folder_of_save_to_disk(tmp_path: Path) -> None:
    records, rejected = extracted(_saved(tmp_path / "cards"), reader="datasets")
    assert not rejected
    assert [(record.kind, record.fields, record.split) for record in records] == [
        ("row", {"instruction": question, "output": answer}, None) for question, answer in zip(*CARDS.values())
    ]
    assert [record.id for record in records] == [IDENTITY.record("s", "cards", row) for row in "01"]


def test_parts_of_a_dictionary_are_fixed_splits(tmp_path: Path) -> None:
    records, _ = extracted(_saved(tmp_path / "cards", {"train": 1, "test": 1}), reader="datasets")
    assert [record.split for record in records] == ["test", "test", "train", "train"]
    assert len({record.id for record in records}) == 4
    records, _ = extracted(_saved(tmp_path / "alone", {"train": 1}), reader="datasets")
    assert [record.split for record in records] == [None, None]


def test_columns_that_are_not_there(tmp_path: Path) -> None:
    _, rejected = extracted(_saved(tmp_path / "cards"), reader="datasets", columns={"a": "nothing"})
    assert [found.reason for found in rejected] == [reasons.MISSING_COLUMN]


def test_a_hub_data_set_is_asked_for_at_its_revision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import datasets

    asked: list[tuple[object, ...]] = []

    def load(name: str, *, split: str, revision: str) -> object:
        asked.append((name, split, revision))
        return datasets.Dataset.from_dict(CARDS)

    monkeypatch.setattr(datasets, "load_dataset", load)
    declared = {"reader": "datasets", "hub_split": "train", "revision": "1a2b3c"}
    records, _ = extracted(Path("owner/cards"), **declared)
    assert asked == [("owner/cards", "train", "1a2b3c")]
    assert [record.origin.file for record in records] == ["owner/cards@1a2b3c/train"] * 2


def test_a_hub_that_cannot_be_reached_stops_the_stage_and_names_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    import datasets

    def refuse(*_: object, **__: object) -> None:
        raise ConnectionError("no network")

    monkeypatch.setattr(datasets, "load_dataset", refuse)
    source = Source(reader="datasets", path="owner/cards", hub_split="train", revision="1a2b3c")
    with pytest.raises(ValueError, match=r"sources\.cards: owner/cards at revision 1a2b3c.*ConnectionError"):
        stage._fetch(Params.model_construct(sources={"cards": source}))


@pytest.mark.parametrize("lost", ["state.json", "data-00000-of-00001.arrow", "dataset_info.json"])
def test_a_folder_with_a_lost_or_damaged_file(tmp_path: Path, lost: str) -> None:
    folder = _saved(tmp_path / "cards")
    (folder / lost).write_bytes(b"{")
    records, rejected = extracted(folder, reader="datasets")
    assert not records
    assert [found.reason for found in rejected] == [reasons.DAMAGED]
    (folder / lost).unlink()
    records, rejected = extracted(folder, reader="datasets")
    assert not records
    assert [found.reason for found in rejected] == [reasons.DAMAGED]
