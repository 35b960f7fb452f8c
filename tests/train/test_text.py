"""A real training of a tiny model: what it writes, what it refuses, and what its keys do."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path
from typing import Any

import pytest

from stages.models.text import generate, load_adapter, load_base, response_logprobs
from stages.params import load
from stages.params.train import Quantization
from stages.records import Example
from stages.shards import read_shard, write_shard
from stages.train.examples import Refused
from stages.train.text import train
from tests.train.project import SHORT, example, make_project, start

BASE = "models/base/clinic"
DATA = Path("data/split/hpi")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project, entered."""
    folder = make_project(tmp_path / "project")
    monkeypatch.chdir(folder)
    monkeypatch.delenv("DVC_ROOT", raising=False)
    return folder


def declare(folder: Path, **keys: Any) -> None:
    """Write keys over those of `train.hpi`."""
    from ruamel.yaml import YAML

    yaml = YAML()
    params = yaml.load(folder / "params.yaml")
    params["train"]["hpi"] = {**SHORT, **keys}
    yaml.dump(params, folder / "params.yaml")


def told(name: str) -> dict[str, Any]:
    return dict(json.loads(Path(name).read_bytes()))


def curve(name: str) -> list[tuple[int, float]]:
    with Path("plots/train/hpi", name).open() as file:
        rows = list(csv.reader(file, delimiter="\t"))
    return [(int(step), float(value)) for step, value in rows[1:]]


def test_the_adapter_lowers_the_loss_and_can_be_switched_off(project: Path) -> None:
    outcome = train(load(), "hpi", DATA)
    config = told("models/adapters/hpi/adapter_config.json")
    assert config["base_model_name_or_path"] == BASE
    assert config["target_modules"] == sorted(config["target_modules"])

    checked = list(read_shard(DATA / "validation.jsonl", Example))
    base, tokenizer = load_base(BASE, Quantization())
    from stages.models.prompts import render

    prompts, completions = zip(*(render(one, tokenizer) for one in checked), strict=True)

    def loss(model: Any) -> float:
        found = response_logprobs(model, tokenizer, prompts, completions, 4)
        return -math.fsum(one.logprob for one in found) / sum(one.tokens for one in found)

    before, answers = loss(base), generate(base, tokenizer, prompts, 12, 4)
    tuned = load_adapter(base, "models/adapters/hpi")
    assert loss(tuned) < before - 0.1
    assert outcome.validation_loss == pytest.approx(loss(tuned), rel=1e-5)
    with tuned.disable_adapter():
        assert loss(tuned) == pytest.approx(before, rel=1e-6)
        assert generate(tuned, tokenizer, prompts, 12, 4) == answers
    numbers = told("metrics/train/hpi.json")
    assert numbers["perplexity"] == pytest.approx(math.exp(numbers["validation_loss"]), rel=1e-5)
    assert (numbers["examples"], numbers["validation_examples"], numbers["dropped"]) == (30, 6, 0)
    trained = sum(p.numel() for name, p in tuned.named_parameters() if "lora_" in name)
    assert (numbers["trainable"], numbers["trainable_share"]) == (trained, round(trained / numbers["parameters"], 6))
    assert numbers["steps"] == 24
    run = told("data/train/hpi/run.json")
    assert (run["batch"], run["rank"], run["bits"], run["resumed_from"]) == ("4 x 1", 2, 0, None)
    assert run["seconds"] > 0


def test_each_epoch_is_validated_and_the_best_adapter_kept(project: Path) -> None:
    # Answers of another kind than those that are taught: the better the lesson goes, the less it expects them.
    write_shard(DATA / "validation.jsonl", [example(n, "validation", response="Nothing.") for n in range(4)])
    declare(project, learning_rate=0.03, epochs=6.0, scheduler="constant")
    outcome = train(load(), "hpi", DATA)
    losses = dict(curve("validation/loss.tsv"))
    assert list(losses) == [8, 16, 24, 32, 40, 48]
    best = min(losses, key=lambda step: losses[step])
    assert best != 48
    assert outcome.best_step == best
    assert outcome.validation_loss == pytest.approx(losses[best], rel=1e-4)


def test_four_bits_train_too(project: Path) -> None:
    declare(project, quantization={"bits": 4, "double": True, "compute": "float32"}, max_steps=6)
    outcome = train(load(), "hpi", DATA)
    assert outcome.steps == 6
    assert outcome.parameters > outcome.trainable * 10
    assert told("data/train/hpi/run.json")["bits"] == 4


def test_early_stopping_stops(project: Path) -> None:
    write_shard(DATA / "validation.jsonl", [example(n, "validation", response="Nothing.") for n in range(4)])
    declare(project, learning_rate=0.03, epochs=9.0, scheduler="constant", early_stopping=1)
    outcome = train(load(), "hpi", DATA)
    assert outcome.best_step is not None
    assert outcome.steps == outcome.best_step + 8 < 9 * 8


def test_accumulation_gives_fewer_steps_and_curves_hold_only_what_is_the_same_twice(project: Path) -> None:
    declare(project, accumulation=2, max_steps=0, epochs=2.0, checkpoint_steps=3)
    assert train(load(), "hpi", DATA).steps == 8
    found = sorted(
        p.relative_to("plots/train/hpi").as_posix() for p in Path("plots/train/hpi").rglob("*") if p.is_file()
    )
    assert found == [
        "train/grad_norm.tsv",
        "train/learning_rate.tsv",
        "train/loss.tsv",
        "train/mean_token_accuracy.tsv",
        "validation/loss.tsv",
        "validation/mean_token_accuracy.tsv",
    ]


def test_without_validation_examples_the_last_adapter_is_kept(project: Path) -> None:
    write_shard(DATA / "validation.jsonl", [])
    declare(project, max_steps=4)
    outcome = train(load(), "hpi", DATA)
    assert (outcome.steps, outcome.validation_loss, outcome.perplexity) == (4, None, None)
    assert Path("models/adapters/hpi/adapter_model.safetensors").is_file()
    assert told("metrics/train/hpi.json")["perplexity"] is None


def test_over_long_examples_are_counted(project: Path) -> None:
    write_shard(DATA / "train.jsonl", [*map(example, range(8)), example(99, response="too long " * 90)])
    declare(project, max_steps=2)
    assert train(load(), "hpi", DATA).dropped == 1
    (line,) = Path("data/train/hpi/quarantine.jsonl").read_text().splitlines()
    assert json.loads(line)["reason"] == "longer than max_length"


@pytest.mark.parametrize(
    ("keys", "examples", "said"),
    [
        ({"max_length": 16}, 30, r"none of the 30 .*longer than max_length.*train\.hpi\.max_length is 16"),
        ({}, 0, r"no training examples"),
        ({"report_to": ["mlflow"]}, 30, r"train\.hpi\.report_to names mlflow, which is not installed"),
    ],
    ids=["all too long", "none there", "no mlflow"],
)
def test_what_would_teach_nothing_is_refused(
    keys: dict[str, Any], examples: int, said: str, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stages.train.curves.find_spec", lambda _: None)
    write_shard(DATA / "train.jsonl", map(example, range(examples)))
    declare(project, **keys)
    with pytest.raises(Refused, match=said):
        train(load(), "hpi", DATA)
    assert not Path("models/adapters").exists()


def test_the_command_names_the_tasks_that_there_are(project: Path) -> None:
    running = start(project, "--params", "nowhere.yaml")
    _, errors = running.communicate(timeout=120)
    assert (running.returncode, "nowhere.yaml" in errors) == (2, True)
