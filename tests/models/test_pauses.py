"""Where a long recording is cut."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from stages.models.pauses import HOP, windows
from stages.sound import RATE, Samples

LENGTH = 2 * RATE


def spoken(lengths: list[tuple[float, float]], noise: float = 0.0) -> tuple[Samples, list[tuple[int, int]]]:
    """Noise as loud as speech for the first seconds of each pair, a pause for the second; and where the words are."""
    rng = np.random.default_rng(1)
    parts: list[Samples] = []
    words: list[tuple[int, int]] = []
    at = 0
    for word, pause in lengths:
        loud, still = round(word * RATE), round(pause * RATE)
        parts += [rng.normal(0, 0.2, loud).astype(np.float32), rng.normal(0, noise, still).astype(np.float32)]
        words.append((at, at + loud))
        at += loud + still
    return np.concatenate(parts), words


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 9 * RATE), st.integers(RATE // 2, LENGTH), st.booleans())
def test_windows_cover_the_sound_in_order(samples: int, length: int, silent: bool) -> None:
    sound = np.full(samples, 0.0 if silent else 0.3, np.float32)
    found = windows(sound, length)
    assert found[0].start == 0
    assert found[-1].end == samples
    assert all(0 <= one.end - one.start <= length for one in found)
    for one, two in itertools.pairwise(found):
        assert one.start < two.start <= one.end < two.end


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.floats(0.1, 0.2), st.floats(0.22, 0.6)), min_size=1, max_size=30),
    st.sampled_from([0.0, 0.002]),
)
def test_no_word_is_cut_where_there_are_pauses(lengths: list[tuple[float, float]], noise: float) -> None:
    """The last third of a window of two seconds has room for a word and, before or after it, a whole pause."""
    sound, words = spoken(lengths, noise)
    for one, two in itertools.pairwise(windows(sound, LENGTH)):
        assert one.end == two.start
        assert not any(start + HOP < one.end < end - HOP for start, end in words)


def test_without_a_pause_a_window_hears_the_last_third_of_the_one_before_again() -> None:
    sound, _ = spoken([(5.0, 0.0)])
    found = windows(sound, LENGTH)
    assert [one.start for one in found] == [round(LENGTH * 2 / 3) * i for i in range(len(found))]
    assert all(one.end - one.start == LENGTH for one in found[:-1])


def test_the_closure_of_a_consonant_is_no_pause() -> None:
    sound, _ = spoken([(1.7, 0.08), (1.5, 0.08), (1.5, 0.0)])
    assert windows(sound, LENGTH)[0].end == LENGTH
