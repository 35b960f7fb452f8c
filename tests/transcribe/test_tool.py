"""`python -m stages.transcribe` on real files, with a Whisper that was schooled on tones."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import jiwer
import numpy as np
import pytest

from stages import segments, sound
from stages.base import whisper
from stages.models.long import transcribe_long
from stages.models.pauses import windows
from stages.models.speech import load_base, transcribe
from stages.models.word_times import Word
from stages.params.train import Quantization
from stages.transcribe.__main__ import main
from stages.transcribe.turns import turns
from tests.base.plain_speech import WORDS, declared, write_corpus
from tests.models.whispers import tone

ROOT = Path(__file__).parents[2]
SAID = (0, 2, 1, 3, 3, 1, 0, 2, 2, 3, 1)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Whisper of two-second windows that knows four words."""
    folder = tmp_path_factory.mktemp("schooled")
    schooled = declared(
        schooling={"steps": 600, "batch": 8, "learning_rate": 5.0e-3},
        hearing={"hidden": 32},
        listening={"perturbation": {}},
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        whisper.school(schooled, 7, write_corpus(folder / "speech", clips=60), folder / "model", folder / "plots")
    return folder / "model"


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """Eleven words, one every half second: longer than two windows."""
    parts = [part for word in SAID for part in (np.zeros(3200, np.float32), tone(word, 0.3))]
    path = tmp_path / "visit.flac"
    sound.write(path, np.concatenate(parts))
    return path


def heard(model: Path, recording: Path, batch: int = 4) -> list[Word]:
    loaded, processor = load_base(model, Quantization())
    return transcribe_long(loaded, processor, sound.read(recording), batch, 20)


def test_a_long_recording_is_what_its_windows_say_in_order(model: Path, recording: Path) -> None:
    loaded, processor = load_base(model, Quantization())
    samples = sound.read(recording)
    cuts = windows(samples, 2 * sound.RATE)
    assert len(cuts) > 2
    assert all(one.end == two.start for one, two in pairwise(cuts))
    told = transcribe(loaded, processor, [samples[cut.start : cut.end] for cut in cuts], 4, 20)
    for batch in (1, 4):
        words = heard(model, recording, batch)
        assert [word.text for word in words] == " ".join(one.text for one in told).split()
        assert all(0 <= word.start <= word.end <= 5.51 for word in words)
        assert [word.start for word in words] == sorted(word.start for word in words)
    # So small a model errs; that it hears is another matter.
    assert jiwer.wer(" ".join(WORDS[word] for word in SAID), " ".join(word.text for word in words)) < 0.5


def test_formats(
    model: Path, recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    said = [word.text for word in heard(model, recording)]
    for form, suffix in (("text", ".txt"), ("srt", ".srt"), ("vtt", ".vtt"), ("json", ".jsonl")):
        with pytest.raises(SystemExit) as left:
            main([str(recording), "--model", str(model), "--format", form, "--out", str(tmp_path / "out")])
        assert left.value.code == 0
        path = tmp_path / "out" / f"visit{suffix}"
        if form == "text":
            assert path.read_text().split() == said
        else:
            (found,) = segments.read(path).values()
            assert " ".join(one.text for one in found).split() == said
            assert found[-1].end <= 5.51
    with pytest.raises(SystemExit):
        main([str(recording), "--model", str(model), "--format", "json"])
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["audio"] == "visit.flac"


def test_a_file_that_cannot_be_read_is_told_and_the_others_are_not_lost(
    model: Path, recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"RIFF no sound")
    absent = tmp_path / "absent.wav"
    with pytest.raises(SystemExit) as left:
        main([str(broken), str(absent), str(recording), "--model", str(model)])
    assert left.value.code == 1
    told = capsys.readouterr()
    assert told.out.split() == [word.text for word in heard(model, recording)]
    assert [line.split(":")[0] for line in told.err.splitlines()] == [str(broken), str(absent)]


def test_two_files_of_one_stem_do_not_overwrite_each_other(
    model: Path, recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    with pytest.raises(SystemExit) as left:
        main([str(recording), "other/visit.wav", "--model", str(model), "--out", str(tmp_path)])
    assert left.value.code == 2
    assert "written to one file" in capsys.readouterr().err


def words(*told: tuple[str, str, float]) -> list[Word]:
    return [Word(text, speaker, start, start + 0.4) for text, speaker, start in told]


def test_turns_end_with_the_speaker_a_pause_or_a_sentence_in_good_time() -> None:
    said = words(
        ("Any", "<|doctor|>", 0.0),
        ("pain?", "<|doctor|>", 0.5),
        ("No.", "<|patient|>", 1.0),
        ("But", "<|patient|>", 3.5),
    )
    found = [(one.speaker, one.text, one.start, one.end) for one in turns("r", said)]
    assert found == [
        ("Doctor", "Any pain?", 0.0, 0.9),
        ("Patient", "No.", 1.0, 1.4),
        ("Patient", "But", 3.5, 3.9),
    ]
    long = words(*((("so." if i == 12 else "so"), "", i * 0.4) for i in range(40)))
    assert [len(one.text.split()) for one in turns("r", long)] == [13, 20, 7]
    assert list(turns("r", [])) == []
