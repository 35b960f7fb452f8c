"""CTranslate2 and faster-whisper give what PyTorch gives, at every limit, on a Whisper that knows nothing."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stages import sound
from stages.models import ctranslate, speech
from stages.models.spoken import before, decode
from stages.params.train import Quantization
from tests.export import tones

WINDOWS = [case.samples for case in tones.cases(5)]


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the model and, below it, its conversions."""
    folder = tmp_path_factory.mktemp("whisper")
    tones.make_base(folder, steps=0)
    _sharpen(folder)
    for form in ("float32", "int8"):
        ctranslate.convert(folder, folder / form, form)
    return folder


def _sharpen(folder: Path) -> None:
    """Let an untaught model listen, be sure of what it says, so that rounding decides nothing, and say words alone."""
    model, processor = speech.load_base(folder, Quantization())
    model.model.decoder.layer_norm.weight.data.fill_(40.0)
    for name, weight in model.named_parameters():
        weight.data *= (1.0 if weight.dim() < 2 else 8.0) * (20.0 if "encoder_attn.out_proj" in name else 1.0)
    model.generation_config.suppress_tokens = wordless(processor.tokenizer)
    model.save_pretrained(folder)


def wordless(tokenizer: Any) -> list[int]:
    """Ids of tokens that are no letters, but for the end."""
    found = (id for id in range(len(tokenizer)) if not tokenizer.decode([id]).strip().isalpha())
    return [id for id in found if id != tokenizer.eos_token_id]


@pytest.mark.parametrize("most", [1, 2, 7, 30, 62])
@pytest.mark.parametrize("terms", [(), ("chills", "fatigue", "dizziness", "nausea rash")])
def test_transcripts_are_those_of_torch_to_the_last_token(converted: Path, most: int, terms: tuple[str, ...]) -> None:
    model, processor = speech.load_base(converted, Quantization())
    prompt = before(processor.tokenizer, terms, speech.most_prompt(model))
    assert len(prompt) > 2 if terms else len(prompt) == 2
    most = min(most, 64 - len(prompt))
    expected = speech.transcribe(model, processor, WINDOWS, 2, most, terms)
    engine = ctranslate.load(converted / "float32")
    assert ctranslate.transcribe(engine, processor.tokenizer, WINDOWS, 3, most, prompt) == expected
    assert all(one.text for one in expected)
    assert most < 30 or len({one.text for one in expected}) > 1


@pytest.mark.parametrize(("hop", "bins"), [(160, 80), (160, 128), (480, 80), (640, 40)])
def test_features_are_those_of_training(converted: Path, tmp_path: Path, hop: int, bins: int) -> None:
    from transformers import WhisperFeatureExtractor

    extractor = WhisperFeatureExtractor(feature_size=bins, hop_length=hop, chunk_length=2, n_fft=max(400, hop))
    shutil.copytree(converted / "int8", tmp_path / "other")
    extractor.save_pretrained(tmp_path / "other")
    engine = ctranslate.load(tmp_path / "other")
    expected = extractor(WINDOWS, sampling_rate=sound.RATE, return_tensors="np").input_features
    found = np.stack([ctranslate._features(engine, one) for one in WINDOWS])
    assert found.shape == expected.shape == (len(WINDOWS), bins, 2 * sound.RATE // hop)
    assert np.abs(found - expected).max() < 1e-3


def test_weights_are_computed_in_what_the_cpu_has(converted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import ctranslate2

    monkeypatch.setattr(ctranslate2, "get_cuda_device_count", lambda: 0)
    assert ctranslate.load(converted / "int8").model.compute_type == "int8_float32"
    assert ctranslate.load(converted / "float32").model.compute_type == "float32"


def test_a_window_that_is_too_long_is_refused(converted: Path) -> None:
    engine = ctranslate.load(converted / "int8")
    long = np.zeros(2 * sound.RATE + 1, np.float32)
    with pytest.raises(ValueError, match=r"a window of 2.00 s; this model hears 2 s at once"):
        ctranslate.transcribe(engine, None, [long], 1, 4, [300, 306])


def test_what_is_missing_is_named(converted: Path, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"int4: no converted model there; run `dvc repro export`"):
        ctranslate.load(tmp_path / "int4")
    (tmp_path / "tokenizer.json").write_bytes((converted / "tokenizer.json").read_bytes())
    with pytest.raises(FileNotFoundError, match=r"preprocessor_config.json: faster-whisper needs it"):
        ctranslate.convert(tmp_path, tmp_path / "int8", "int8")


def test_a_model_of_thirty_seconds_is_run_by_faster_whisper_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own `transcribe` hears the same, with nothing but the folder: no hub is asked for a tokenizer."""
    import socket

    tones.make_base(tmp_path, seconds=30, positions=448, steps=0)
    _sharpen(tmp_path)
    ctranslate.convert(tmp_path, tmp_path / "int8", "int8")

    def refuse(*_: Any) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    engine = ctranslate.load(tmp_path / "int8")
    tokenizer = speech.load_processor(tmp_path).tokenizer
    samples = np.concatenate(WINDOWS)
    never = wordless(tokenizer)
    whole = np.pad(samples, (0, engine.feature_extractor.n_samples - len(samples)))
    segments, _ = engine.transcribe(
        whole, beam_size=1, temperature=0, without_timestamps=True, suppress_tokens=never, max_new_tokens=38,
        no_speech_threshold=None, log_prob_threshold=None, compression_ratio_threshold=None, vad_filter=False,
    )  # fmt: skip
    heard = [segment.tokens for segment in segments]
    found = ctranslate.transcribe(engine, tokenizer, [samples], 1, 20, before(tokenizer))
    assert [decode(tokenizer, tokens) for tokens in heard] == [one.text for one in found] != [""]
