from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from stages.extract import files
from stages.params.source import Source
from tests.extract import made
from tests.extract.conftest import IDENTITY, LIMITS, extracted

NAME = st.text(st.characters(codec="ascii", categories=("L", "Nd")), min_size=1, max_size=8)


@given(NAME, NAME, NAME)
def test_a_path_says_patient_visit_and_split(split: str, group: str, encounter: str) -> None:
    match = files.matcher("{split}/{group}/{encounter}.*").fullmatch(f"{split}/{group}/{encounter}.pdf")
    assert match is not None
    assert match.groupdict() == {"split": split, "group": group, "encounter": encounter}


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("*", "a.txt", True),
        ("*", "b/a.txt", False),
        ("*/*", "b/a.txt", True),
        ("**/*.txt", "a.txt", True),
        ("**/*.txt", "c/b/a.txt", True),
        ("**/*.txt", "c/b/a.pdf", False),
        ("{group}_{encounter}.txt", "p1_e1.txt", True),
        ("{group}_{encounter}.txt", "p1.txt", False),
        ("{group}/*.(txt)", "p/a.(txt)", True),
        ("{group}/*.(txt)", "p/a.txt", False),
    ],
)
def test_patterns(pattern: str, path: str, matches: bool) -> None:
    assert bool(files.matcher(pattern).fullmatch(path)) == matches


def test_files_of_one_patient_in_two_sources_share_group_and_encounter(tmp_path: Path) -> None:
    (tmp_path / "notes" / "0012").mkdir(parents=True)
    (tmp_path / "notes" / "0012" / "v1.txt").write_text(made.TEXT)
    (tmp_path / "rows.csv").write_text("p,v,HPI\n0012,v1,Well.\n")
    ((note,), _) = extracted(tmp_path / "notes", pattern="{group}/{encounter}.txt")
    ((row,), _) = extracted(
        tmp_path / "rows.csv", reader="table", columns={"group": "p", "encounter": "v", "HPI": "HPI"}
    )
    assert note.group == row.group == IDENTITY.group("0012")
    assert note.encounter == row.encounter == IDENTITY.encounter("0012", "v1")
    assert note.id != row.id


def test_a_file_of_no_patient_is_a_group_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(made.TEXT)
    ((record,), _) = extracted(tmp_path)
    assert record.group == record.id
    assert record.encounter is None


def test_ids_tell_nothing_and_depend_on_place_alone(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(made.TEXT)
    ((before,), _) = extracted(tmp_path)
    (tmp_path / "a.txt").write_text("Other words.")
    (tmp_path / "b.txt").write_text(made.TEXT)
    after, _ = extracted(tmp_path)
    assert [record.id for record in after if record.origin.file == "a.txt"] == [before.id]


def test_files_that_the_pattern_passes_over_are_counted(tmp_path: Path) -> None:
    for name in ("a.txt", "b.pdf", ".gitignore", ".DS_Store"):
        (tmp_path / name).write_text("x")
    source = Source(reader="documents", path=str(tmp_path), pattern="*.txt")
    items, passed = files.items("notes", source, LIMITS, IDENTITY)
    assert [item.file for item in items] == ["a.txt"]
    assert passed == 1


def test_a_source_without_files_is_an_error_that_names_its_key(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"sources\.notes\.path: nothing at .*nowhere"):
        files.items("notes", Source(reader="documents", path=str(tmp_path / "nowhere")), LIMITS, IDENTITY)
    (tmp_path / "a.pdf").write_text("x")
    with pytest.raises(ValueError, match=r"sources\.notes\.pattern: none of the 1 files .* matches \*\.txt"):
        files.items("notes", Source(reader="documents", path=str(tmp_path), pattern="*.txt"), LIMITS, IDENTITY)


@pytest.mark.parametrize(
    "wrong",
    [
        {"pattern": "{patient}/*"},
        {"pattern": "{group}/{group}"},
        {"columns": {"HPI": "hpi"}},
        {"reader": "table", "columns": {"text": "a", "dialogue": "b"}},
        {"revision": "abc"},
        {"reader": "datasets", "revision": "abc"},
        {"reader": "datasets", "hub_split": "train"},
        {"reader": "dialogues", "speakers": {"Doc": "physician"}},
        {"path": ""},
    ],
)
def test_a_source_that_contradicts_itself_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Source.model_validate({"reader": "documents", "path": "data/raw"} | wrong)
