"""Both libraries that propose pairs give the same splits, to the byte."""

from __future__ import annotations

import random
from functools import partial
from pathlib import Path

import pytest

from stages.params import load
from stages.split import __main__ as stage
from stages.split.minhash import Datasketch, Rensa, proposals
from stages.split.similarity import Index
from tests.split.examples import document
from tests.split.test_twins import TWINS, corpus


def test_datasketch_stands_in_where_rensa_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stages.split.minhash.find_spec", lambda name: None)
    assert isinstance(proposals(32, 4), Datasketch)


@pytest.mark.parametrize("seed", range(4))
def test_the_same_splits_with_rensa_and_with_datasketch(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, seed: int
) -> None:
    pytest.importorskip("rensa", reason="rensa is not installed: pip install 'rounds[native]'")
    assert isinstance(proposals(32, 4), Rensa)
    key = tmp_path / "key"
    key.write_bytes(b"k" * 40)
    params = load().model_copy(update={"key_file": str(key)})
    examples, _ = corpus(seed, random.Random(seed).choices(TWINS, k=20))
    # A held-out patient's documents are looked for as well, and some stand in the corpus under another name.
    records = [document(one.id, one.group) for one in examples]
    records += [document(f"{one.id}-library", text=f"{one.input} now") for one in examples[::3]]
    numbers = {}
    for library in (Datasketch, Rensa):
        monkeypatch.setattr(stage, "Index", partial(Index, made=library))
        numbers[library] = stage.split(params, examples, records, tmp_path / library.__name__)
    assert numbers[Datasketch]["bridged_components"] > 0
    assert numbers[Datasketch]["corpus"]["left_out.near-duplicate of a validation or test example"] > 0
    assert numbers[Datasketch] == numbers[Rensa]
    assert _bytes(tmp_path / "Datasketch") == _bytes(tmp_path / "Rensa")


def _bytes(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
