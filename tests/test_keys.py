from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from stages.keys import Key, seeded

KEY = Key(b"a" * 32)
parts = st.lists(st.text(max_size=6), min_size=1, max_size=4)


@given(parts, parts)
def test_different_parts_have_different_ids(one: list[str], other: list[str]) -> None:
    assert (KEY.id("p", *one) == KEY.id("p", *other)) == (one == other)


def test_ids_depend_on_key_and_purpose() -> None:
    assert len({KEY.id("a", "x"), KEY.id("b", "x"), Key(b"b" * 32).id("a", "x")}) == 3


@given(st.binary(max_size=200))
def test_what_is_sealed_opens_with_the_same_key_and_purpose_only(plain: bytes) -> None:
    sealed = KEY.seal("memo", plain)
    assert KEY.open("memo", sealed) == plain
    with pytest.raises(InvalidTag):
        KEY.open("other", sealed)
    with pytest.raises(InvalidTag):
        Key(b"b" * 32).open("memo", sealed)


def test_a_generator_depends_on_seed_stage_and_record_alone() -> None:
    assert seeded(7, "augment", "r1").random() == seeded(7, "augment", "r1").random()
    assert len({seeded(s, g, r).random() for s in (1, 2) for g in "ab" for r in "cd"}) == 8


def test_a_missing_key_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"python -m stages\.keys"):
        Key.read(tmp_path / "key")


def test_a_short_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"short")
    with pytest.raises(ValueError, match="at least 32 bytes"):
        Key.read(tmp_path / "key")
