"""Who spoke when: diarization and Jaccard error rates, held to pyannote.metrics."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from stages.evaluate.predictions import Timed
from stages.evaluate.scorers.der import COLLAR, DiarizationError
from stages.evaluate.scorers.jer import JaccardError
from stages.segments import Segment, read
from tests.evaluate.answers import value
from tests.evaluate.speech import (
    HARD,
    pyannote_metric,
    recording,
)
from tests.evaluate.test_speech_scorers import CASES, SCORERS, talks
from tests.segments.public import DSCORE, MEETEVAL, PYANNOTE, SPEECHBRAIN, public

PUBLIC_TIMES = [
    (f"{MEETEVAL}/ref.rttm", f"{MEETEVAL}/hyp.rttm"),
    (f"{MEETEVAL}/ref.stm", f"{MEETEVAL}/hyp.stm"),
    (f"{DSCORE}/ref.rttm", f"{DSCORE}/sys.rttm"),
    (f"{SPEECHBRAIN}/ref_rttm/ES2014c.rttm", f"{SPEECHBRAIN}/sys_rttm/ES2014c.rttm"),
    (f"{PYANNOTE}/src/pyannote/audio/sample/sample.rttm", None),
    (f"{PYANNOTE}/tests/data/derived_trn00-04.rttm", None),
]


VARIANTS = [
    ("der", "DiarizationErrorRate", 0.0),
    ("der_collar", "DiarizationErrorRate", COLLAR),
    ("jer", "JaccardErrorRate", 0.0),
    ("jer_collar", "JaccardErrorRate", COLLAR),
]


@pytest.mark.parametrize(("name", "theirs", "collar"), VARIANTS)
@pytest.mark.parametrize("case", [name for name in HARD if name != "no reference"])
def test_der_and_jer_equal_pyannotes_on_hard_cases(name: str, theirs: str, collar: float, case: str) -> None:
    expected = abs(pyannote_metric(theirs, collar, [CASES[case]]))
    assert value(SCORERS[name], name, [CASES[case]]) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(("name", "theirs", "collar"), VARIANTS)
def test_der_and_jer_pool_as_pyannote_does(name: str, theirs: str, collar: float) -> None:
    every = list(CASES.values())
    assert value(SCORERS[name], name, every) == pytest.approx(abs(pyannote_metric(theirs, collar, every)), abs=1e-9)


@pytest.mark.parametrize(("name", "theirs", "collar"), VARIANTS)
@given(gold=talks(), said=talks())
@settings(deadline=None, max_examples=40)
def test_der_and_jer_equal_pyannotes(
    name: str, theirs: str, collar: float, gold: tuple[Segment, ...], said: tuple[Segment, ...]
) -> None:
    one = recording(gold, said)
    found = value(SCORERS[name], name, [one])
    if np.isnan(found):
        assert not SCORERS[name].rows([one])[0, -1]
    else:
        assert found == pytest.approx(abs(pyannote_metric(theirs, collar, [one])), abs=1e-9)


@pytest.mark.parametrize(("name", "theirs", "collar"), VARIANTS)
@pytest.mark.parametrize("paths", PUBLIC_TIMES)
def test_der_and_jer_equal_pyannotes_on_public_files(
    name: str, theirs: str, collar: float, paths: tuple[str, str | None]
) -> None:
    reference = read(public(paths[0]))
    # Where there is no prediction, one is made: late by a little, and with two speakers taken for one.
    prediction = read(public(paths[1])) if paths[1] else {name: late(of) for name, of in reference.items()}
    answers = []
    for session, of in reference.items():
        length = 1 + max(segment.end for segment in (*of, *prediction[session]))
        answers.append(recording(union(of), union(prediction[session]), session, length))
    expected = abs(pyannote_metric(theirs, collar, answers))
    assert expected > 0.01
    assert value(SCORERS[name], name, answers) == pytest.approx(expected, abs=1e-9)


def late(segments: tuple[Segment, ...]) -> tuple[Segment, ...]:
    first = min(segment.speaker for segment in segments)
    last = max(segment.speaker for segment in segments)
    return tuple(
        replace(s, start=s.start + 0.13, end=s.end + 0.31, speaker=first if s.speaker == last else s.speaker)
        for s in segments
    )


def union(segments: tuple[Segment, ...]) -> tuple[Segment, ...]:
    """Without a speaker's overlap with himself, whom pyannote counts twice then; what only touches stays apart."""
    found: list[Segment] = []
    for one in sorted(segments, key=lambda s: (s.speaker, s.start, s.end)):
        last = found[-1] if found else None
        if last and last.speaker == one.speaker and one.start < last.end:
            found[-1] = replace(last, end=max(last.end, one.end))
        elif one.end > one.start:
            found.append(one)
    return tuple(found)


def test_der_by_hand() -> None:
    # 20 s of speech; 2 s missed, 1 s of false alarm, 3 s of the other speaker.
    gold = (Segment("r", "doctor", 0, 10), Segment("r", "patient", 10, 20))
    said = (Segment("r", "x", 2, 13), Segment("r", "y", 13, 21))
    assert DiarizationError().rows([recording(gold, said)])[0].tolist() == pytest.approx([2, 1, 3, 20])
    assert value(DiarizationError(), "der", [recording(gold, said)]) == pytest.approx(6 / 20)
    assert value(JaccardError(), "jer", [recording(gold, said)]) == pytest.approx((1 - 8 / 13 + 1 - 7 / 11) / 2)


def test_a_collar_is_of_each_side_and_of_the_reference_alone() -> None:
    gold, said = (Segment("r", "doctor", 5, 15),), (Segment("r", "x", 5.2, 15.4),)
    # Left are 5.25 to 14.75 and what is beyond 15.25: 0.15 s of false alarm.
    found = DiarizationError("der_collar", COLLAR).rows([recording(gold, said)])[0]
    assert found.tolist() == pytest.approx([0, 0.15, 0, 9.5])
    assert DiarizationError().rows([recording(gold, said)])[0].tolist() == pytest.approx([0.2, 0.4, 0, 10])


def test_only_what_is_scored_counts() -> None:
    gold, said = (Segment("r", "doctor", 0, 10),), (Segment("r", "x", 0, 10), Segment("r", "x", 12, 30))
    whole = recording(gold, said, length=0)
    assert value(DiarizationError(), "der", [whole]) == pytest.approx(1.8)
    assert value(DiarizationError(), "der", [recording(gold, said, length=13)]) == pytest.approx(0.1)
    parts = replace(whole, timed=Timed(gold, said, ((0, 1), (11, 13), (12.5, 14))))
    assert DiarizationError().rows([parts])[0].tolist() == pytest.approx([0, 2, 0, 1])


def test_a_speaker_who_overlaps_with_himself_speaks_once() -> None:
    gold = (Segment("r", "doctor", 0, 6), Segment("r", "doctor", 4, 10))
    assert value(DiarizationError(), "der", [recording(gold, (Segment("r", "x", 0, 10),))]) == 0


def test_one_speaker_for_two_is_half_wrong_by_der_and_three_quarters_by_jer() -> None:
    gold = (Segment("r", "doctor", 0, 10), Segment("r", "patient", 10, 20))
    one = recording(gold, (Segment("r", "x", 0, 20),))
    assert value(DiarizationError(), "der", [one]) == 0.5
    assert value(JaccardError(), "jer", [one]) == 0.75
