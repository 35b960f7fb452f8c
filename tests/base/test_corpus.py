"""Records to plain texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from stages import shards
from stages.base.corpus import texts
from stages.records import Origin, Record
from tests.base.library import write_corpus


def test_dialogues_become_lines_of_speakers(tmp_path: Path) -> None:
    found = texts(write_corpus(tmp_path, 4))
    assert sorted(found)[0] == "Doctor: What is it?\nPatient: Cough for 0 days."
    assert len(found) == 4


def test_faults_name_the_record_or_the_folder(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"nowhere"):
        texts(tmp_path / "nowhere")
    shards.write(tmp_path / "empty", [], 2)
    with pytest.raises(ValueError, match=r"empty.*nothing to learn"):
        texts(tmp_path / "empty")
    row = Record("r1", "s", "g", "row", Origin("f", "0", "table"), fields={"a": "b"})
    shards.write(tmp_path / "rows", [row], 2)
    with pytest.raises(ValueError, match=r"r1 has no text"):
        texts(tmp_path / "rows")
