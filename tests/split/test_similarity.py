"""Shingles, masks, and the index against brute force."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stages.split.minhash import MOST_MISSED, Datasketch, Rensa, bands
from stages.split.pairs import highest, highest_of_each
from stages.split.similarity import Index, jaccard, judged, shingles
from tests.split.examples import example

WORD = st.sampled_from(["a", "b", "c", "d"])
TEXTS = st.lists(st.lists(WORD, max_size=9).map(" ".join), max_size=12)


def test_case_and_punctuation_do_not_count() -> None:
    assert shingles("The patient's cough: 3 days!") == shingles("the PATIENT'S cough, 3  days")


def test_numbers_count() -> None:
    assert shingles("cough for 3 days now") != shingles("cough for 4 days now")


@pytest.mark.parametrize(("text", "surrogates"), [
    ("Ann Poe came with a cough", ["Ann Poe"]), ("ann poe came with a cough", ["Ann Poe"]),
    ("Ann Poe came with a cough", ["Ann", "Poe"]), ("Poe, Ann came with a cough", ["Ann", "Poe"]),
])  # fmt: skip
def test_surrogates_are_one_and_the_same_word(text: str, surrogates: list[str]) -> None:
    assert shingles(text, surrogates) == shingles("Al Roe came with a cough", ["Al Roe"])


def test_a_surrogate_within_a_word_is_left() -> None:
    assert shingles("annual cough", ["Ann"]) == shingles("annual cough")


def test_a_text_without_words_is_like_no_other() -> None:
    assert shingles(" - ") == frozenset()
    assert jaccard(frozenset(), frozenset()) == 0.0
    index = Index(0.8, 128)
    index.add(frozenset())
    assert not index.has_near(frozenset())


def test_an_example_is_judged_by_its_input_not_by_the_wording_or_the_answer() -> None:
    assert judged(example("e", input="a case")) == "a case"
    assert judged(example("e", instruction="What is croup?", input="")) == "What is croup?"


@pytest.fixture(params=[Datasketch, Rensa], scope="module")
def library(request: pytest.FixtureRequest) -> type[Datasketch] | type[Rensa]:
    """Each library that proposes pairs; the same results are asked of both."""
    if request.param is Rensa:
        pytest.importorskip("rensa", reason="rensa is not installed: pip install 'rounds[native]'")
    return request.param


@given(texts=TEXTS, threshold=st.sampled_from([0.3, 0.5, 0.8, 1.0]))
@settings(deadline=None)
def test_the_index_finds_what_brute_force_finds_and_nothing_else(
    library: type[Datasketch] | type[Rensa], texts: list[str], threshold: float
) -> None:
    sets = list(dict.fromkeys(map(shingles, texts)))
    index = Index(threshold, 256, library)
    for number, one in enumerate(sets):
        expected = {n for n, other in enumerate(sets[:number]) if jaccard(one, other) >= threshold}
        assert set(index.near(one)) == expected
        index.add(one)


@given(TEXTS, TEXTS)
def test_the_highest_similarity_is_that_of_all_pairs(some: list[str], others: list[str]) -> None:
    left, right = list(map(shingles, some)), list(map(shingles, others))
    expected = max((jaccard(a, b) for a, b in itertools.product(left, right)), default=0.0)
    assert highest(left, right) == pytest.approx(expected)
    each = [max((jaccard(a, b) for a in left), default=0.0) for b in right]
    assert highest_of_each(left, right) == pytest.approx(each)


@pytest.mark.parametrize(("threshold", "permutations"), [(0.8, 128), (0.5, 128), (0.9, 64), (1.0, 16), (0.7, 256)])
def test_bands_miss_no_pair_at_the_threshold(threshold: float, permutations: int) -> None:
    count, rows = bands(threshold, permutations)
    assert count * rows <= permutations
    assert (1 - threshold**rows) ** count <= MOST_MISSED
