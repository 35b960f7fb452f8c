"""A base model fetched from the Hugging Face hub at a pinned revision: the one stage that uses the network."""

from __future__ import annotations

import shutil
from pathlib import Path

from stages.base.folder import size
from stages.params.base import Base

WANTED = ("*.json", "*.safetensors", "*.model", "*.jinja", "tokenizer*", "*.txt", "*.md", "*.cfg")
"""Weights as safetensors alone: pickled ones can run code when they are loaded."""


def fetch(declared: Base, out: Path) -> dict[str, float]:
    """Fetch the declared repository and revision into `out`; returns its size.

    Raises `ValueError` when the repository or revision cannot be had, saying why.
    """
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    assert declared.name is not None, "params.base requires it"
    assert declared.revision is not None, "params.base requires it"
    shutil.rmtree(out, ignore_errors=True)
    try:
        snapshot_download(declared.name, revision=declared.revision, local_dir=out, allow_patterns=list(WANTED))
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        why = str(error).splitlines()[0]
        raise ValueError(
            f"{declared.name} at {declared.revision} cannot be fetched: {type(error).__name__}: {why}"
        ) from None
    # Holds the times of the download, which would change the out's hash.
    shutil.rmtree(out / ".cache", ignore_errors=True)
    return size(out)
