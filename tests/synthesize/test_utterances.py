"""What is said and in which voices, one utterance at a time."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from stages import espeak
from stages.espeak import Synthesizer, Voice
from stages.records import Span
from stages.sound import RATE
from stages.synthesize.fill import Filled
from stages.synthesize.speech import corpus, voices
from stages.synthesize.speech.speak import LONGEST, speak

pytestmark = pytest.mark.skipif(espeak.version() is None, reason="espeak-ng is not installed")


VOICE = Voice("en-us+m1", 170, 50, 50)


def test_what_was_said_before_changes_nothing():
    with Synthesizer() as synthesizer:
        alone = synthesizer.say("Good morning, Doctor.", VOICE)
    with Synthesizer() as synthesizer:
        synthesizer.say("Something else, in another voice.", Voice("en-us+f2", 160, 40, 40))
    with Synthesizer() as synthesizer:
        again = synthesizer.say("Good morning, Doctor.", VOICE)
    assert alone.words == again.words
    assert np.array_equal(alone.samples, again.samples)


def test_an_unknown_voice_is_named():
    with Synthesizer() as synthesizer, pytest.raises(ValueError, match="xx-nowhere: espeak-ng has no such voice"):
        synthesizer.say("Hello.", Voice("xx-nowhere", 170, 50, 50))


def test_words_have_places_and_times():
    text = "Hello, Wójcik, it is me. Is it you?"
    with Synthesizer() as synthesizer:
        said = synthesizer.say(text, VOICE)
    assert [text[word.at :].split(" ")[0] for word in said.words] == text.split(" ")
    assert said.words[0].start == 0
    assert said.words[-1].end == pytest.approx(said.seconds)
    times = [time for word in said.words for time in (word.start, word.end)]
    assert times == sorted(times)


@pytest.mark.parametrize("voice", ["en-us+m1", "en-us+f3", "en-us+Alicia", "en-us+m3", "en-us+linda"])
def test_times_of_an_identifier_are_where_its_sound_is(voice):
    """Between commas an identifier stands in silence, so where it is heard can be told without the synthesizer."""
    name, before = "Rosa Tomlinson", "They call me, "
    filled = Filled(f"{before}{name}, at home.", (Span(len(before), len(before) + len(name), "PATIENT"),))
    with Synthesizer() as synthesizer:
        (spoken,) = speak(synthesizer, filled, Voice(voice, 165, 50, 50))
    ((start, end, label),) = spoken.identifiers
    assert label == "PATIENT"
    loud = np.flatnonzero(np.abs(spoken.samples) > 0.02 * np.abs(spoken.samples).max()) / RATE
    pauses = sorted(sorted(pairwise(loud), key=lambda pair: pair[0] - pair[1])[:2])
    assert start == pytest.approx(pauses[0][1], abs=0.03)
    assert end >= pauses[1][0] - 0.005
    assert end <= pauses[1][1]


@pytest.mark.parametrize("held_out", [False, True])
def test_long_turns_are_cut_into_utterances_that_fit_a_window(held_out):
    text = (
        "I have high blood pressure and diabetes, with pain in both knees for twelve years, so I am on lisinopril, "
        "metformin, naproxen and sertraline, twice daily. My wife is Rosa Tomlinson and she will call you tomorrow."
    )
    at = text.index("Rosa")
    filled = Filled(text, (Span(at, at + len("Rosa Tomlinson"), "RELATIVE"),))
    with Synthesizer() as synthesizer:
        spoken = list(speak(synthesizer, filled, voices.draw(random.Random(1), held_out)))
    assert len(spoken) > 2
    assert " ".join(each.text for each in spoken) == text
    assert all(0.3 < len(each.samples) / RATE <= LONGEST for each in spoken)
    (named,) = (each for each in spoken if "Rosa" in each.text)
    ((start, end, label),) = named.identifiers
    assert "Rosa Tomlinson" in named.text
    assert label == "RELATIVE"
    assert 0 <= start < end <= len(named.samples) / RATE


def test_sides_share_no_variant_and_espeak_has_them_all():
    sides = [{name for sex in voices.SEXES for name in voices.variants(held_out, sex)} for held_out in (False, True)]
    assert not sides[0] & sides[1]
    with Synthesizer() as synthesizer:
        for name in sides[0] | sides[1]:
            assert synthesizer.say("Yes.", Voice(f"{voices.LANGUAGE}+{name}", 170, 50, 50)).seconds > 0.1


def test_rows_of_words_cannot_be_guessed_and_hold_no_medical_term():
    words = corpus._words()
    known = set(Path("data/lexicon/medical_terms.txt").read_text().splitlines())
    assert words == sorted(set(words))
    assert len(words) > 1500
    assert not known & set(words)
    rng = random.Random(3)
    rows = [row for _ in range(200) for _, row in corpus._rows(rng)]
    assert len(set(rows)) == len(rows)
    assert {row[-1] for row in rows} == {".", "?"}
    assert any("," in row for row in rows)
    assert {len(row.split()) for row in rows} >= set(corpus.WORDS)


def test_phones_are_those_of_the_word():
    with Synthesizer() as synthesizer:
        said = synthesizer.say("Chase slowly.", VOICE)
    assert [phone.name for phone in said.phones] == ["tS", "eI", "s", "s", "l", "oU", "l", "i"]
    assert said.phones[2].end <= said.words[1].start + 0.02
    assert said.phones[-1].end == pytest.approx(said.seconds, abs=0.05)


@pytest.mark.parametrize(("hours", "expected"), [(0, []), (0.01, [36]), (1 / 12, [300]), (0.1, [300, 60])])
def test_the_corpus_is_as_long_as_declared(hours, expected):
    assert corpus.files(hours) == pytest.approx(expected)
