"""Drafts of recordings that nobody has transcribed: who speaks when, and what is said."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stages.extract.recordings import diarization, drafts
from stages.extract.recordings.drafts import Drafter
from stages.models import voices
from stages.params.source import Draft
from tests.extract.conftest import public
from tests.extract.recorded import needs_models, spoken


@needs_models
def test_who_speaks_when(tmp_path: Path) -> None:
    path, truth = spoken(tmp_path)
    found = diarization.diarized(path, Draft(transcriber="w"), 30.0)
    names = {"she": "Speaker 1", "he": "Speaker 2"}
    for start, end, who in truth:
        inside = [one for one in found if one.start < end and one.end > start]
        assert {one.speaker for one in inside} == {names[who]}
        assert sum(min(one.end, end) - max(one.start, start) for one in inside) > 0.7 * (end - start)
    assert {one.speaker for one in diarization.diarized(path, Draft(transcriber="w", people=1), 30.0)} == {"Speaker 1"}


@needs_models
def test_the_same_recording_always_gives_the_same(tmp_path: Path) -> None:
    path, _ = spoken(tmp_path)
    once = diarization.diarized(path, Draft(transcriber="w"), 30.0)
    assert diarization.diarized(path, Draft(transcriber="w"), 30.0) == once


@needs_models
def test_no_stretch_is_longer_than_what_is_heard_at_once(tmp_path: Path) -> None:
    found = diarization.diarized(
        public("speech/pyannote/src/pyannote/audio/sample/sample.wav"), Draft(transcriber="w"), 4.0
    )
    assert max(one.end - one.start for one in found) <= 4.1
    assert {one.speaker for one in found} == {"Speaker 1", "Speaker 2"}


@needs_models
def test_voices_of_one_person_point_the_same_way(tmp_path: Path) -> None:
    path, truth = spoken(tmp_path)
    vectors = voices.voices(path, [(start + end) / 2 for start, end, _ in truth])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    alike = vectors @ vectors.T
    for one, (*_, who) in enumerate(truth):
        same = [alike[one, other] for other, (*_, name) in enumerate(truth) if name == who and other != one]
        others = [alike[one, other] for other, (*_, name) in enumerate(truth) if name != who]
        assert min(same) > max(others)


TIMES = st.tuples(st.integers(0, 100), st.integers(1, 300)).map(lambda t: (t[0] / 10, (t[0] + t[1]) / 10))


@settings(deadline=None)
@given(TIMES, st.lists(st.sampled_from("ab"), min_size=80, max_size=80))
def test_runs_cover_a_stretch_and_part_it_where_the_voice_changes(
    stretch: tuple[float, float], groups: list[str]
) -> None:
    places = list(zip(diarization.middles(*stretch), groups))
    found = diarization.runs(*stretch, places)
    assert (found[0][0], found[-1][1]) == stretch
    assert all(one[1] == other[0] and one[2] != other[2] for one, other in pairwise(found))
    assert len(found) == 1 or all(end - start >= diarization.SHORTEST - 1e-9 for start, end, _ in found)
    assert all(stretch[0] <= middle <= stretch[1] for middle, _ in places)


def test_voices_are_grouped_as_they_lie() -> None:
    angles = np.radians([0, 2, 4, 80, 82, 84, 1, 170])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    found = diarization.grouped(vectors, 3)
    assert len({*found}) == 3
    assert found[0] == found[1] == found[2] == found[6]
    assert found[3] == found[4] == found[5]
    assert diarization.grouped(vectors, 1) == [0] * 8
    assert diarization.grouped(vectors[:2], 3) == [0, 0]


@needs_models
def test_a_whisper_writes_the_draft(tmp_path: Path) -> None:
    """Of some thousand weights, which have learned nothing: what counts is that every stretch is heard whole."""
    from stages.models.scratch_whisper import new_speech_processor, new_whisper, save
    from stages.params.base import Hearing

    tiny = Hearing(
        vocabulary=312, hidden=16, encoder_layers=1, decoder_layers=1, heads=2, window=2, hop=400, bins=20, context=48
    )
    processor = new_speech_processor(("Any pain in the chest?", "No, but I cough."), tiny)
    save(new_whisper(tiny, processor.tokenizer), processor, tmp_path / "whisper")
    declared = Draft(transcriber=(tmp_path / "whisper").as_posix(), most_new_tokens=5, batch=3)
    drafts.check("calls", declared)
    path, _ = spoken(tmp_path)
    found = Drafter().draft(path, declared)
    assert [(one.speaker, one.start) for one in found] == [
        (one.speaker, one.start) for one in diarization.diarized(path, declared, 2.0)
    ]
    assert Drafter().draft(path, declared) == found


def test_what_is_not_there_says_which_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match=r"sources\.calls\.draft\.transcriber: no Whisper at w"):
        drafts.check("calls", Draft(transcriber="w"))
    (tmp_path / "preprocessor_config.json").write_text("{}")
    declared = {"transcriber": tmp_path.as_posix(), "diarizer": "pyannote", "pipeline": "folder"}
    with pytest.raises(ValueError, match=r"sources\.calls\.draft\.diarizer: pyannote needs its package: pip install"):
        drafts.check("calls", Draft.model_validate(declared))
