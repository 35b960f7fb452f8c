"""A tiny Whisper: what it is fed, what comes back, and what an adapter brings along."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from stages.models import speech, spoken
from stages.models.text import fix_numerics
from stages.params.train import Lora, Quantization, Train
from stages.train.adapter import save, speech_lora_config
from tests.models.whispers import TEXTS, make_base, teach_a_little, tone

PLAIN = Quantization()
TOLD = dict(enumerate(TEXTS))


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A base model that knows four tones by heart."""
    folder = tmp_path_factory.mktemp("base") / "tiny"
    make_base(folder)
    model, processor = speech.load_base(folder, PLAIN)
    teach_a_little(model, processor, TOLD, 150)
    model.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def adapter(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An adapter that was taught speakers and a term for the same tones."""
    folder = tmp_path_factory.mktemp("adapter") / "scribe"
    fix_numerics(1)
    model, processor = speech.load_base(base, PLAIN)
    tokens = spoken.add_tokens(processor.tokenizer, model.config.vocab_size, ["doctor", "patient"], ["vedolizumab"])
    speech.grow(model, len(processor.tokenizer))
    from peft import get_peft_model

    declared = Train(lora=Lora(r=8, alpha=16, targets=["q_proj", "k_proj", "v_proj", "out_proj"]))
    adapted = get_peft_model(model, speech_lora_config(declared, tokens))
    teach_a_little(adapted, processor, TUNED, 200)
    save(adapted, folder, "models/base/tiny")
    processor.tokenizer.save_pretrained(folder)
    processor.feature_extractor.save_pretrained(folder)
    model.generation_config.save_pretrained(folder)
    return folder


TUNED = {
    0: "<|doctor|> Any pain in the chest?",
    1: "<|patient|> No, vedolizumab vedolizumab",
    2: "<|doctor|> <|patient|> fine. <|doctor|> vedolizumab",
    3: "<|patient|> Good.",
}


def sounds(*numbers: int) -> list[Any]:
    return [tone(number) for number in numbers]


def test_transcripts_come_in_order_whatever_the_batch(base: Path) -> None:
    model, processor = speech.load_base(base, PLAIN)
    for batch in (1, 3, 8):
        found = speech.transcribe(model, processor, sounds(3, 0, 2, 1), batch, 40)
        assert [one.text for one in found] == [TOLD[n] for n in (3, 0, 2, 1)]
        assert all(one.ended for one in found)
    assert speech.transcribe(model, processor, [], 4, 40) == []


def test_a_transcript_that_was_cut_off_says_so(base: Path) -> None:
    model, processor = speech.load_base(base, PLAIN)
    (cut,) = speech.transcribe(model, processor, sounds(0), 1, 3)
    assert not cut.ended
    assert TOLD[0].startswith(cut.text)
    # The decoder has 48 places: more than that is never asked for.
    assert speech.transcribe(model, processor, sounds(0), 1, 4000)[0].text == TOLD[0]


def test_a_window_longer_than_the_model_hears_is_refused(base: Path) -> None:
    model, processor = speech.load_base(base, PLAIN)
    assert speech.window_seconds(processor) == 2
    with pytest.raises(ValueError, match=r"a window of 2\.50 s; this model hears 2 s at once"):
        speech.transcribe(model, processor, [tone(0, 2.5)], 1, 10)


def test_suppressed_tokens_are_not_written_and_only_these(base: Path) -> None:
    model, processor = speech.load_base(base, PLAIN)
    slash = processor.tokenizer.convert_tokens_to_ids("/")
    assert slash in spoken.encode(processor.tokenizer, TOLD[2])
    model.generation_config.suppress_tokens = [slash]
    assert "/" not in speech.transcribe(model, processor, sounds(2), 1, 40)[0].text
    assert speech.transcribe(model, processor, sounds(3), 1, 40)[0].text == TOLD[3]


def test_likelihoods_are_those_of_the_models_own_loss(base: Path) -> None:
    model, processor = speech.load_base(base, PLAIN)
    texts = [TOLD[1], "Good pain.", TOLD[0]]
    found = speech.transcript_logprobs(model, processor, sounds(1, 1, 0), texts, 2)
    for number, text, one in zip((1, 1, 0), texts, found, strict=True):
        heard = processor.feature_extractor(tone(number), sampling_rate=16_000, return_tensors="pt").input_features
        tokenizer = processor.tokenizer
        # Transformers shifts labels itself: they start with what follows the first token.
        ids = [*tokenizer.prefix_tokens[1:], *spoken.encode(tokenizer, text), tokenizer.eos_token_id]
        labels = torch.tensor([[-100] * (len(tokenizer.prefix_tokens) - 1) + ids[len(tokenizer.prefix_tokens) - 1 :]])
        given = torch.tensor([[tokenizer.prefix_tokens[0], *ids[:-1]]])
        with torch.inference_mode():
            loss = model(input_features=heard, decoder_input_ids=given, labels=labels).loss.item()
        assert one.logprob == pytest.approx(-loss * one.tokens, rel=1e-4)
        assert (one.tokens, one.bytes) == (len(ids) - len(tokenizer.prefix_tokens) + 1, len(text.encode()))
    assert found[0].logprob > -1 > found[1].logprob


def test_what_the_decoder_reads_and_says() -> None:
    inputs, labels = speech.teach([[7, 8, 1, 2], [1, 2]], [[30, 31, 9], [40, 9]], 9)
    # One prompt and none: neither makes padding of the other, and no loss falls on either.
    assert inputs == [[7, 8, 1, 2, 30, 31], [1, 2, 40, 9, 9, 9]]
    assert labels == [[-100, -100, -100, 30, 31, 9], [-100, 40, 9, -100, -100, -100]]


def test_an_adapter_brings_its_tokens(base: Path, adapter: Path) -> None:
    model, processor = speech.load_base(base, PLAIN)
    assert [one.text for one in speech.transcribe(model, processor, sounds(0, 1), 2, 40)] == [TOLD[0], TOLD[1]]
    tuned = speech.load_adapter(model, adapter)
    found = speech.transcribe(tuned, speech.load_processor(adapter), sounds(0, 1, 2, 3), 2, 40)
    # Tokens side by side too: Whisper's own loop would take them for times, and what follows for another segment.
    assert [one.text for one in found] == list(TUNED.values())


def test_an_adapter_is_small_and_holds_the_new_rows_alone(base: Path, adapter: Path) -> None:
    from safetensors.torch import load_file

    held = load_file(adapter / "adapter_model.safetensors")
    rows = {name: tuple(one.shape) for name, one in held.items() if "lora_" not in name}
    assert list(rows.values()) == [(3, 16)]
    assert not any("embed_tokens.weight" in name for name in held)
    files = {path.name for path in adapter.iterdir()}
    assert {"tokenizer.json", "preprocessor_config.json", "generation_config.json", "adapter_config.json"} <= files


def test_an_adapter_on_another_base_is_refused(adapter: Path, tmp_path: Path) -> None:
    from tests.models.whispers import TINY

    make_base(tmp_path, TINY.model_copy(update={"hidden": 24}))
    model, _ = speech.load_base(tmp_path, PLAIN)
    with pytest.raises(ValueError, match="this adapter is of another base model"):
        speech.load_adapter(model, adapter)


@pytest.mark.parametrize("bits", [8, 4])
def test_bases_of_few_bits_hear_much_the_same(bits: int, tmp_path: Path) -> None:
    from tests.models.whispers import TINY

    make_base(tmp_path, TINY.model_copy(update={"hidden": 64}))
    whole, processor = speech.load_base(tmp_path, PLAIN)
    few, _ = speech.load_base(tmp_path, Quantization.model_validate({"bits": bits}))
    kinds = {type(module).__name__ for module in few.modules()}
    assert ("Linear8bitLt" if bits == 8 else "Linear4bit") in kinds
    one, other = (
        [found.logprob for found in speech.transcript_logprobs(model, processor, sounds(0, 1), TEXTS[:2], 2)]
        for model in (whole, few)
    )
    assert one != other
    assert np.allclose(one, other, rtol=0.15)


def test_a_prompt_stands_before_and_changes_what_is_likely(base: Path) -> None:
    model, processor = speech.load_base(base, PLAIN)
    assert speech.most_prompt(model) == 23
    alone, told = (
        speech.transcript_logprobs(model, processor, sounds(0), [TOLD[0]], 1, terms)[0].logprob
        for terms in ((), ("Good",))
    )
    assert alone != told
    assert math.isfinite(told)
    assert speech.transcribe(model, processor, sounds(0), 1, 4000, ("Good", "fine", "cough", "chest") * 5)


def test_terms_beside_an_adapter(tmp_path: Path) -> None:
    assert speech.prompt_terms(tmp_path) == ()
    (tmp_path / speech.TERMS).write_text("vedolizumab\nceliac disease\n")
    assert speech.prompt_terms(tmp_path) == ("vedolizumab", "celiac disease")


def test_a_model_of_several_languages_is_told_which(base: Path, tmp_path: Path) -> None:
    """Otherwise it would guess the language of each window."""
    from transformers import WhisperTokenizer

    from stages.models.scratch_whisper import SPECIAL

    plain = WhisperTokenizer.from_pretrained(base)
    import json

    learned = json.loads(plain.backend_tokenizer.to_str())["model"]
    made = WhisperTokenizer(vocab=learned["vocab"], merges=[tuple(pair) for pair in learned["merges"]])
    made.add_tokens([SPECIAL[0], "<|en|>", *SPECIAL[1:]], special_tokens=True)
    made.save_pretrained(tmp_path)
    speech.load_processor(base).feature_extractor.save_pretrained(tmp_path)
    several = speech.load_processor(tmp_path, several_languages=True).tokenizer
    names = several.convert_ids_to_tokens(several.prefix_tokens)
    assert names == ["<|startoftranscript|>", "<|en|>", "<|transcribe|>", "<|notimestamps|>"]
    several.save_pretrained(tmp_path / "adapter")
    speech.load_processor(base).feature_extractor.save_pretrained(tmp_path / "adapter")
    assert speech.load_processor(tmp_path / "adapter").tokenizer.prefix_tokens == several.prefix_tokens


def test_a_missing_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no model there; run `dvc repro base`"):
        speech.load_base(tmp_path / "absent", PLAIN)
