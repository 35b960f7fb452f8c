"""First weights of a Whisper that has learned nothing: it whitens what it hears, and looks beside."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from stages.models.attuned import OFFSETS, attune
from stages.models.scratch_whisper import new_speech_processor, new_whisper
from stages.params.base import Hearing


@pytest.fixture(scope="module")
def heard() -> np.ndarray:
    """Windows whose bins are nearly the same, as mel bins are."""
    rng = np.random.default_rng(0)
    common = rng.normal(size=(12, 1, 400))
    return (common + 0.6 * rng.normal(size=(12, 80, 400))).astype(np.float32)


@pytest.fixture(scope="module")
def encoder(heard: np.ndarray) -> object:
    torch.manual_seed(0)
    hearing = Hearing(hidden=64, heads=4, window=6, hop=240)
    model = new_whisper(hearing, new_speech_processor(["a b c"], hearing).tokenizer)
    attune(model.model.encoder, heard, np.full(len(heard), 400))
    return model.model.encoder.eval()


def test_the_first_convolution_hears_components_at_equal_strength(encoder, heard: np.ndarray) -> None:
    with torch.no_grad():
        out = encoder.conv1(torch.from_numpy(heard))[..., 1:-1].transpose(0, 1).reshape(64, -1)
    covariance = np.cov(out[:32].numpy())
    assert np.diag(covariance) == pytest.approx(np.ones(32), rel=0.05)
    assert np.abs(covariance - np.diag(np.diag(covariance))).max() < 0.05
    assert torch.allclose(out[:32], -out[32:], atol=1e-4)
    assert out[:32].mean(1).abs().max() < 0.05


def test_the_second_convolution_is_as_strong_as_one_position(encoder, heard: np.ndarray) -> None:
    with torch.no_grad():
        out = encoder.conv2(torch.nn.functional.gelu(encoder.conv1(torch.from_numpy(heard))))
    assert out.std().item() == pytest.approx(1, rel=1e-3)


def test_each_head_looks_so_many_frames_aside(encoder) -> None:
    positions = encoder.embed_positions.weight[:120]
    for layer in encoder.layers:
        attention = layer.self_attn
        given = torch.nn.functional.layer_norm(positions, (64,))
        with torch.no_grad():
            query, key = (
                project(given).view(120, 4, 16).transpose(0, 1) for project in (attention.q_proj, attention.k_proj)
            )
        looked = (query @ key.transpose(1, 2) / 4).softmax(-1)
        for head, offset in enumerate(OFFSETS):
            at = looked[head, 40:80].argmax(-1) - torch.arange(40, 80)
            assert at.float().median().item() == offset, head


def test_too_short_windows_and_bins_that_never_change_are_borne() -> None:
    torch.manual_seed(0)
    hearing = Hearing(vocabulary=300, hidden=16, heads=2, window=2, hop=400, bins=20)
    model = new_whisper(hearing, new_speech_processor(["a b c"], hearing).tokenizer)
    sounds = np.zeros((3, 20, 80), np.float32)
    sounds[:, :5] = np.random.default_rng(0).normal(size=(3, 5, 80))
    attune(model.model.encoder, sounds, np.array([80, 80, 2]))
    assert all(torch.isfinite(weight).all() for weight in model.parameters())
