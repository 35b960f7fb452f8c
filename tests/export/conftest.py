"""A small Whisper and its adapter, taught once for all tests of speech exports."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.export import tones

HEARD = tones.cases(16)


@pytest.fixture(scope="session")
def taught(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with models/base/tones and models/adapters/scribe."""
    folder = tmp_path_factory.mktemp("taught")
    tones.make_base(folder / "models/base/tones", HEARD)
    tones.make_adapter(folder / "models/base/tones", folder / "models/adapters/scribe", HEARD)
    return folder
