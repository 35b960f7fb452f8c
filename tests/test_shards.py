from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages import shards
from stages.records import Record
from tests.steps import record


def test_what_is_written_is_read(tmp_path: Path) -> None:
    records = [record(i) for i in range(50)]
    assert shards.write(tmp_path, records, 4) == 50
    assert sorted(shards.read(tmp_path, Record), key=lambda r: r.id) == records
    assert len(list(tmp_path.iterdir())) == 4


def test_order_changes_no_byte(tmp_path: Path) -> None:
    records = [record(i) for i in range(50)]
    shards.write(tmp_path / "a", records, 4)
    shards.write(tmp_path / "b", reversed(records), 4)
    assert [p.read_bytes() for p in sorted((tmp_path / "a").iterdir())] == [
        p.read_bytes() for p in sorted((tmp_path / "b").iterdir())
    ]


@given(st.text(), st.integers(1, 64))
def test_a_group_has_one_shard(group: str, count: int) -> None:
    assert 0 <= shards.shard_of(group, count) < count


def test_one_id_twice_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="two values have the id r001"):
        shards.write(tmp_path, [record(1), record(1)], 1)


def test_a_bad_line_is_named(tmp_path: Path) -> None:
    (tmp_path / "0000.jsonl").write_bytes(b'{"id": 1}\n')
    with pytest.raises(ValueError, match=r"0000.jsonl:1: not a Record"):
        list(shards.read(tmp_path, Record))


def test_an_absent_folder_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="dvc repro"):
        list(shards.read(tmp_path / "none", Record))
