"""A tiny model with an adapter, and the memo of what they answered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from stages.evaluate.predictions import Prediction
from stages.params.base import Architecture
from tests.evaluate.tiny import EXAMPLES, answers, save_adapter


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with models/base/tiny and models/adapters/hpi, untrained but not alike."""
    import torch

    from stages.models.scratch import new_llama, new_tokenizer

    folder = tmp_path_factory.mktemp("models")
    torch.manual_seed(0)
    tokenizer = new_tokenizer([e.input + e.response for e in EXAMPLES], 300)
    model = new_llama(Architecture(vocabulary=300, hidden=16, layers=2, heads=2, context=512), tokenizer)
    model.save_pretrained(folder / "base/tiny")
    tokenizer.save_pretrained(folder / "base/tiny")
    save_adapter(folder, seed=1)
    return folder


@pytest.fixture(scope="module")
def memo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where finished batches are kept while these tests run."""
    folder = tmp_path_factory.mktemp("repository")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DVC_ROOT", str(folder))
        yield folder


@pytest.fixture(scope="module")
def found(models: Path, memo: Path) -> list[Prediction]:
    return answers(models)
