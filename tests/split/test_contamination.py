"""Overlap with what models are trained on: against brute force, on planted texts, and as evaluate reads it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages import shards
from stages.contamination import Contamination, contaminated
from stages.params.split import Contamination as Limits
from stages.records import Example, Record
from stages.split import files
from stages.split.contamination import covered, measure
from tests.split.examples import document, example, text

TEXT = st.lists(st.sampled_from("abc"), max_size=14)
TEXTS = st.lists(TEXT, max_size=6)
CASE = text("case")


@given(TEXTS, TEXTS, st.integers(1, 6), st.integers(1, 6))
def test_coverage_is_that_of_brute_force(texts: list, source: list, ngram: int, shortest: int) -> None:
    def brute(one: list[str]) -> float | None:
        if len(one) < shortest:
            return None
        size = min(ngram, len(one))
        found = [
            start
            for start in range(len(one) - size + 1)
            if any(one[start : start + size] == o[s : s + size] for o in source for s in range(len(o) - size + 1))
        ]
        return len({start + step for start in found for step in range(size)}) / len(one)

    assert covered(texts, source, ngram, shortest) == pytest.approx([brute(one) for one in texts])


def written(folder: Path, test: list[Example], train: list[Example], corpus: list[Record]) -> dict[str, Contamination]:
    files.write(folder / "hpi", "test", test, [])
    files.write(folder / "hpi", "train", train, [])
    shards.write(folder / "corpus", corpus, 2)
    measure(folder, ["hpi"], Limits())
    return {one.id: one for one in shards.read_shard(folder / "contamination/hpi.jsonl", Contamination)}


def test_a_test_question_within_a_longer_training_text_is_flagged(tmp_path: Path) -> None:
    # Too unlike for near-duplication: the whole text is twenty times as long.
    train = [example("a", input=f"{text(1, 400)} {CASE} {text(2, 400)}")]
    found = written(tmp_path, [example("t", input=CASE), example("u")], train, [])
    assert found["t"].train.question == 1.0
    assert found["t"].train.similarity < 0.1
    assert found["t"].flags == ("train.question",)
    assert found["u"].flags == ()


def test_a_near_duplicate_below_the_limit_of_split_is_flagged(tmp_path: Path) -> None:
    words = CASE.split()[:38]
    # Two words changed, so that no 13 in a row are left: 24 of 34 shingles are shared.
    near = " ".join("other" if place in (12, 25) else word for place, word in enumerate(words))
    found = written(tmp_path, [example("t", input=" ".join(words))], [example("a", input=near)], [])["t"]
    assert found.train.question == 0.0
    assert found.train.similarity == pytest.approx(24 / 44, abs=1e-6)
    assert found.flags == ("train.similarity",)


def test_the_corpus_is_told_apart_from_what_the_adapter_learns(tmp_path: Path) -> None:
    found = written(tmp_path, [example("t", input=CASE)], [example("a")], [document("d", text=f"Note. {CASE}")])["t"]
    assert found.flags == ("corpus.question", "corpus.similarity")
    assert (found.flagged("train"), found.flagged("corpus")) == (False, True)


def test_a_known_answer_is_told_and_is_no_flag(tmp_path: Path) -> None:
    found = written(tmp_path, [example("t", response=CASE)], [example("a", response=CASE)], [])["t"]
    assert (found.train.answer, found.flags) == (1.0, ())


def test_a_short_question_is_looked_for_as_a_whole_and_a_shorter_one_not_at_all(tmp_path: Path) -> None:
    nine, five = " ".join(CASE.split()[:9]), " ".join(CASE.split()[:5])
    train = [example("a", input=f"{text(3)} {CASE}")]
    found = written(tmp_path, [example("t", input=nine), example("u", input=five)], train, [])
    assert found["t"].train.question == 1.0
    assert found["u"].train.question is None


def test_surrogates_do_not_hide_an_overlap(tmp_path: Path) -> None:
    test = example("t", input=f"Ann Poe {CASE}", surrogates=("Ann Poe",))
    train = example("a", input=f"Al Roe {CASE}", surrogates=("Al Roe",))
    assert written(tmp_path, [test], [train], [])["t"].train.question == 1.0


def test_shares_of_flagged_examples(tmp_path: Path) -> None:
    tests = [example("t", input=CASE), *(example(f"u{n}") for n in range(3))]
    written(tmp_path, tests, [example("a", input=CASE)], [])
    assert measure(tmp_path, ["hpi"], Limits()) == {"hpi": {"train": 0.25, "corpus": 0.0}}


def test_evaluate_counts_the_corpus_only_where_the_base_learned_from_it(tmp_path: Path) -> None:
    tests = [example("t", input=CASE), example("u"), example("v", input=text("v"))]
    written(tmp_path, tests, [example("a", input=CASE)], [document("d", text=text("v"))])
    folder = tmp_path / "contamination"
    assert contaminated("hpi", scratch=False, folder=folder) == {"t": True, "u": False, "v": False}
    assert contaminated("hpi", scratch=True, folder=folder) == {"t": True, "u": False, "v": True}


def test_what_is_not_there_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"hpi\.jsonl: not there; run `dvc repro split`"):
        contaminated("hpi", scratch=False, folder=tmp_path)
