"""The clinic's sound: the same bytes whoever makes it, times that fit what is heard, a test side never heard before."""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from stages import espeak, segments, sound
from stages.params.synthesize import Synthesize
from stages.sound import RATE
from stages.synthesize.clinic import build
from stages.synthesize.speech import corpus, room, voices
from stages.synthesize.speech.speak import Missing
from stages.synthesize.wording import Voice as Side
from stages.synthesize.wording import pools

SEED = 11
SETTINGS = Synthesize(
    patients=6,
    held_out=0.34,
    scanned=0.0,
    flashcards=20,
    passages=50,
    notes=20,
    recorded=0.5,
    dictations=12,
    speech_hours=0.03,
)
SILENT = SETTINGS.model_copy(update={"recorded": 0.0, "dictations": 0, "speech_hours": 0.0})
PLACES = ("raw/recordings", "raw/dictations", "speech")

pytestmark = pytest.mark.skipif(espeak.version() is None, reason="espeak-ng is not installed")


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> tuple[Path, dict[str, int]]:
    folder = tmp_path_factory.mktemp("clinic")
    return folder, build(SETTINGS, SEED, folder)


@pytest.fixture(scope="module")
def clinic(made) -> Path:
    return made[0]


@pytest.fixture(scope="module")
def gold(clinic) -> list[dict]:
    return _rows(clinic / "gold/speech.jsonl")


@pytest.fixture(scope="module")
def heard(clinic) -> list[tuple[dict, np.ndarray]]:
    """Every row of every manifest with its sound."""
    return [
        (row, sound.read(clinic / place / row["audio"]))
        for place in PLACES
        for row in _rows(clinic / place / "segments.jsonl")
    ]


def _rows(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def _sums(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _decibels(samples: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(np.square(samples, dtype=np.float64)) + 1e-12))


def test_one_process_makes_the_same_bytes_as_many_and_a_larger_clinic_leaves_them_as_they_were(
    clinic, tmp_path, monkeypatch
):
    monkeypatch.setattr("stages.synthesize.clinic.os.cpu_count", lambda: 1)
    build(SETTINGS.model_copy(update={"patients": 7}), SEED, tmp_path)
    for place in ("raw/dictations", "speech"):
        assert _sums(tmp_path / place) == _sums(clinic / place)
    before, after = (
        {path: sums for path, sums in _sums(folder / "raw/recordings").items() if path.endswith(".flac")}
        for folder in (clinic, tmp_path)
    )
    assert before
    assert before.items() <= after.items()
    for file in ("raw/recordings/segments.jsonl", "gold/speech.jsonl"):
        lines = (clinic / file).read_text().splitlines()
        assert set(lines) <= set((tmp_path / file).read_text().splitlines())


def test_speech_is_switched_off_by_sizes_of_zero(clinic, tmp_path, monkeypatch):
    monkeypatch.setattr("stages.espeak.version", lambda: None)
    counts = build(SILENT, SEED, tmp_path)
    assert {counts[name] for name in ("recordings", "dictations", "speech")} == {0}
    assert not list(tmp_path.rglob("*.flac"))
    assert [(tmp_path / place / "segments.jsonl").read_bytes() for place in PLACES] == [b"", b"", b""]
    # Sound takes nothing from the draws that text is made of.
    assert _sums(tmp_path / "raw/visits") == _sums(clinic / "raw/visits")
    assert (tmp_path / "gold/spans.jsonl").read_bytes() == (clinic / "gold/spans.jsonl").read_bytes()


@pytest.mark.parametrize("size", [{"recorded": 0.5}, {"dictations": 4}, {"speech_hours": 0.01}])
def test_without_espeak_the_error_says_what_to_install(tmp_path, monkeypatch, size):
    monkeypatch.setattr("stages.espeak.version", lambda: None)
    with pytest.raises(Missing, match=r"apt-get install espeak-ng.* or set synthesize\.recorded"):
        build(SILENT.model_copy(update=size), SEED, tmp_path)
    assert not list(tmp_path.iterdir())


def test_segments_lie_in_the_sound_in_the_order_in_which_they_start(heard):
    for row, samples in heard:
        starts = [segment["start"] for segment in row["segments"]]
        assert starts == sorted(starts)
        assert row["speakers"] == list(dict.fromkeys(segment["speaker"] for segment in row["segments"]))
        for segment in row["segments"]:
            assert 0 < segment["start"] < segment["end"] < len(samples) / RATE
            assert segment["end"] - segment["start"] < 7.0
            assert segment["text"] == segment["text"].strip()


def test_speech_is_where_segments_are_and_hardly_anywhere_else(heard):
    for row, samples in heard:
        spoken = np.zeros(len(samples), dtype=bool)
        for segment in row["segments"]:
            first, last = round(segment["start"] * RATE), round(segment["end"] * RATE)
            spoken[first:last] = True
            edges = samples[first : first + RATE // 10], samples[last - RATE // 10 : last]
            assert min(map(_decibels, edges)) > _decibels(samples) - 45
        # The corpus is of scenes with levels of their own.
        margin = 10.0 if "/" in row["audio"] else 8.0
        assert _decibels(samples[spoken]) > _decibels(samples[~spoken]) + margin


def test_nothing_clips_and_levels_are_those_of_recordings(heard):
    for _, samples in heard:
        assert 0.02 < np.abs(samples).max() <= room.PEAK + 1e-3
        assert -36 < _decibels(samples) < -15
        assert abs(samples.mean()) < 1e-3


def test_overlap_is_light(heard):
    segments = [row["segments"] for row, _ in heard if len(row["speakers"]) > 1]
    cut = [b["start"] - a["end"] for of in segments for a, b in pairwise(of)]
    assert min(cut) >= -room.OVERLAP[1] - 0.002
    assert 0 < sum(gap < 0 for gap in cut) < 0.15 * len(cut)


def test_gold_tells_the_times_of_the_identifiers_that_the_transcript_writes(clinic, gold):
    labelled = Counter(span["label"] for row in gold for span in row["spans"])
    assert {"PATIENT", "STAFF", "DATE"} <= set(labelled)
    for row in gold:
        assert 0 < row["seconds"] < 600
        for span in row["spans"]:
            within = [
                turn for turn in row["turns"] if turn["start"] <= span["start"] and span["end"] <= turn["end"] + 0.001
            ]
            assert len(within) == 1 or any(b["start"] < a["end"] for a, b in pairwise(within))
            assert 0.1 < span["end"] - span["start"] < 7.0
    manifests = {
        (source, row["audio"]): row["segments"]
        for source in ("recordings", "dictations")
        for row in _rows(clinic / f"raw/{source}/segments.jsonl")
    }
    assert {(row["source"], row["file"]): row["turns"] for row in gold} == manifests


def test_a_recording_says_what_its_visit_says(clinic, gold):
    recorded = [row for row in gold if row["source"] == "recordings"]
    assert recorded
    for row in recorded:
        lines = (clinic / "raw/visits" / row["file"]).with_suffix(".txt").read_text().splitlines()
        spoken: list[str] = []
        for turn in row["turns"]:
            if not spoken or spoken[-1] != turn["speaker"]:
                spoken.append(turn["speaker"])
        told = [line.split(":")[0] for line in lines]
        assert spoken[-len(told) :] == told
        assert set(spoken[: -len(told)]) <= {"Nurse", "Patient"}
        written = {word.strip(".,?!") for line in lines for word in line.split() if word.isalpha()}
        heard = {word.strip(".,?!") for turn in row["turns"] for word in turn["text"].split()}
        months = {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October"}
        units = {"mg", "mcg", "g"}
        assert {word for word in written if len(word) > 3} - heard <= months | units | {"November", "December"} | {
            word for word in written if word[:3] in {month[:3] for month in months} or word.endswith("day")
        }


def test_no_test_voice_is_heard_in_training(clinic, gold):
    of = {
        split: {name for row in gold if row["split"] == split for name in row["voices"].values()}
        for split in ("train", "test")
    }
    learned = {name for row in _rows(clinic / "speech/segments.jsonl") for name in row["speakers"]}
    assert of["test"]
    assert learned
    assert not of["test"] & (of["train"] | learned)
    allowed = {f"{voices.LANGUAGE}+{name}" for sex in voices.SEXES for name in voices.variants(True, sex)}
    assert of["test"] <= allowed


def test_a_person_keeps_their_voice(gold):
    of: dict[tuple[str, str], set[str]] = {}
    for row in gold:
        for speaker, voice in row["voices"].items():
            if (row["source"], speaker) in {("recordings", "Patient"), ("dictations", "Doctor")}:
                of.setdefault((row["source"], row["group"]), set()).add(voice)
    assert max(Counter(row["group"] for row in gold).values()) > 1
    assert all(len(names) == 1 for names in of.values())
    assert all(len(set(row["voices"].values())) == len(row["voices"]) for row in gold)


def test_dictations_name_their_terms(clinic):
    for row in _rows(clinic / "raw/dictations/segments.jsonl"):
        assert len(row["medical_terms"]) >= 10
        assert all(term in row["text"] for term in row["medical_terms"])
        assert row["speakers"] == ["Doctor"]
        assert row["text"].split() == " ".join(segment["text"] for segment in row["segments"]).split()


def test_plain_speech_has_no_identifier_and_is_in_wordings_of_training(clinic, monkeypatch):
    drawn: list[tuple[str, str, str]] = []
    choose = corpus.choose

    def watched(rng, name, pool, side):
        drawn.append((name, pool, side))
        return choose(rng, name, pool, side)

    monkeypatch.setattr(corpus, "choose", watched)
    rng = random.Random(5)
    lines = [text for _ in range(300) for _, text in (*corpus._exchange(rng), *corpus._talk(rng))]
    assert {side for _, _, side in drawn} == {Side.TRAIN}
    assert {name for name, _, _ in drawn} == {"dialogues", "recordings", "dictations", "talk"}
    assert not [line for line in lines if "⟦" in line or "{" in line or any(sign.isdigit() for sign in line)]
    assert {pool for name, pool, _ in drawn if name == "talk"} == set(pools("talk"))


def test_words_and_phones_of_the_corpus_have_times(clinic):
    said, words, phones = (
        segments.read(clinic / "speech" / name) for name in ("segments.jsonl", "words.ctm", "phones.ctm")
    )
    assert said.keys() == words.keys() == phones.keys()
    for file, clips in said.items():
        assert Counter(word.text for word in words[file]) == Counter(
            word for clip in clips for word in clip.text.split()
        )
        for clip in clips:
            inside = [
                word
                for word in words[file]
                if word.speaker == clip.speaker and clip.start - 0.002 < word.start < clip.end
            ]
            assert [word.text for word in inside] == clip.text.split()
            assert all(one.end <= two.start + 1e-6 for one, two in pairwise(inside))
            sounding = [
                phone
                for phone in phones[file]
                if phone.speaker == clip.speaker and clip.start - 0.002 < phone.start < clip.end
            ]
            # A word is made of phones, and a clip hardly of anything else.
            assert len(sounding) >= len(inside)
            assert sum(one.end - one.start for one in sounding) > 0.6 * (clip.end - clip.start)


def test_a_file_of_the_corpus_says_no_sentence_twice(clinic):
    for row in _rows(clinic / "speech/segments.jsonl"):
        told = Counter(segment["text"] for segment in row["segments"])
        # Where a long line is cut, its pieces may be alike.
        assert sum(number - 1 for number in told.values()) <= 1


def test_counts_say_what_was_written(made, gold):
    clinic, counts = made
    for place in PLACES:
        rows = _rows(clinic / place / "segments.jsonl")
        name = place.removeprefix("raw/")
        assert counts[name] == len(rows) == len(list((clinic / place).rglob("*.flac")))
        assert counts[f"{name}.segments"] == sum(len(row["segments"]) for row in rows)
    assert counts["recordings.train"] + counts["recordings.test"] == counts["recordings"]
    assert counts["dictations"] == 12
    spans = Counter(span["label"] for row in gold for span in row["spans"])
    assert {label: counts[f"spoken.{label}"] for label in spans} == spans
