"""The stage on a real, tiny model with a real adapter, and the command that scores files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from stages.evaluate.__main__ import evaluate
from stages.evaluate.predict import predict
from stages.evaluate.predictions import Prediction
from stages.params import Params, load
from stages.params.base import Architecture
from stages.params.evaluate import Evaluate
from stages.params.train import Train
from stages.records import Example
from stages.shards import read_shard, write_shard

ROOT = Path(__file__).parents[2]
EXAMPLES = [
    Example(
        id=f"e{i}",
        task="hpi",
        group=f"g{i // 2}",
        instruction="Write the HPI.",
        input="Patient: I cough. " * (1 + i),
        response=f"HPI: Cough for {i + 1} days.\n\nAssessment: Croup.",
        category="short" if i < 3 else "long",
    )
    for i in range(6)
]
SETTINGS = Evaluate(most_new_tokens=6, batch=4, replicates=200, synonyms="synonyms.csv", terms="terms.txt")


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


def save_adapter(folder: Path, seed: int) -> None:
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.manual_seed(seed)
    base = AutoModelForCausalLM.from_pretrained(folder / "base/tiny")
    adapted = get_peft_model(base, LoraConfig(r=4, target_modules="all-linear", init_lora_weights=False))
    adapted.save_pretrained(folder / "adapters/hpi")


def answers(models: Path, **changed: object) -> list[Prediction]:
    settings = SETTINGS.model_copy(update=changed)
    return predict(EXAMPLES, models / "base/tiny", models / "adapters/hpi", settings, Train(), 7)


@pytest.fixture(scope="module", autouse=True)
def memo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where finished batches are kept while these tests run."""
    folder = tmp_path_factory.mktemp("repository")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DVC_ROOT", str(folder))
        yield folder


@pytest.fixture(scope="module")
def found(models: Path) -> list[Prediction]:
    return answers(models)


def test_base_and_tuned_answer_the_same_prompts(found: list[Prediction]) -> None:
    assert [p.id for p in found] == [e.id for e in EXAMPLES]
    assert any(p.base != p.tuned for p in found)
    assert len({p.prompt for p in found}) == len(EXAMPLES)
    for prediction in found:
        assert prediction.base_likelihood.tokens == prediction.tuned_likelihood.tokens > 0
        assert prediction.base_likelihood.logprob != prediction.tuned_likelihood.logprob


def test_the_base_of_a_pair_is_the_base_alone(models: Path, found: list[Prediction]) -> None:
    """With the adapter switched off nothing of it is left."""
    from stages.models.prompts import render
    from stages.models.text import generate, load_base, response_logprobs

    model, tokenizer = load_base(models / "base/tiny", Train().quantization)
    prompts, completions = zip(*(render(example, tokenizer) for example in EXAMPLES), strict=True)
    assert [g.text for g in generate(model, tokenizer, prompts, 6, 4)] == [p.base for p in found]
    assert response_logprobs(model, tokenizer, prompts, completions, 4) == [p.base_likelihood for p in found]


@pytest.mark.parametrize("batch", [1, 16])
def test_batch_size_changes_no_answer(models: Path, found: list[Prediction], batch: int) -> None:
    other = answers(models, batch=batch)
    assert [(p.base, p.tuned, p.base_ended) for p in found] == [(p.base, p.tuned, p.base_ended) for p in other]
    for a, b in zip(found, other, strict=True):
        assert a.tuned_likelihood.logprob == pytest.approx(b.tuned_likelihood.logprob, abs=1e-4)


def test_an_adapter_overwritten_in_place_is_asked_anew(models: Path, found: list[Prediction]) -> None:
    save_adapter(models, seed=2)
    after = answers(models)
    save_adapter(models, seed=1)
    assert [p.base for p in found] == [p.base for p in after]
    assert [p.tuned_likelihood for p in found] != [p.tuned_likelihood for p in after]


def test_a_missing_adapter_is_named(models: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"adapters/absent: no adapter there; run `dvc repro train@absent`"):
        predict(EXAMPLES, models / "base/tiny", models / "adapters/absent", SETTINGS, Train(), 7)


@pytest.fixture
def project(models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as DVC lays it out before the stage, and the working directory."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models").symlink_to(models)
    (tmp_path / "synonyms.csv").write_text("term,synonym\nhypertension,high blood pressure\n")
    (tmp_path / "terms.txt").write_text("croup\ncough\n")
    write_shard(tmp_path / "data/split/hpi/test.jsonl", EXAMPLES)
    return tmp_path


# Read before any test leaves the project's folder: paths in it are checked.
DECLARED = load(ROOT / "params.yaml")


def params(**changed: object) -> Params:
    metrics = ["hpi_f1", "assessment_f1", "format_adherence", "rougeL", "perplexity", "bleu"]
    task = DECLARED.tasks["hpi"].model_copy(update={"base": "tiny", "metrics": metrics})
    settings = SETTINGS.model_copy(update={"categories": {"hpi": {"bleu": ["short"]}}, **changed})
    return DECLARED.model_copy(update={"tasks": {"hpi": task}, "evaluate": settings})


def test_the_stage_writes_what_the_architecture_says(project: Path) -> None:
    (project / "data/evaluate/hpi").mkdir(parents=True)
    (project / "data/evaluate/hpi/old.jsonl").write_text("left by an older version")
    evaluate(params(), "hpi")
    assert sorted(p.name for p in (project / "data/evaluate/hpi").iterdir()) == [
        "errors.json", "predictions.jsonl", "signature.json", "signatures.json", "statistics.jsonl",
    ]  # fmt: skip
    assert len(list(read_shard(project / "data/evaluate/hpi/predictions.jsonl", Prediction))) == len(EXAMPLES)
    numbers = json.loads((project / "metrics/hpi.json").read_bytes())
    assert numbers["examples"] == 6
    assert numbers["groups"] == 3
    assert numbers["base"].keys() == numbers["tuned"].keys() == set(params().tasks["hpi"].metrics)
    assert numbers["base"]["perplexity"] > 1
    assert numbers["not_ended"]["base"] <= 6
    assert numbers["category"]["short"]["examples"] == 3
    assert "bleu" in numbers["category"]["short"]["tuned"]
    assert "bleu" not in numbers["category"]["long"]["tuned"]
    intervals = json.loads((project / "metrics/intervals/hpi.json").read_bytes())
    one = intervals["perplexity"]
    assert one["base_low"] <= numbers["base"]["perplexity"] <= one["base_high"]
    assert one["low"] <= one["difference"] <= one["high"]
    assert 0 < one["p"] <= 1
    told = json.loads((project / "data/evaluate/hpi/signatures.json").read_bytes())
    assert told["metrics"]["bleu"]["signature"].endswith("|categories:short")
    assert told["metrics"]["perplexity"]["better"] == "lower"


def test_the_same_inputs_give_the_same_bytes(project: Path) -> None:
    written = ["data/evaluate/hpi/predictions.jsonl", "metrics/hpi.json", "metrics/intervals/hpi.json"]
    evaluate(params(), "hpi")
    first = [(project / path).read_bytes() for path in written]
    evaluate(params(), "hpi")
    assert [(project / path).read_bytes() for path in written] == first


def test_categories_of_an_unknown_task_are_named(project: Path) -> None:
    with pytest.raises(ValueError, match=r"evaluate\.categories\.hip: no such task; there are hpi"):
        evaluate(params(categories={"hip": {"bleu": ["x"]}}), "hpi")


def test_an_empty_test_set_is_named(project: Path) -> None:
    write_shard(project / "data/split/hpi/test.jsonl", [])
    with pytest.raises(ValueError, match=r"tasks\.hpi: its test set is empty"):
        evaluate(params(), "hpi")


Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def score(tmp_path: Path) -> Command:
    def run(name: str, content: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / name).write_text(content)
        (tmp_path / "synonyms.csv").write_text("term,synonym\n")
        told = (ROOT / "params.yaml").read_text().replace("data/lexicon/synonyms.csv", str(tmp_path / "synonyms.csv"))
        (tmp_path / "params.yaml").write_text(told)
        command = [sys.executable, "-m", "stages.evaluate", "score", str(tmp_path / name), *arguments]
        return subprocess.run(
            [*command, "--params", str(tmp_path / "params.yaml")], cwd=ROOT, capture_output=True, text=True,
            env=os.environ | {"OMP_NUM_THREADS": "1"},
        )  # fmt: skip

    return run


def test_anyones_predictions_are_scored(score: Command) -> None:
    lines = [{"reference": "chest pain", "prediction": "chest pain"}, {"reference": "no fever", "prediction": ""}]
    done = score("system.jsonl", "\n".join(map(json.dumps, lines)), "--scorers", "exact_match", "wer")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["blank"] == 1
    assert result["metrics"]["exact_match"]["value"] == 0.5
    assert result["metrics"]["wer"]["value"] == 0.5
    assert result["metrics"]["wer"]["low"] <= 0.5 <= result["metrics"]["wer"]["high"]


def test_csv_reads_as_jsonl_does(score: Command) -> None:
    done = score("system.csv", 'reference,prediction,group\n"a, b",a b,p1\nc,d,p1\n', "--scorers", "exact_match")
    result = json.loads(done.stdout)
    assert (result["examples"], result["groups"]) == (2, 1)
    assert result["metrics"]["exact_match"] == dict.fromkeys(("low", "high", "bca_low", "bca_high")) | {"value": 0.5}


@pytest.mark.parametrize(
    ("name", "content", "arguments", "told"),
    [
        ("s.jsonl", '{"reference": "x"}', (), "s.jsonl:1: no 'prediction'"),
        ("s.jsonl", '{"reference": "x", "prediction": "x"}\nnot json', (), "s.jsonl:2: not JSON"),
        ("s.jsonl", "[1]", (), "s.jsonl:1: expected an object, found list"),
        ("s.jsonl", "", (), "holds no line to score"),
        ("s.txt", "x", (), "expected a file that ends in .jsonl, .csv, .parquet"),
        ("s.csv", "reference,prediction\nx,x\n", ("--scorers", "f2"), "f2: no such metric"),
        ("s.csv", "reference,prediction\nx,x\n", ("--scorers", "perplexity"), "needs log-probabilities"),
    ],
)
def test_a_faulty_file_is_named_with_its_line(
    score: Command, name: str, content: str, arguments: tuple[str, ...], told: str
) -> None:
    done = score(name, content, *arguments)
    assert done.returncode == 1
    assert told in done.stderr
    assert "Traceback" not in done.stderr
