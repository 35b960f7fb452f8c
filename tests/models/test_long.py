"""Windows that overlap, joined; words laid along the sound."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stages.models.long import join
from stages.models.word_times import Word, along

TOLD = (
    *("any", "pain", "in", "the", "chest", "no", "but", "i", "cough"),
    *("at", "night", "and", "my", "back", "is", "sore", "when", "we", "walk"),
)


def heard(words: Sequence[str], start: float, speaker: str = "<|doctor|>") -> list[Word]:
    """Words of half a second each."""
    return [Word(word, speaker, start + i / 2, start + i / 2 + 0.5) for i, word in enumerate(words)]


def texts(words: list[Word]) -> list[str]:
    return [word.text for word in words]


@settings(deadline=None)
@given(st.integers(2, 9), st.integers(1, 3))
def test_windows_that_agree_give_what_was_said(first: int, overlap: int) -> None:
    """Each window hears whole words of one text."""
    joined: list[Word] = []
    step = max(1, first - overlap)
    for start in range(0, len(TOLD), step):
        end = (start - step + first) / 2 if start else 0.0
        joined = join(joined, heard(TOLD[start : start + first], start / 2), start / 2, end)
    assert texts(joined) == list(TOLD)


def test_words_cut_at_the_edges_of_windows_are_left_out() -> None:
    left = [*heard(TOLD[:5], 0), Word("nor", "<|doctor|>", 2.5, 3.0)]
    right = [Word("hen", "<|doctor|>", 1.5, 2.0), *heard(TOLD[4:9], 2.0)]
    assert texts(join(left, right, 1.5, 3.0)) == list(TOLD[:9])


def test_a_word_said_twice_is_not_lost() -> None:
    said = ["no", "no", "no", "pain"]
    assert texts(join(heard(said[:3], 0), heard(said[1:], 0.5), 0.5, 1.5)) == said


WINDOW = 6.0


@st.composite
def conversations(draw: st.DrawFn) -> tuple[list[Word], list[float]]:
    """Words of few kinds, so that many follow themselves, and where windows of six seconds that overlap start."""
    said: list[Word] = []
    at = 0.0
    for _ in range(draw(st.integers(1, 60))):
        length = draw(st.floats(0.4, 0.7))
        said.append(Word(draw(st.sampled_from(["no", "no", "rest", "pain"])), "", at, at + length))
        at += length
    starts = [0.0]
    while starts[-1] + WINDOW < at:
        starts.append(starts[-1] + draw(st.floats(3.0, 4.5)))
    return said, starts


@settings(deadline=None, max_examples=300)
@given(conversations(), st.randoms(use_true_random=False))
def test_what_was_said_survives_any_windows_and_times_that_are_near(
    told: tuple[list[Word], list[float]], noise: random.Random
) -> None:
    """Each window hears the words that lie in it whole, at times that are off by up to a tenth of a second."""
    said, starts = told
    joined: list[Word] = []
    end = 0.0
    for start in starts:
        inside = [word for word in said if start <= word.start and word.end <= start + WINDOW]
        off = [noise.uniform(-0.1, 0.1) for _ in inside]
        near = [Word(w.text, "", w.start + by, w.end + by) for w, by in zip(inside, off, strict=True)]
        joined, end = join(joined, near, start, end), start + WINDOW
    assert texts(joined) == texts(said)


def test_windows_that_disagree_are_cut_in_the_middle() -> None:
    joined = join(heard(["a", "b", "c", "d"], 0), heard(["e", "f", "g", "h"], 1.0), 1.0, 2.0)
    assert texts(joined) == ["a", "b", "c", "f", "g", "h"]
    assert all(one.start <= two.start for one, two in itertools.pairwise(joined))


def test_windows_without_words() -> None:
    some = heard(["a", "b"], 0)
    assert join(some, [], 0.5, 1.0) == some
    assert join([], some, 0.0, 0.0) == some
    assert join(some, heard(["c"], 5.0), 4.0, 6.0) == [*some, *heard(["c"], 5.0)]


def test_who_was_speaking_goes_on_until_another_token() -> None:
    left = heard(["any", "pain"], 0)
    right = [*heard(["pain", "here"], 0.5, ""), *heard(["no"], 1.5, "<|patient|>")]
    assert [(word.text, word.speaker) for word in join(left, right, 0.5, 1.0)] == [
        ("any", "<|doctor|>"),
        ("pain", "<|doctor|>"),
        ("here", "<|doctor|>"),
        ("no", "<|patient|>"),
    ]


def brute(weights: np.ndarray) -> float:
    """The best sum of log-weights over all ways to lay the tokens along the positions."""
    from itertools import combinations

    tokens, positions = weights.shape
    scores = np.log(np.maximum(weights, 1e-6).astype(float))
    best = -np.inf
    for cuts in combinations(range(1, positions), tokens - 1):
        bounds = [0, *cuts, positions]
        best = max(best, sum(scores[i, bounds[i] : bounds[i + 1]].sum() for i in range(tokens)))
    return float(best)


@settings(deadline=None)
@given(st.integers(1, 4), st.integers(0, 4), st.integers(0, 99))
def test_tokens_are_laid_along_as_well_as_can_be(tokens: int, more: int, seed: int) -> None:
    weights = np.random.default_rng(seed).random((tokens, tokens + more)).astype(np.float32)
    firsts = along(weights)
    assert firsts[0] == 0
    assert all(one < two for one, two in itertools.pairwise(firsts))
    bounds = [*firsts, tokens + more]
    scores = np.log(np.maximum(weights, 1e-6).astype(float))
    found = sum(scores[i, bounds[i] : bounds[i + 1]].sum() for i in range(tokens))
    assert found == pytest.approx(brute(weights))


def test_more_tokens_than_positions_share_them() -> None:
    assert along(np.ones((4, 2), np.float32)) == [0, 0, 1, 1]
