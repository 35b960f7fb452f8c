"""A real training of a tiny Whisper: what it writes, what it refuses, and what its keys do."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ruamel.yaml import YAML

from stages import sound
from stages.models import speech
from stages.params import load
from stages.params.train import Quantization
from stages.records import Example
from stages.shards import read_shard, write_shard
from stages.train import windows
from stages.train.examples import Refused
from stages.train.speech import train
from tests.train.speech_project import (
    ROLES,
    SAID,
    SHORT,
    example,
    finish,
    make_project,
    outputs,
    start,
    write_recording,
)

DATA = Path("data/split/scribe")
AUDIO = Path("data/deidentify/audio/r1.flac")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project, entered."""
    folder = make_project(tmp_path / "project")
    monkeypatch.chdir(folder)
    monkeypatch.delenv("DVC_ROOT", raising=False)
    return folder


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project trained without interruption, in this process."""
    folder = make_project(tmp_path_factory.mktemp("whole") / "project")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.delenv("DVC_ROOT", raising=False)
        train(load(), "scribe", DATA)
    return folder


def declare(**keys: Any) -> None:
    """Write keys over those of `train.scribe`."""
    yaml = YAML()
    params = yaml.load(Path("params.yaml"))
    params["train"]["scribe"] = {**SHORT, **keys}
    with Path("params.yaml").open("w") as file:
        yaml.dump(params, file)


def told(name: str) -> dict[str, Any]:
    return dict(json.loads(Path(name).read_bytes()))


def quarantined() -> list[Mapping[str, str]]:
    lines = Path("data/train/scribe/quarantine.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def test_outputs_are_those_of_the_contract_and_the_checkpoints_are_gone(trained: Path) -> None:
    found = set(outputs(trained))
    assert {name.removeprefix("models/adapters/scribe/") for name in found if name.startswith("models/")} == {
        "adapter_config.json", "adapter_model.safetensors", "generation_config.json", "preprocessor_config.json",
        "tokenizer.json", "tokenizer_config.json",
    }  # fmt: skip
    curves = {"plots/train/scribe/train/loss.tsv", "plots/train/scribe/validation/loss.tsv"}
    assert {"metrics/train/scribe.json", "data/train/scribe/quarantine.jsonl", *curves} <= found
    assert not list((trained / ".dvc" / "tmp").rglob("checkpoint-*"))
    assert str(trained).encode() not in b"".join(outputs(trained).values())


def test_a_training_killed_half_way_ends_with_the_same_bytes(trained: Path, tmp_path: Path) -> None:
    folder = make_project(tmp_path / "project")
    running = start(folder)
    try:
        until = time.monotonic() + 240
        while not list((folder / ".dvc").rglob("checkpoint-*.sha256")):
            assert running.poll() is None, running.stderr.read()  # type: ignore[union-attr]
            assert time.monotonic() < until, "no checkpoint came"
            time.sleep(0.02)
        running.send_signal(signal.SIGKILL)
    finally:
        running.wait()
    assert running.returncode == -signal.SIGKILL
    assert not (folder / "models" / "adapters").exists()
    finish(folder)
    assert outputs(folder) == outputs(trained)
    assert b'"resumed_from": null' not in (folder / "data/train/scribe/run.json").read_bytes()


def test_the_adapter_teaches_who_speaks_and_its_loss_is_what_it_says(project: Path) -> None:
    declare(learning_rate=0.03, epochs=25.0, lora={**SHORT["lora"], "r": 8, "dropout": 0.0}, perturbation={})
    outcome = train(load(), "scribe", DATA)
    model, _ = speech.load_base("models/base/speech", Quantization())
    tuned = speech.load_adapter(model, "models/adapters/scribe")
    processor = speech.load_processor("models/adapters/scribe")
    windows = [sound.read(AUDIO, float(kind), kind + 0.9) for kind in range(4)]
    wanted = [f"<|{ROLES[kind % 2]}|> {said}" for kind, said in enumerate(SAID)]
    assert [one.text for one in speech.transcribe(tuned, processor, windows, 4, 40)] == wanted
    found = speech.transcript_logprobs(tuned, processor, windows, wanted, 4)
    checked = [2, 3, 0, 1, 2, 3]  # of the validation examples 50 to 55
    loss = -sum(found[kind].logprob for kind in checked) / sum(found[kind].tokens for kind in checked)
    assert outcome.validation_loss == pytest.approx(loss, rel=1e-4)
    numbers = told("metrics/train/scribe.json")
    assert (numbers["examples"], numbers["validation_examples"], numbers["dropped"]) == (30, 6, 0)
    held = sum(p.numel() for p in tuned.parameters() if p.requires_grad)
    assert held == 0
    assert numbers["trainable"] == outcome.trainable
    assert numbers["trainable_share"] < 0.3


def test_new_tokens_start_as_the_mean_of_their_words(project: Path) -> None:
    from safetensors.torch import load_file

    declare(max_steps=1, learning_rate=1e-12)
    train(load(), "scribe", DATA)
    held = load_file("models/adapters/scribe/adapter_model.safetensors")
    (rows,) = (one for name, one in held.items() if "lora_" not in name)
    model, processor = speech.load_base("models/base/speech", Quantization())
    weight = model.get_input_embeddings().weight.detach()
    for row, role in zip(rows, ROLES, strict=True):
        ids = processor.tokenizer(f" {role}", add_special_tokens=False)["input_ids"]
        assert np.allclose(row, weight[ids].mean(0), atol=1e-6)


def test_what_was_suppressed_but_taught_may_be_said(project: Path) -> None:
    """Whisper suppresses `/` and `:`, without which no blood pressure can be written."""
    config = told("models/base/speech/generation_config.json")
    _, processor = speech.load_base("models/base/speech", Quantization())
    slash, colon, plus = processor.tokenizer.convert_tokens_to_ids(["/", ":", "+"])
    config["suppress_tokens"] = [slash, colon, plus]
    Path("models/base/speech/generation_config.json").write_text(json.dumps(config))
    declare(max_steps=1)
    train(load(), "scribe", DATA)
    assert told("models/adapters/scribe/generation_config.json")["suppress_tokens"] == [plus]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"response": " "}, "empty response"),
        ({"response": "<|doctor|> " + "Any pain in the chest? " * 20}, "longer than max_length"),
        ({"response": "<|nurse|> Good."}, "speaker without a token"),
        ({"audio": None}, "no sound"),
        ({"meta": {"start": 0.0, "end": 2.01}}, "sound longer than the window"),
        ({"meta": {"start": 0.0, "end": 1.0, "audio_sha256": "0" * 64}}, "recording has changed"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_trained_on_is_quarantined(project: Path, changed: Mapping[str, Any], reason: str) -> None:
    bad = replace(example(99, AUDIO), **changed)
    write_shard(DATA / "train.jsonl", [*(example(number, AUDIO) for number in range(8)), bad])
    declare(max_steps=1)
    assert train(load(), "scribe", DATA).dropped == 1
    (line,) = quarantined()
    assert (line["id"], line["reason"]) == ("train099", reason)
    assert "pain" not in json.dumps(line)


def test_a_recording_that_is_not_there_is_named(project: Path) -> None:
    AUDIO.unlink()
    with pytest.raises(FileNotFoundError, match=r"train000: .*r1.flac: no such recording; run `dvc repro deidentify`"):
        train(load(), "scribe", DATA)


def test_nothing_to_train_on_is_refused(project: Path) -> None:
    write_shard(DATA / "train.jsonl", [example(1, AUDIO, response=" ")])
    with pytest.raises(Refused, match=r"none of the 1 training examples can be used \(empty response\)"):
        train(load(), "scribe", DATA)
    write_shard(DATA / "train.jsonl", [])
    with pytest.raises(Refused, match="no training examples"):
        train(load(), "scribe", DATA)


def test_medical_terms_as_tokens(project: Path) -> None:
    declare(max_steps=2, medical_terms="tokens")
    train(load(), "scribe", DATA)
    tokenizer = speech.load_processor("models/adapters/scribe").tokenizer
    from stages.models.spoken import added_tokens

    assert list(added_tokens(tokenizer).values()) == ["<|doctor|>", "<|patient|>", "cough"]
    assert told("models/adapters/scribe/adapter_config.json")["trainable_token_indices"] == [312, 313, 314]


def test_medical_terms_as_a_prompt(project: Path) -> None:
    terms = ["fever", "cough", "pain"]
    teaching = [
        replace(one, meta={**one.meta, "medical_terms": terms[: 1 + number % 3]})
        for number, one in enumerate(read_shard(DATA / "train.jsonl", Example))
    ]
    write_shard(DATA / "train.jsonl", teaching)
    declare(max_steps=3, medical_terms="prompt", most_terms=2)
    train(load(), "scribe", DATA)
    assert speech.prompt_terms("models/adapters/scribe") == ("fever", "cough")


def test_without_any_listed_term_the_use_of_terms_is_refused(project: Path) -> None:
    bare = [replace(example(n, AUDIO), meta={"start": 0.0, "end": 0.9}) for n in range(4)]
    write_shard(DATA / "train.jsonl", bare)
    declare(medical_terms="prompt")
    with pytest.raises(Refused, match=r"no training example lists any under `meta.medical_terms`"):
        train(load(), "scribe", DATA)


def test_eight_bits_checkpointing_and_accumulation_train_too(project: Path) -> None:
    declare(max_steps=3, quantization={"bits": 8}, gradient_checkpointing=True, accumulation=2)
    outcome = train(load(), "scribe", DATA)
    assert outcome.steps == 3
    assert told("data/train/scribe/run.json")["bits"] == 8


def test_accumulation_sums_no_larger_a_gradient(project: Path) -> None:
    """Whisper's own loss would be summed over batches, not averaged."""
    from csv import reader

    norms = []
    for batch, accumulation in ((8, 1), (4, 2)):
        declare(max_steps=10, batch=batch, accumulation=accumulation, perturbation={}, learning_rate=1e-9,
                lora={**SHORT["lora"], "dropout": 0.0})  # fmt: skip
        train(load(), "scribe", DATA)
        with Path("plots/train/scribe/train/grad_norm.tsv").open() as file:
            norms.append(float(list(reader(file, delimiter="\t"))[1][1]))
    assert norms[0] == pytest.approx(norms[1], rel=0.3)


def test_the_same_recording_under_another_name_is_another_training(project: Path) -> None:
    """Features are kept by content."""
    declare(max_steps=1)
    train(load(), "scribe", DATA)
    kept = sorted(Path(".dvc/tmp/rounds/features/scribe-train").iterdir())
    write_recording(AUDIO, 5)
    # A stage is a process of its own, in which no file changes.
    windows._digest.cache_clear()
    write_shard(DATA / "train.jsonl", [example(number, AUDIO) for number in range(8)])
    train(load(), "scribe", DATA)
    assert len(list(Path(".dvc/tmp/rounds/features/scribe-train").iterdir())) == len(kept) + 1
