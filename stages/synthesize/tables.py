"""The clinic's teaching material as tables: flashcards as a Hugging Face data set, terminology as JSON lines."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from pathlib import Path

from stages.records import to_json
from stages.synthesize.flashcards import make_flashcards
from stages.synthesize.terminology import make_terminology


def write_flashcards(folder: Path, number: int, seed: int) -> int:
    """Write a `save_to_disk` folder with columns instruction, input, output, split; returns the number of rows."""
    from datasets import Dataset, disable_progress_bars
    from datasets.table import InMemoryTable

    rows = [asdict(card) for card in make_flashcards(seed, number)]
    # Left to itself the library draws a fingerprint that differs from run to run.
    fingerprint = hashlib.sha256(b"\n".join(map(to_json, rows))).hexdigest()[:16]
    disable_progress_bars()
    Dataset(InMemoryTable.from_pylist(rows), fingerprint=fingerprint).save_to_disk(folder)
    return len(rows)


def write_terminology(path: Path, seed: int) -> int:
    """Write one example a line; returns their number."""
    lines = [to_json(asdict(term)) + b"\n" for term in make_terminology(seed)]
    path.write_bytes(b"".join(lines))
    return len(lines)
