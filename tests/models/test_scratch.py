"""A tokenizer and a Llama from nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.models.scratch import END, START, new_llama, new_tokenizer, save
from stages.models.text import fix_numerics, load_tokenizer
from stages.params.base import Architecture

TEXTS = [f"The patient took {n} mg of aspirin for {n % 9} days." for n in range(200)]
TOKENIZER: Any = new_tokenizer(TEXTS, 400)


@given(
    st.text(st.characters(exclude_categories=["Cs"])).filter(
        lambda t: not any(s in t for s in ("<s>", "</s>", "<pad>"))
    )
)
def test_every_text_comes_back(text: str) -> None:
    ids = TOKENIZER(text)["input_ids"]
    assert ids[0] == TOKENIZER.bos_token_id
    assert TOKENIZER.decode(ids[1:]) == text


def test_numbers_are_single_digits_and_words_are_not() -> None:
    assert TOKENIZER.tokenize(" aspirin 1250") == ["Ġaspirin", "Ġ1", "2", "5", "0"]


def test_the_vocabulary_has_no_more_than_was_asked_for() -> None:
    assert len(TOKENIZER) <= 400
    assert TOKENIZER.convert_ids_to_tokens([TOKENIZER.bos_token_id, TOKENIZER.eos_token_id]) == [START, END]


@pytest.mark.parametrize("order", [1, -1])
def test_the_same_texts_give_the_same_bytes(order: int, tmp_path: Path) -> None:
    shape = Architecture(vocabulary=400, hidden=16, layers=2, heads=2, context=64)
    for name in ("one", "two"):
        fix_numerics(5)
        tokenizer = new_tokenizer(TEXTS[::order], 400)
        save(new_llama(shape, tokenizer), tokenizer, tmp_path / name)
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert "model.safetensors" in files
    assert "tokenizer.json" in files
    assert all((tmp_path / "one" / f).read_bytes() == (tmp_path / "two" / f).read_bytes() for f in files)
    assert str(tmp_path).encode() not in b"".join((tmp_path / "one" / f).read_bytes() for f in files)
    assert load_tokenizer(tmp_path / "one").pad_token == "<pad>"
