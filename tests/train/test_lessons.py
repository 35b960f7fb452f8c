"""Lessons depend on seed, example and epoch alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from stages.models.features import kept
from stages.models.scratch_whisper import new_speech_processor
from stages.params.perturbation import Perturbation
from stages.records import Example
from stages.train.lessons import Collator, Lessons, Prompts, speeds
from stages.train.windows import Heard, prepare, terms
from tests.models.whispers import TEXTS, TINY
from tests.train.speech_project import example, write_recording

MANY = Perturbation(speeds=[0.5, 1.0, 2.0], time_masks=2, mel_masks=1)


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> tuple[Heard, Any]:
    """Five examples, of which every second lists a term."""
    audio = write_recording(tmp_path_factory.mktemp("audio") / "r.flac")
    processor = new_speech_processor(TEXTS, TINY)
    from stages.models.spoken import add_tokens

    add_tokens(processor.tokenizer, len(processor.tokenizer), ["doctor", "patient"], [])
    found = prepare([example(number, audio) for number in range(5)], processor, 40)
    assert len(found.labels) == 5
    return found, processor


def lessons(heard: tuple[Heard, Any], declared: Perturbation, prompts: Prompts, seed: int = 3) -> Lessons:
    def features() -> Iterator[NDArray[np.float16]]:
        for place in range(5):
            for speed in speeds(declared):
                yield np.full((int(30 / speed), 20), place, np.float16)

    return Lessons(heard[0], kept(None, 20, features), heard[1], declared, prompts, seed)


def test_an_epoch_is_the_same_twice_and_another_differs(heard: tuple[Heard, Any]) -> None:
    one, two = lessons(heard, MANY, Prompts()), lessons(heard, MANY, Prompts())
    for index in reversed(range(15)):
        first, again = one[index], two[index]
        assert np.array_equal(first.features, again.features)
        assert first[1:] == again[1:]
    lengths = {len(one[2 + 5 * epoch].features) for epoch in range(40)}
    assert lengths == {15, 30, 60}
    assert [len(lessons(heard, MANY, Prompts(), 4)[i].features) for i in range(15)] != [
        len(one[i].features) for i in range(15)
    ]


def test_a_speed_at_which_the_sound_would_not_fit_is_left_out(heard: tuple[Heard, Any]) -> None:
    """The window holds 80 frames; 30 at a third of the speed would be 90."""
    slow = Perturbation(speeds=[0.5])
    made = Lessons(
        heard[0],
        kept(None, 20, lambda: [np.ones((n, 20), np.float16) for _ in range(5) for n in (90, 45)]),
        heard[1],
        slow,
        Prompts(),
        1,
    )
    assert speeds(slow) == [0.5, 1.0]
    assert {len(made[i].features) for i in range(20)} == {45}


def test_prompts_hold_what_is_spoken_among_others(heard: tuple[Heard, Any]) -> None:
    tokenizer = heard[1].tokenizer
    known = ("cough", "pain", "chest", "fine", "day")
    made = lessons(heard, Perturbation(), Prompts(known, 3, 40))
    plain = tokenizer.prefix_tokens
    starts = [made[index].start for index in range(100)]
    bare = sum(start == plain for start in starts)
    assert 5 < bare < 40
    for start in starts:
        if start != plain:
            words = tokenizer.decode(start[1 : -len(plain)]).replace(" ", "").split(",")
            assert len(words) == 3 == len(set(words))
            assert "cough" in words
            assert set(words) <= set(known)
    assert all(lessons(heard, Perturbation(), Prompts())[i].start == plain for i in range(10))


def test_a_batch_says_nothing_of_prompts_and_padding(heard: tuple[Heard, Any]) -> None:
    made = lessons(heard, Perturbation(), Prompts(("cough", "pain"), 2, 40))
    tokenizer = heard[1].tokenizer
    batch = Collator(80, tokenizer.eos_token_id)([made[i] for i in range(5)])
    assert batch["input_features"].shape == (5, 20, 80)
    assert batch["decoder_input_ids"].shape == batch["labels"].shape
    for place, (read, said) in enumerate(zip(batch["decoder_input_ids"], batch["labels"])):
        told = [id for id in said.tolist() if id != -100]
        assert told == heard[0].labels[place]
        first = said.tolist().index(told[0])
        assert read[: first + 1].tolist() == made[place].start
        assert read[first + 1 : first + len(told)].tolist() == told[:-1]


def test_terms_are_counted_the_most_frequent_first() -> None:
    def one(number: int, listed: list[str]) -> Example:
        return Example(str(number), "dictation", "g", "i", "r", meta={"medical_terms": listed})

    examples = [one(0, ["b", "a"]), one(1, ["c", "b", "b"]), one(2, [])]
    assert terms(examples, 2) == ["b", "a"]
    assert terms(examples, 9) == ["b", "a", "c"]


def test_windows_read_the_file_that_was_split(tmp_path: Path) -> None:
    processor = new_speech_processor(TEXTS, TINY)
    audio = write_recording(tmp_path / "r.flac")
    with pytest.raises(FileNotFoundError, match=r"absent.flac: no such recording"):
        prepare([replace(example(1, audio), audio=str(tmp_path / "absent.flac"))], processor, 40)
