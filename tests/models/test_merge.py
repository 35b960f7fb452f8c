"""Merging keeps the adapter's products, its token rows and the tie between embeddings and output."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from stages.models import speech
from stages.models.merge import merge, save
from stages.models.spoken import add_tokens
from stages.params.train import Quantization
from tests.export import tones


@pytest.fixture
def base(tmp_path: Path) -> Path:
    tones.make_base(tmp_path / "base", steps=0)
    return tmp_path / "base"


def adapted(base: Path, **settings: Any) -> tuple[Any, Any, list[int]]:
    """A Whisper with two more tokens and an adapter of random numbers; its processor; the new ids."""
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(3)
    model, processor = speech.load_base(base, Quantization())
    new = add_tokens(processor.tokenizer, model.get_input_embeddings().weight.shape[0], tones.VOICES, ())
    speech.grow(model, len(processor.tokenizer))
    config = LoraConfig(r=4, target_modules=["q_proj", "v_proj"], init_lora_weights=False, **settings)
    config.trainable_token_indices = None if settings else {"embed_tokens": new}
    return get_peft_model(model, config).eval(), processor, new


def logits(model: Any) -> torch.Tensor:
    torch.manual_seed(4)
    heard, ids = torch.randn(2, 80, 200), torch.randint(0, 300, (2, 9))
    with torch.inference_mode():
        return model(input_features=heard, decoder_input_ids=ids).logits.clone()


def test_a_merged_whisper_says_what_its_adapter_says(base: Path, tmp_path: Path) -> None:
    tuned, processor, new = adapted(base)
    assert len(new) == 2
    wrapper = tuned.get_base_model().get_input_embeddings()
    before = wrapper.weight.detach().clone()
    for rows in wrapper.token_adapter.trainable_tokens_delta.values():
        rows.data.normal_()
    expected, rows = logits(tuned), next(iter(wrapper.token_adapter.trainable_tokens_delta.values())).detach().clone()
    save(merge(tuned), tmp_path / "merged", "float32", processor.tokenizer, processor.feature_extractor)
    again, _ = speech.load_base(tmp_path / "merged", Quantization())
    assert torch.allclose(logits(again), expected, atol=1e-5)
    embedding = again.get_input_embeddings().weight
    assert torch.equal(embedding[new], rows)
    assert torch.equal(embedding[: new[0]], before[: new[0]])
    assert again.proj_out.weight.data_ptr() == embedding.data_ptr()
    assert (tmp_path / "merged" / "preprocessor_config.json").is_file()


def test_an_adapter_that_unties_the_output_is_refused(base: Path) -> None:
    tuned, _, _ = adapted(base, modules_to_save=["embed_tokens"])
    with pytest.raises(ValueError, match="untied the output from the embeddings; train new tokens by"):
        merge(tuned)


def test_a_weight_that_is_no_number_is_refused(base: Path) -> None:
    tuned, _, _ = adapted(base)
    weight = next(parameter for name, parameter in tuned.named_parameters() if "lora_B" in name)
    weight.data[0, 0] = float("nan")
    with pytest.raises(ValueError, match="NaN"):
        merge(tuned)
