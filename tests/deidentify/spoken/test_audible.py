"""What is still heard, against what a hand counts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from stages import sound
from stages.deidentify.spoken import silence
from stages.deidentify.spoken.audible import Audible, Gold, compared, read_gold
from stages.deidentify.spoken.silence import Stretch
from stages.sound import RATE


@pytest.fixture
def before(tmp_path: Path) -> Path:
    path = tmp_path / "before.flac"
    sound.write(path, np.random.default_rng(0).uniform(0.1, 0.5, 4 * RATE).astype(np.float32))
    return path


def after(before: Path, *stretches: Stretch) -> Path:
    target = before.with_name("after.flac")
    silence.write(before, target, stretches)
    return target


@pytest.mark.parametrize("replacement", ["silence", "bleep"])
def test_seconds_are_those_that_were_left(before: Path, replacement: silence.Replacement) -> None:
    total = Audible()
    gold = Gold(((1.0, 2.0, "PATIENT"), (3.0, 3.5, "DATE")), ((0.5, 2.5), (2.8, 3.6)))
    total.add("r", gold, *compared(before, after(before, Stretch(0.9, 1.8, replacement))))
    scores = total.scores()
    assert (scores["phi_seconds"], scores["gold_recordings"]) == (1.5, 1)
    assert scores["audible_seconds"] == pytest.approx(0.7, abs=0.011)
    assert scores["audible_share"] == pytest.approx(0.7 / 1.5, abs=0.01)
    assert scores["other_seconds"] == pytest.approx(1.3, abs=0.011)
    assert scores["silenced_share"] == pytest.approx(0.1 / 1.3, abs=0.01)
    assert scores["entities"]["DATE"]["audible_share"] == 1.0
    assert scores["entities"]["PATIENT"]["audible_share"] == pytest.approx(0.2, abs=0.011)
    assert list(total.leaking) == ["r"]


def test_nothing_is_left_of_what_was_cut(before: Path) -> None:
    total = Audible()
    gold = Gold(((1.0, 2.0, "PATIENT"),), ((0.0, 4.0),))
    total.add("r", gold, *compared(before, after(before, Stretch(1.0, 2.0))))
    assert total.scores()["audible_share"] == 0.0
    assert not total.leaking


def test_where_nothing_was_there_to_be_judged_the_share_is_null() -> None:
    assert Audible().scores()["audible_share"] is None


def test_recordings_of_other_lengths_are_told(before: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.flac"
    sound.write(other, np.zeros(RATE, np.float32))
    with pytest.raises(ValueError, match=r"other\.flac: 16000 samples"):
        compared(before, other)


def test_gold_is_read_by_source_and_file(tmp_path: Path) -> None:
    path = tmp_path / "speech.jsonl"
    path.write_text(
        '{"source": "recordings", "file": "a/b.flac", "spans": [{"start": 1, "end": 2.5, "label": "PATIENT"}],'
        ' "turns": [{"start": 0, "end": 3, "speaker": "Doctor", "text": "x"}]}\n'
    )
    assert read_gold(path) == {("recordings", "a/b.flac"): Gold(((1, 2.5, "PATIENT"),), ((0, 3),))}
    assert read_gold(tmp_path / "none.jsonl") == {}
