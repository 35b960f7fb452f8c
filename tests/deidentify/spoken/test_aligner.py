"""Words in speech whose word times are known: by voices that the aligner does not render, and by people."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from stages.deidentify.spoken import aligner
from stages.deidentify.spoken.aligner import places
from stages.deidentify.spoken.words import words_of
from stages.espeak import Voice
from stages.sound import RATE
from tests.deidentify.spoken.conftest import VOICES, Heard, spoken

SHARED = Path(__file__).parents[4] / "shared/data/speech/pocketsphinx/test/data/librivox"
TEXT = "My name is Kwame Osei, and on March 14th, 1962 I was born in Elderford."


def parts(text: str) -> list[str]:
    return [text[start:end] for start, end in words_of(text)]


@pytest.mark.parametrize("voice", [*VOICES.values(), Voice("en-gb-scotland", 180, 40, 60)], ids=lambda v: v.name)
def test_words_are_found_where_they_are_said(voice: Voice) -> None:
    samples, times = spoken(TEXT, voice)
    noisy = samples + np.random.default_rng(2).normal(0, 0.005, len(samples)).astype(np.float32)
    found = places(noisy.astype(np.float32), parts(TEXT))
    assert found is not None
    for place, (start, end) in zip(found, times, strict=True):
        assert place.start < start + 0.15
        assert place.end > end - 0.15
        assert place.is_sure


def test_other_words_than_those_said_are_not_found() -> None:
    samples, _ = spoken("The weather was wet all week and nobody went out to see the river.", VOICES["doctor"])
    assert places(samples, parts(TEXT)) is None


def test_too_many_words_for_the_time_are_not_found() -> None:
    samples, _ = spoken("Yes.", VOICES["doctor"])
    assert places(samples, parts(TEXT)) is None
    assert places(samples[:100], ["Yes"]) is None


def test_a_place_does_not_depend_on_what_was_aligned_before() -> None:
    first, _ = spoken(TEXT, VOICES["doctor"])
    other, _ = spoken("I have had a cough for two weeks.", VOICES["patient"])
    alone = places(first, parts(TEXT))
    assert places(other, parts("I have had a cough for two weeks."))
    assert places(first, parts(TEXT)) == alone


def test_a_long_turn_fits_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    samples, times = spoken(TEXT, VOICES["doctor"])
    monkeypatch.setattr(aligner, "MOST_CELLS", 20_000)
    found = places(samples, parts(TEXT))
    assert found is not None
    assert max(abs(place.start - start) for place, (start, _) in zip(found, times, strict=True)) < 0.4


def test_a_visit_word_by_word(visit: Heard) -> None:
    for turn, times in zip(visit.turns, visit.words, strict=True):
        assert turn.start is not None
        assert turn.end is not None
        inside = visit.samples[round(turn.start * RATE) : round(turn.end * RATE)]
        found = places(inside, parts(turn.text))
        assert found is not None
        errors = [abs(turn.start + place.start - start) for place, (start, _) in zip(found, times, strict=True)]
        assert np.percentile(errors, 90) < 0.12


def test_people_reading_aloud() -> None:
    if not SHARED.is_dir():
        pytest.skip(f"{SHARED} is not there: real speech with word times")
    import soundfile

    missed = total = 0.0
    for path in sorted(SHARED.glob("*.wav")):
        samples, rate = soundfile.read(path, dtype="float32")
        assert rate == RATE
        told = json.loads(path.with_suffix(".json").read_text())["w"]
        words = [(w["b"], w["b"] + w["d"]) for w in told if not w["t"].startswith("<")]
        found = places(samples, path.with_suffix(".txt").read_text().split())
        assert found is not None
        for place, (start, end) in zip(found, words, strict=True):
            total += end - start
            missed += max(0.0, min(end, place.start - 0.2) - start) + max(0.0, end - max(start, place.end + 0.2))
    assert missed / total <= 0.005
