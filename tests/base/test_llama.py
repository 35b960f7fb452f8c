"""A Llama from nothing: it learns, it is the same twice, and it survives being killed."""

from __future__ import annotations

import math
import multiprocessing
import signal
import time
from pathlib import Path

import pytest

from stages.base import lesson, llama
from stages.models.text import generate, load_base
from stages.params.train import Quantization
from tests.base.library import TINY, slow_down, write_corpus


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A corpus in a DVC repository, entered."""
    (tmp_path / ".dvc").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DVC_ROOT", raising=False)
    monkeypatch.setattr(lesson, "SAVED_EVERY", 3)
    return write_corpus(Path("data/split/corpus"))


def files(*folders: str) -> dict[str, bytes]:
    return {
        f"{number}/{path.name}": path.read_bytes()
        for number, folder in enumerate(folders)
        for path in sorted(Path(folder).iterdir())
    }


def school(corpus: Path, name: str) -> dict[str, float]:
    return llama.school(TINY, 7, corpus, Path("models", name), Path("plots", name))


def test_it_learns_loads_and_answers(corpus: Path) -> None:
    numbers = school(corpus, "clinic")
    assert numbers["loss"] < math.log(numbers["vocabulary"])
    assert numbers["unseen_perplexity"] == pytest.approx(math.exp(numbers["unseen_loss"]))
    assert (numbers["texts"], numbers["steps"]) == (60, 12)
    model, tokenizer = load_base("models/clinic", Quantization())
    assert numbers["vocabulary"] == len(tokenizer) <= 320
    assert numbers["parameters"] == sum(p.numel() for p in model.parameters())
    assert tokenizer.chat_template is None
    assert tokenizer("12 mg")["input_ids"][:3] == [tokenizer.bos_token_id, *tokenizer.convert_tokens_to_ids(["1", "2"])]
    assert generate(model, tokenizer, ["The patient"], 3, 1)[0].tokens <= 3
    assert Path("plots/clinic/loss.tsv").read_text().startswith("step\tloss\n10\t")


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
    state = next(Path(".dvc").rglob("state.pt"))
    reached = lesson.read_state(state)
    assert reached is not None
    assert 0 < reached["reached"]["step"] < 12
    school(corpus, "three")
    assert files("models/three", "plots/three") == expected
    assert not list(Path(".dvc").rglob("state.pt"))


def test_a_torn_state_is_not_resumed_from(tmp_path: Path) -> None:
    path = tmp_path / "state.pt"
    assert lesson.read_state(path) is None
    lesson.write_state(path, {"step": 3})
    assert lesson.read_state(path) == {"step": 3}
    path.write_bytes(path.read_bytes()[:-7])
    assert lesson.read_state(path) is None
    path.write_bytes(b"")
    assert lesson.read_state(path) is None


def _school_slowly(corpus: Path) -> None:
    slow_down()
    school(corpus, "three")
