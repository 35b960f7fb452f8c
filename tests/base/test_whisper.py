"""A Whisper from nothing: it learns, it is the same twice, and it survives being killed."""

from __future__ import annotations

import multiprocessing
import signal
import time
from pathlib import Path

import pytest

from stages import sound
from stages.base import clips, lesson, whisper
from stages.models.speech import load_base, transcribe
from stages.params.train import Quantization
from tests.base.library import slow_down
from tests.base.plain_speech import WORDS, declared, write_corpus
from tests.models.whispers import tone


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A corpus in a DVC repository, entered."""
    (tmp_path / ".dvc").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DVC_ROOT", raising=False)
    monkeypatch.setattr(lesson, "SAVED_EVERY", 3)
    return write_corpus(Path("data/synthesize/speech"))


def files(*folders: str) -> dict[str, bytes]:
    return {
        f"{number}/{path.name}": path.read_bytes()
        for number, folder in enumerate(folders)
        for path in sorted(Path(folder).iterdir())
    }


def school(corpus: Path, name: str) -> dict[str, float]:
    return whisper.school(declared(), 7, corpus, Path("models", name), Path("plots", name))


def test_it_learns_which_sound_is_which_word(corpus: Path) -> None:
    write_corpus(corpus, clips=60)
    long = declared(
        schooling={"steps": 600, "batch": 8, "learning_rate": 5.0e-3},
        hearing={"hidden": 32},
        listening={"perturbation": {}},
    )
    numbers = whisper.school(long, 7, corpus, Path("models/speech"), Path("plots/speech"))
    model, processor = load_base("models/speech", Quantization())
    # The first recording is held back.
    (unseen, *_) = clips.read(corpus)
    rows = clips.rows([unseen], 2.0)
    heard = [sound.read(unseen.path, row.start, row.end) for row in rows]
    told = [" ".join(clip.text for clip in row.clips) for row in rows]
    assert len(told) > 1
    assert [one.text for one in transcribe(model, processor, heard, 4, 10)] == told
    assert numbers["unseen_wer"] < 0.2
    assert (numbers["recordings"], numbers["clips"], numbers["steps"]) == (4, 240, 600)
    assert numbers["parameters"] == sum(p.numel() for p in model.parameters())
    assert Path("plots/speech/loss.tsv").read_text().startswith("step\tloss\n10\t")


def test_its_folder_is_that_of_any_whisper(corpus: Path) -> None:
    school(corpus, "speech")
    found = {path.name for path in Path("models/speech").iterdir()}
    assert {
        "config.json", "generation_config.json", "model.safetensors", "preprocessor_config.json", "tokenizer.json",
        "tokenizer_config.json",
    } <= found  # fmt: skip
    from transformers import WhisperForConditionalGeneration, WhisperProcessor

    model = WhisperForConditionalGeneration.from_pretrained("models/speech")
    processor = WhisperProcessor.from_pretrained("models/speech")
    assert processor.feature_extractor.chunk_length == 2
    assert model.config.max_source_positions == 40 == processor.feature_extractor.nb_max_frames // 2
    assert model.proj_out.weight is model.model.decoder.embed_tokens.weight
    heard = processor(tone(1), sampling_rate=16_000, return_tensors="pt").input_features
    ids = model.generate(heard, max_new_tokens=4)
    assert ids.shape[0] == 1


def test_two_trainings_and_one_that_was_killed_give_the_same_bytes(corpus: Path) -> None:
    school(corpus, "one")
    school(corpus, "two")
    expected = files("models/one", "plots/one")
    assert files("models/two", "plots/two") == expected

    running = multiprocessing.get_context("spawn").Process(target=_school_slowly, args=(corpus,))
    running.start()
    while not list(Path(".dvc").rglob("state.pt")):
        assert running.is_alive()
        time.sleep(0.02)
    running.kill()
    running.join()
    assert running.exitcode == -signal.SIGKILL
    assert not Path("models/three").exists()
    reached = lesson.read_state(next(Path(".dvc").rglob("state.pt")))
    assert reached is not None
    assert 0 < reached["reached"]["step"] < 12
    school(corpus, "three")
    assert files("models/three", "plots/three") == expected
    assert not list(Path(".dvc").rglob("state.pt"))


def test_features_are_worked_out_once(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    school(corpus, "speech")
    monkeypatch.setattr(whisper.clips, "samples", lambda _: pytest.fail("worked out again"))
    school(corpus, "speech")


def test_short_windows_are_heard_as_the_start_of_long_ones() -> None:
    import torch

    from stages.models.scratch_whisper import new_speech_processor, new_whisper

    hearing = declared().hearing
    assert hearing is not None
    torch.manual_seed(0)
    model = new_whisper(hearing, new_speech_processor(WORDS, hearing).tokenizer)
    heard = torch.randn(1, 20, 80)
    whole = model.model.encoder(heard).last_hidden_state
    assert torch.equal(whisper._encoded(model.model.encoder, heard)[0], whole)
    short, halfway = whisper._encoded(model.model.encoder, heard[..., :20])
    assert short.shape == halfway.shape == (1, 10, 16)
    # All is as it was.
    assert torch.equal(model.model.encoder(heard).last_hidden_state, whole)


def _school_slowly(corpus: Path) -> None:
    slow_down()
    school(corpus, "three")
