"""Answers and likelihoods of a tiny model, against the model asked one prompt at a time."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import torch

from stages.models.scratch import new_llama, new_tokenizer, save
from stages.models.text import fix_numerics, generate, load_base, load_tokenizer, response_logprobs, tokenize
from stages.params.base import Architecture
from stages.params.train import Quantization
from tests.train.project import example, make_base

PROMPTS = [example(n).input[: 12 + 9 * n] + "\n" for n in range(7)]
COMPLETIONS = [f"HPI: {n} days of cough." + " More." * n + "</s>" for n in range(7)]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    """A tiny base model and its tokenizer."""
    folder = tmp_path_factory.mktemp("base")
    make_base(folder)
    return load_base(folder, Quantization())


@pytest.mark.parametrize("batch", [1, 2, 7])
def test_answers_are_greedy_and_do_not_depend_on_the_batch(loaded: tuple[Any, Any], batch: int) -> None:
    model, tokenizer = loaded
    answers = generate(model, tokenizer, PROMPTS, 9, batch)
    for prompt, answer in zip(PROMPTS, answers, strict=True):
        ids = tokenizer(prompt)["input_ids"]
        start = len(ids)
        with torch.inference_mode():
            while len(ids) < start + 9 and ids[-1] != tokenizer.eos_token_id:
                ids.append(int(model(torch.tensor([ids])).logits[0, -1].argmax()))
        ended = ids[-1] == tokenizer.eos_token_id
        assert answer.text == tokenizer.decode(ids[start:], skip_special_tokens=True)
        assert (answer.tokens, answer.ended) == (len(ids) - start - ended, ended)


@pytest.mark.parametrize("batch", [1, 3])
def test_likelihoods_are_those_of_the_whole_sequence(loaded: tuple[Any, Any], batch: int) -> None:
    model, tokenizer = loaded
    found = response_logprobs(model, tokenizer, PROMPTS, COMPLETIONS, batch)
    for prompt, completion, one in zip(PROMPTS, COMPLETIONS, found, strict=True):
        tokens = tokenize(tokenizer, prompt, completion)
        with torch.inference_mode():
            told = model(torch.tensor([tokens.ids])).logits[0].double().log_softmax(-1)
        places = range(tokens.prompt, len(tokens.ids))
        expected = math.fsum(told[place - 1, tokens.ids[place]].item() for place in places)
        assert one.logprob == pytest.approx(expected, abs=1e-3)
        assert one.tokens == len(tokens.ids) - tokens.prompt
        assert one.bytes == len(completion.removesuffix("</s>"))


def test_nothing_asked_nothing_answered(loaded: tuple[Any, Any]) -> None:
    assert generate(*loaded, [], 5, 4) == []
    assert response_logprobs(*loaded, [], [], 4) == []


def test_an_end_token_stops_an_answer(loaded: tuple[Any, Any]) -> None:
    model, tokenizer = loaded
    first = generate(model, tokenizer, PROMPTS[:1], 5, 1)[0]
    kept = model.generation_config.eos_token_id
    ids = tokenizer(PROMPTS[0])["input_ids"]
    with torch.inference_mode():
        said = int(model(torch.tensor([ids])).logits[0, -1].argmax())
    try:
        model.generation_config.eos_token_id = [kept, said]
        stopped = generate(model, tokenizer, PROMPTS[:1], 5, 1)[0]
    finally:
        model.generation_config.eos_token_id = kept
    assert first.tokens > 0
    assert (stopped.text, stopped.tokens, stopped.ended) == ("", 0, True)


def test_faults_say_what_is_missing(tmp_path: Path, loaded: tuple[Any, Any]) -> None:
    with pytest.raises(FileNotFoundError, match=r"nowhere.*dvc repro base"):
        load_base(tmp_path / "nowhere", Quantization())
    _, tokenizer = loaded
    tokenizer.save_pretrained(tmp_path)
    config = tmp_path / "tokenizer_config.json"
    config.write_text(config.read_text().replace('"eos_token": "</s>"', '"eos_token": null'))
    with pytest.raises(ValueError, match="no end-of-sequence token"):
        load_tokenizer(tmp_path)


def test_the_same_seed_gives_the_same_numbers() -> None:
    fix_numerics(3)
    first = torch.randn(4)
    fix_numerics(3)
    assert torch.equal(first, torch.randn(4))
    assert torch.are_deterministic_algorithms_enabled()


def test_layers_too_narrow_for_four_bits_are_refused(tmp_path: Path) -> None:
    fix_numerics(1)
    tokenizer = new_tokenizer(PROMPTS, 300)
    save(
        new_llama(Architecture(vocabulary=300, hidden=32, layers=2, heads=2, context=64), tokenizer),
        tokenizer,
        tmp_path,
    )
    with pytest.raises(ValueError, match="layers of 32 inputs; 4 bits on a CPU need a multiple of 64"):
        load_base(tmp_path, Quantization(bits=4))
