"""The public data that these tests read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

PUBLIC = Path(os.environ.get("ROUNDS_PUBLIC_DATA") or Path(__file__).parents[3] / "shared" / "data")
MEETEVAL = "diarization-rttm/meeteval/example_files"
DSCORE = "diarization-rttm/dscore/scorelib/tests"
SPEECHBRAIN = "speech/speechbrain-samples/tests/samples/rttm"
PYANNOTE = "speech/pyannote"


def public(path: str) -> Path:
    """A file of the public data, or a skip that says which is missing."""
    if not (PUBLIC / path).exists():
        pytest.skip(f"{path} is not below ROUNDS_PUBLIC_DATA or ../shared/data")
    return PUBLIC / path
