"""A tiny model that is taught canaries by heart, and the numbers that tell so."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest

from stages.audit.__main__ import audit
from stages.canaries import Canary
from stages.deidentify.plant import Planter
from stages.keys import Key
from stages.models.continuations import continuations
from stages.models.text import load_base, response_logprobs
from stages.params import load
from stages.params.train import Quantization
from stages.records import Origin, Record
from stages.shards import read_shard, write_bytes, write_shard
from stages.split.plant import laid_over, plant
from stages.train.text import train
from tests.train.project import ROOT, SHORT, example, make_project

KEY = Key(b"k" * 40)
EXAMPLES = 24


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose training examples hold canaries, trained until it knows them."""
    folder = make_project(
        tmp_path_factory.mktemp("audit") / "project",
        {**SHORT, "lora": {"r": 16, "alpha": 32.0, "dropout": 0.0, "targets": "all-linear"}, "epochs": 30.0},
        EXAMPLES,
    )
    with _in(folder):
        params = load()
        tasks = {"hpi": params.tasks["hpi"]}
        examples = [example(number) for number in range(EXAMPLES)]
        planted = plant(examples, tasks, 4, params.seed, Path("data/split"))
        write_shard(Path("data/split/hpi/train.jsonl"), laid_over(examples, planted))
        reads = [Record(f"r{n}", "reports", f"p{n}", "document", Origin("f", "0", "t"), text="Cough.") for n in (1, 2)]
        before = [Planter(0.99, 7, KEY).plant(read).canary for read in reads]
        write_shard(Path("data/deidentify/canaries.jsonl"), [one for one in before if one])
        train(params, "hpi", Path("data/split/hpi"))
        write_bytes(
            Path("metrics/deidentify.json"),
            orjson.dumps({"canaries.planted.PHONE": 4, "canaries.removed.PHONE": 3, "in": 9}),
        )
    return folder


class _in:
    """The working directory of a block."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> None:
        self._old = Path.cwd()
        os.chdir(self._folder)

    def __exit__(self, *_: object) -> None:
        os.chdir(self._old)


def run(project: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.chdir(project)
    monkeypatch.delenv("DVC_ROOT", raising=False)
    params = load()
    audit(params.model_copy(update={"tasks": {"hpi": params.tasks["hpi"]}}))
    return dict(orjson.loads(Path("metrics/privacy.json").read_bytes()))


def test_what_was_taught_is_exposed_and_extracted(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = run(project, monkeypatch)
    assert (told["planted"], told["removed"], told["canary_recall"]) == (4, 3, 0.75)
    after = told["tasks"]["hpi"]["after"]
    assert after["canaries"] == 4
    assert after["tuned"]["exposure"] > 6
    assert after["tuned"]["p"] < 1e-4
    assert after["base"]["exposure"] < 5
    assert after["base"]["extraction_rate"] == 0.0
    assert after["base"]["p"] > 1e-3
    # No training example was made of the records that got one before.
    assert told["tasks"]["hpi"]["before"]["canaries"] == 0
    assert told["tasks"]["hpi"]["before"]["tuned"]["exposure"] is None


def test_no_identifier_is_written_and_the_second_run_is_the_same(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = run(project, monkeypatch)
    ranks = Path("data/audit/hpi.jsonl").read_bytes()
    planted = list(read_shard(Path("data/split/canaries/hpi.jsonl"), Canary))
    assert not any(one.identifier.encode() in ranks for one in planted)
    assert run(project, monkeypatch) == first
    assert Path("data/audit/hpi.jsonl").read_bytes() == ranks


def test_an_adapter_that_is_overwritten_is_asked_anew(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = run(project, monkeypatch)
    weights = project / "models/adapters/hpi/adapter_model.safetensors"
    kept = weights.read_bytes()
    from safetensors.torch import load_file, save_file

    save_file({name: value * 0 for name, value in load_file(weights).items()}, weights)
    try:
        after = run(project, monkeypatch)["tasks"]["hpi"]["after"]
        assert after["tuned"] == after["base"]
    finally:
        weights.write_bytes(kept)
    assert run(project, monkeypatch) == first


@pytest.mark.parametrize("batch", [1, 3, 8])
def test_an_ending_is_as_likely_as_in_the_whole_text(project: Path, batch: int) -> None:
    model, tokenizer = load_base(project / "models/base/clinic", Quantization())
    prompt, stem = "### Instruction:\nWrite the HPI.\n", "HPI: cough. The number is "
    endings = ["212-555-0148.", "9.", "212-555-0149.", "zero", "a long one, and longer still."]
    found = continuations(model, tokenizer, prompt, stem, endings, batch)
    whole = response_logprobs(model, tokenizer, [prompt] * 5, [stem + one for one in endings], 1)
    for one, other in zip(found, whole, strict=True):
        # They differ by what all endings have in common, which is one constant.
        assert one.logprob - other.logprob == pytest.approx(found[0].logprob - whole[0].logprob, abs=1e-3)


def test_the_command_says_what_is_missing(project: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "stages.audit", "--params", str(project / "params.yaml")]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
