"""The export of a text task: a real adapter, trained, evaluated, merged, loaded again."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from ruamel.yaml import YAML

from stages import metrics
from stages.contamination import Contamination, Overlap
from stages.evaluate.__main__ import evaluate
from stages.export.__main__ import export
from stages.export.outcome import Refused, sample
from stages.models.merge import merge, save
from stages.models.text import generate, load_adapter, load_base, next_logprobs, tokenize
from stages.params import Params, load
from stages.params.train import Quantization
from stages.shards import write_shard
from stages.train.text import train
from tests.train.project import ROOT, SHORT, example, make_project

OUT = Path("models/export/hpi")


def declare(**keys: Any) -> Params:
    """Export the task `hpi` with these keys of `export`, and answer in few tokens."""
    file = Path("params.yaml")
    plain = YAML(typ="safe", pure=True).load(file)
    plain["evaluate"] |= {"most_new_tokens": 12, "replicates": 100}
    plain["export"] = {"tasks": {"hpi": {"base": "clinic"}}, **keys}
    with file.open("w") as text:
        YAML().dump(plain, text)
    return load(file)


@pytest.fixture(scope="module", autouse=True)
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project with a trained and evaluated adapter, entered."""
    folder = make_project(tmp_path_factory.mktemp("project") / "rounds", {**SHORT, "max_steps": 24})
    tests = [example(number, "test") for number in range(70, 78)]
    write_shard(folder / "data/split/hpi/test.jsonl", tests)
    overlaps = [Contamination(one.id, one.group, Overlap(), Overlap()) for one in tests]
    write_shard(folder / "data/split/contamination/hpi.jsonl", overlaps)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.delenv("DVC_ROOT", raising=False)
        params = declare()
        train(params, "hpi", Path("data/split/hpi"))
        evaluate(params, "hpi")
        yield folder


@pytest.fixture(scope="module")
def exported(project: Path) -> dict[str, bytes]:
    """The files of an export that passed."""
    export(declare(), "hpi")
    return read(OUT)


def read(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_merged_model_is_the_adapter_on_its_base(exported: dict[str, bytes]) -> None:
    prompts = [f"### Instruction:\n{example(n).instruction}\n\n### Response:\n" for n in range(4)]
    base, tokenizer = load_base("models/base/clinic", Quantization())
    plain = list(next_logprobs(base, tokenizer, prompts))
    tuned = load_adapter(base, "models/adapters/hpi")
    merged, _ = load_base(OUT, Quantization())
    for told, prompt in enumerate(prompts):
        ids = torch.tensor([tokenize(tokenizer, prompt, "").ids])
        with torch.inference_mode():
            expected, found = (model(ids).logits for model in (tuned, merged))
        assert torch.allclose(expected, found, atol=1e-4)
        assert abs(plain[told] - expected[0, -1].log_softmax(-1).numpy()).max() > 1e-3, "the adapter changes nothing"
    assert [one.text for one in generate(tuned, tokenizer, prompts, 12, 4)] == [
        one.text for one in generate(merged, tokenizer, prompts, 12, 4)
    ]


def test_the_folder_has_all_that_is_loaded_and_read(exported: dict[str, bytes]) -> None:
    wanted = {"config.json", "generation_config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"}
    assert wanted | {"README.md", "Modelfile"} == exported.keys()
    assert not [path for path in OUT.parent.iterdir() if path != OUT]
    from safetensors.torch import load as weights

    assert not [name for name in weights(exported["model.safetensors"]) if "lora" in name]


def test_parity_is_measured_and_told(exported: dict[str, bytes]) -> None:
    numbers = metrics.read("metrics/export/hpi.json")
    assert numbers["examples"] == 8
    assert numbers["same_answers"] == 1.0
    assert numbers["most_logit_difference"] < 1e-4
    assert numbers["bytes"] == len(exported["model.safetensors"])
    answers = [json.loads(line) for line in Path("data/export/hpi/answers.jsonl").read_text().splitlines()]
    assert [answer["id"] for answer in answers] == [f"test{n:03d}" for n in range(70, 78)]
    assert all(answer.get("adapter") == answer.get("merged") for answer in answers)
    assert json.loads(Path("data/export/hpi/run.json").read_bytes())["seconds"].keys() == {"adapter", "merged"}


def test_the_card_tells_data_params_metrics_use_and_limits(exported: dict[str, bytes]) -> None:
    card = exported["README.md"].decode()
    front = YAML(typ="safe").load(card.split("---\n")[1])
    assert front["library_name"] == "transformers"
    assert front["pipeline_tag"] == "text-generation"
    headings = [line for line in card.splitlines() if line.startswith("#")]
    assert headings == [
        "# hpi", "## Intended use", "## Results on the held-out test set", "## This export beside the adapter",
        "## Use", "## Training", "## Limits",
    ]  # fmt: skip
    scores, ends = metrics.read("metrics/hpi.json"), metrics.read("metrics/intervals/hpi.json")["rougeL"]
    interval = f"{ends['tuned_low']:.4g} to {ends['tuned_high']:.4g}"
    assert f"| `rougeL` | {scores['base']['rougeL']:.4g} | {scores['tuned']['rougeL']:.4g} | {interval} |" in card
    assert "8 test prompts: 100 % of the answers are the adapter's" in card
    assert "invented clinic" in card
    assert '"learning_rate": 0.01' in card
    assert "run this model with transformers" in card


def test_the_card_names_the_very_data(exported: dict[str, bytes]) -> None:
    told = next(line for line in exported["README.md"].decode().splitlines() if line.startswith("| data set"))
    train = Path("data/split/hpi/train.jsonl")
    kept = train.read_bytes()
    try:
        train.write_bytes(kept + kept.splitlines(keepends=True)[0].replace(b"train000", b"train999"))
        export(declare(), "hpi")
        assert told not in (OUT / "README.md").read_text()
    finally:
        train.write_bytes(kept)


def test_two_exports_are_equal_hash_for_hash(exported: dict[str, bytes]) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "random", "CI": "1"}
    shutil.rmtree(OUT)
    declare()
    done = subprocess.run(
        [sys.executable, "-m", "stages.export", "hpi"], env=environment, capture_output=True, text=True, timeout=300
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    digests = [
        {name: hashlib.sha256(data).hexdigest() for name, data in files.items()} for files in (exported, read(OUT))
    ]
    assert digests[0] == digests[1]


def test_half_precision_is_saved_and_judged(exported: dict[str, bytes]) -> None:
    halved = {"hpi": {"base": "clinic", "precision": "float16"}}
    export(declare(tasks=halved, most_logit_difference=1.0, least_same_answers=0.0), "hpi")
    numbers = metrics.read("metrics/export/hpi.json")
    assert numbers["bytes"] < 0.55 * len(exported["model.safetensors"])
    assert json.loads((OUT / "config.json").read_bytes())["dtype"] == "float16"
    assert 0 < numbers["most_logit_difference"] < 0.5
    with pytest.raises(Refused, match=r"is 0\.\d+ off the adapter's; export.most_logit_difference is 1e-07"):
        export(declare(tasks=halved, most_logit_difference=1e-7, least_same_answers=0.0), "hpi")
    assert metrics.read("metrics/export/hpi.json") == numbers, "the numbers of a refused export are there to be read"
    assert not OUT.exists(), "and no model is"


def test_an_export_that_answers_otherwise_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights that lose the adapter on the way are found by what they answer."""
    from stages.models import merge as module

    def forgetful(tuned: Any) -> Any:
        return tuned.unload()

    with monkeypatch.context() as patch:
        patch.setattr(module, "merge", forgetful)
        with pytest.raises(Refused, match=r"off the adapter's; .* of the answers are the adapter's; .*answers is 1$"):
            export(declare(), "hpi")
    assert not OUT.exists()


def test_faults_say_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from stages.export.__main__ import main

    def run(task: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["stages.export", task])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), capsys.readouterr().err

    declare()
    code, said = run("diagnosis")
    assert (code, "'diagnosis' is not under `export.tasks` in params.yaml; there are hpi" in said) == (2, True)
    for path, message in {
        "models/adapters/hpi": "models/adapters/hpi: no adapter there; run `dvc repro train@hpi`",
        "data/split/hpi/test.jsonl": "data/split/hpi/test.jsonl: no test examples there; run `dvc repro split`",
        "models/base/clinic": "models/base/clinic: no model there; "
        "run `dvc repro base` or `python -m stages.base clinic`",
        "metrics/hpi.json": "metrics/hpi.json: no metrics there; run `dvc repro evaluate@hpi`",
    }.items():
        shutil.move(path, tmp_path / "away")
        try:
            code, said = run("hpi")
        finally:
            shutil.move(tmp_path / "away", path)
        assert (code, said) == (1, f"export hpi: {message}\n")


def test_the_sample_is_drawn_by_the_seed_and_by_nothing_else() -> None:
    path = Path("data/split/hpi/test.jsonl")
    first = [one.id for one in sample(path, 5, 7)]
    assert first == [one.id for one in sample(path, 5, 7)] == sorted(first)
    assert len({tuple(one.id for one in sample(path, 5, seed)) for seed in range(9)}) > 1
    assert len(sample(path, None, 7)) == len(sample(path, 99, 7)) == 8


def test_a_base_of_few_bits_is_not_merged_into() -> None:
    model, _ = load_base("models/base/clinic", Quantization(bits=4))
    tuned = load_adapter(model, "models/adapters/hpi")
    with pytest.raises(ValueError, match="loaded in few bits; load it without quantization"):
        merge(tuned)


def test_an_adapter_trained_over_few_bits_is_merged_into_the_full_weights(exported: dict[str, bytes]) -> None:
    few = {**SHORT, "max_steps": 4, "quantization": {"bits": 4, "double": True, "compute": "float32"}}
    kept = Path("params.yaml").read_text()
    plain = YAML(typ="safe", pure=True).load(kept)
    plain["train"]["hpi"] = few
    adapter = Path("models/adapters/hpi")
    shutil.copytree(adapter, "kept")
    try:
        with Path("params.yaml").open("w") as file:
            YAML().dump(plain, file)
        train(load("params.yaml"), "hpi", Path("data/split/hpi"))
        export(declare(), "hpi")
        assert metrics.read("metrics/export/hpi.json")["same_answers"] == 1.0
        assert "trained over weights of 4 bits and is merged into the full ones" in (OUT / "README.md").read_text()
        config = json.loads((OUT / "config.json").read_bytes())
        assert (config["dtype"], "quantization_config" in config) == ("float32", False)
    finally:
        shutil.rmtree(adapter)
        Path("kept").rename(adapter)
        Path("params.yaml").write_text(kept)


def test_older_readers_find_the_rotary_base(tmp_path: Path) -> None:
    from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

    from stages.models.text import load_tokenizer

    scaled = {"rope_type": "llama3", "rope_theta": 5e5, "factor": 8.0, "low_freq_factor": 1.0,
              "high_freq_factor": 4.0, "original_max_position_embeddings": 32}  # fmt: skip
    torch.manual_seed(0)
    shape = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    model = LlamaForCausalLM(LlamaConfig(vocab_size=320, **shape, rope_parameters=dict(scaled))).eval()
    save(model, tmp_path, "float32", load_tokenizer("models/base/clinic"))
    config = json.loads((tmp_path / "config.json").read_bytes())
    assert config["rope_theta"] == 5e5
    assert config["rope_scaling"] == {key: value for key, value in scaled.items() if key != "rope_theta"}
    again = AutoModelForCausalLM.from_pretrained(tmp_path)
    ids = torch.arange(64)[None]
    assert torch.equal(again(ids).logits, model(ids).logits)
