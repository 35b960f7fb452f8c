"""What is trained on, what is set apart, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.models.text import load_tokenizer
from stages.records import Example
from stages.shards import read_shard
from stages.train.examples import IGNORED, Refused, prepare, read, write_quarantine
from tests.train.project import example, make_base

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> object:
    """That of a tiny base model."""
    folder = tmp_path_factory.mktemp("base")
    make_base(folder)
    return load_tokenizer(folder)


def test_loss_falls_on_the_response_and_its_end_alone(tokenizer) -> None:  # type: ignore[no-untyped-def]
    (row,) = prepare([example(7)], tokenizer, 200).rows()
    taught = [token for token in row["labels"] if token != IGNORED]
    assert tokenizer.decode(taught) == example(7).response + tokenizer.eos_token
    assert row["input_ids"][-1] == tokenizer.eos_token_id
    assert row["input_ids"][0] == tokenizer.bos_token_id
    assert len(row["labels"]) == len(row["input_ids"])


@given(told=TEXTS, response=TEXTS.filter(str.strip))
def test_whatever_the_words_labels_are_the_tail_of_the_ids(tokenizer, told: str, response: str) -> None:  # type: ignore[no-untyped-def]
    (row,) = prepare([Example("a", "hpi", "p", "Write.", response, told)], tokenizer, 10_000).rows()
    taught = [token for token in row["labels"] if token != IGNORED]
    assert taught
    assert row["input_ids"][-len(taught) :] == taught
    assert tokenizer.decode(taught[:-1]) == response


def test_over_long_and_empty_examples_are_set_apart_whole_and_counted(tokenizer, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    length = len(prepare([example(1)], tokenizer, 1000).tokens[0].ids)
    long = example(2, response="HPI: " + "a long story " * 60)
    prepared = prepare([example(1), long, example(3, response="  ")], tokenizer, length)
    assert [len(tokens.ids) for tokens in prepared.tokens] == [length]
    assert [(found["id"], found["reason"]) for found in prepared.quarantine] == [
        ("train002", "longer than max_length"),
        ("train003", "empty response"),
    ]
    write_quarantine(tmp_path / "quarantine.jsonl", prepared.quarantine)
    assert (tmp_path / "quarantine.jsonl").read_bytes().count(b"\n") == 2
    assert b"long story" not in (tmp_path / "quarantine.jsonl").read_bytes()


def test_a_completion_without_an_end_is_refused(tokenizer, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("stages.train.examples.render", lambda e, _: ("asked", e.response))
    with pytest.raises(Refused, match=r"train001.*does not end with '</s>'"):
        prepare([example(1)], tokenizer, 200)


def test_missing_examples_name_the_file_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"train\.jsonl.*dvc repro split"):
        read(tmp_path / "train.jsonl")
    (tmp_path / "train.jsonl").write_text('{"id": 1')
    with pytest.raises(ValueError, match=r"train\.jsonl:1"):
        list(read_shard(tmp_path / "train.jsonl", Example))
