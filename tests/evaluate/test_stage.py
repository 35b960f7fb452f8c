"""The stage on a real, tiny model with a real adapter, and the command that scores files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from stages.contamination import Contamination, Overlap
from stages.evaluate.__main__ import evaluate
from stages.evaluate.files import read
from stages.evaluate.measures import higher_is_better, metric
from stages.evaluate.panel import OF_TEXTS, Panel
from stages.evaluate.parallel import Declared, rows
from stages.evaluate.predict import predict
from stages.evaluate.predictions import Answer, Prediction
from stages.evaluate.results import score
from stages.evaluate.score import scored
from stages.evaluate.scorers.ranked import Synonyms
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


@pytest.mark.parametrize("batch", [1, 2, 3, 16])
def test_batch_size_and_order_change_no_score(models: Path, found: list[Prediction], batch: int) -> None:
    shuffled = [EXAMPLES[i] for i in (3, 0, 5, 1, 4, 2)]
    settings = SETTINGS.model_copy(update={"batch": batch})
    other = predict(shuffled, models / "base/tiny", models / "adapters/hpi", settings, Train(), 7)
    assert {p.id: (p.base, p.tuned, p.base_ended) for p in found} == {
        p.id: (p.base, p.tuned, p.base_ended) for p in other
    }
    panel = Panel(["perplexity", "bits_per_byte", "rougeL", "token_f1"], (), Synonyms.none(), {})
    one, two = (score(sorted(made, key=lambda p: p.id), panel, SETTINGS, 7, "hpi") for made in (found, other))
    for system in ("base", "tuned"):
        assert one[0][system] == pytest.approx(two[0][system], rel=1e-5)


def test_an_adapter_overwritten_in_place_is_asked_anew(models: Path, found: list[Prediction]) -> None:
    save_adapter(models, seed=2)
    after = answers(models)
    save_adapter(models, seed=1)
    assert [p.base for p in found] == [p.base for p in after]
    assert [p.tuned_likelihood for p in found] != [p.tuned_likelihood for p in after]
    changed = {key for key, value in found[0].content.items() if after[0].content[key] != value}
    assert changed == {"adapter"}


def test_content_says_what_an_answer_depends_on(models: Path, found: list[Prediction], tmp_path: Path) -> None:
    (told,) = {tuple(sorted(p.content.items())) for p in found}
    names = {"base", "adapter", "tokenizer", "chat_template", "wording", "generation"}
    assert {name for name, _ in told} == names
    assert all(len(value) == 64 for _, value in told)
    longer = answers(models, most_new_tokens=7)[0].content
    assert {name for name, value in told if longer[name] != value} == {"generation"}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many prompts each call of the model was given; none was made before."""
    from stages.models import text

    calls: list[int] = []

    def counted(name: str) -> None:
        plain = getattr(text, name)

        def work(*given: object) -> object:
            if len(calls) == LIMIT[0]:
                raise KeyboardInterrupt
            calls.append(len(given[2]))  # type: ignore[arg-type]
            return plain(*given)

        monkeypatch.setattr(text, name, work)

    counted("generate")
    counted("response_logprobs")
    return calls


LIMIT = [-1]


def test_an_interrupted_run_resumes_from_the_last_finished_batch(
    models: Path, asked: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DVC_ROOT", str(tmp_path / "whole"))
    whole = answers(models)
    # 6 examples in batches of 4: 2 batches to generate and 2 to score, for each of 2 systems.
    assert asked == [4, 2, 4, 2] * 2
    assert answers(models) == whole
    assert len(asked) == 8
    for finished in (1, 3, 5):
        monkeypatch.setenv("DVC_ROOT", str(tmp_path / f"cut {finished}"))
        asked.clear()
        LIMIT[0] = finished
        with pytest.raises(KeyboardInterrupt):
            answers(models)
        LIMIT[0] = -1
        asked.clear()
        assert answers(models) == whole
        assert len(asked) == 8 - finished


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
    seen = [
        Contamination(e.id, e.group, Overlap(), Overlap(), ("corpus.question",) if e is EXAMPLES[1] else ())
        for e in EXAMPLES
    ]
    write_shard(tmp_path / "data/split/contamination/hpi.jsonl", seen)
    return tmp_path


# Read before any test leaves the project's folder: paths in it are checked.
DECLARED = load(ROOT / "params.yaml")


def params(**changed: object) -> Params:
    metrics = ["hpi_f1", "assessment_f1", "format_adherence", "rougeL", "perplexity", "bleu"]
    task = DECLARED.tasks["hpi"].model_copy(update={"base": "tiny", "metrics": metrics})
    settings = SETTINGS.model_copy(update={"categories": {"hpi": {"bleu": ["short"]}}, **changed})
    bases = {"tiny": DECLARED.base["clinic"]}
    return DECLARED.model_copy(update={"tasks": {"hpi": task}, "evaluate": settings, "base": bases})


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


def test_statistics_are_all_that_compare_needs(project: Path) -> None:
    """The metrics of the stage, recomputed from statistics.jsonl by name alone."""
    evaluate(params(), "hpi")
    lines = [json.loads(line) for line in (project / "data/evaluate/hpi/statistics.jsonl").read_text().splitlines()]
    numbers = json.loads((project / "metrics/hpi.json").read_bytes())
    assert [line["id"] for line in lines] == [example.id for example in EXAMPLES]
    assert [line["group"] for line in lines] == [example.group for example in EXAMPLES]
    assert {line["slices"]["category"] for line in lines} == {"short", "long"}
    assert lines[0]["slices"]["length"] == "50 words at most"
    assert [line["slices"]["contaminated"] for line in lines] == ["no", "yes", "no", "no", "no", "no"]
    for name in params().tasks["hpi"].metrics:
        assert isinstance(higher_is_better(name), bool)
        for system in ("base", "tuned"):
            summed = [sum(column) for column in zip(*(line[system][name] for line in lines), strict=True)]
            assert metric(name)(summed) == pytest.approx(numbers[system][name], abs=1e-6)


def test_meta_and_operator_are_slices() -> None:
    from stages.evaluate.results import slices

    made = replace(EXAMPLES[0], operator="synonyms", meta={"source": "visits", "dialect": 3}, input="word " * 900)
    assert slices(made) == {
        "category": "short", "operator": "synonyms", "length": "over 800 words", "source": "visits", "dialect": "3",
    }  # fmt: skip


def test_the_signature_changes_with_the_test_set_and_the_wording_and_with_nothing_else(project: Path) -> None:
    def signature() -> dict[str, object]:
        evaluate(params(), "hpi")
        return json.loads((project / "data/evaluate/hpi/signature.json").read_bytes())

    first = signature()
    assert first.keys() == {"test_set", "prompt", "metrics", "generation", "not_applicable"}
    assert first["not_applicable"] == {"base": {}, "tuned": {}}
    assert first["generation"] == {"decoding": "greedy", "most_new_tokens": 6}
    write_shard(project / "data/split/hpi/test.jsonl", [replace(EXAMPLES[0], input="Other."), *EXAMPLES[1:]])
    other_input = signature()
    assert other_input == first | {"test_set": other_input["test_set"]}
    assert other_input != first
    write_shard(project / "data/split/hpi/test.jsonl", [replace(e, instruction="Write it.") for e in EXAMPLES])
    reworded = signature()
    assert reworded == first | {"test_set": reworded["test_set"], "prompt": reworded["prompt"]}
    assert reworded["prompt"] != first["prompt"]


def test_invalid_answers_score_as_blank_ones_and_valid_ones_stand_apart(found: list[Prediction]) -> None:
    good, bad = "HPI: Cough.\n\nAssessment: Croup.", "Cough and croup, I would say."
    made = [
        replace(p, reference=good, base=bad, tuned=good if i else bad, tuned_ended=True) for i, p in enumerate(found)
    ]
    panel = Panel(["token_f1", "wer", "format_adherence"], ("HPI", "Assessment"), Synonyms.none(), {})
    numbers, _ = score(made, panel, SETTINGS, 7, "hpi")
    assert numbers["invalid"] == {"base": 6, "tuned": 1}
    assert numbers["base"]["token_f1"] > 0
    assert numbers["strict"]["base"] == {"token_f1": 0, "wer": 1, "format_adherence": 0}
    assert numbers["strict"]["tuned"]["token_f1"] == pytest.approx(5 / 6)
    assert numbers["valid"]["examples"] == {"base": 0, "tuned": 5}
    assert numbers["valid"]["base"] == {"token_f1": None, "wer": None, "format_adherence": None}
    assert numbers["valid"]["tuned"] == {"token_f1": 1, "wer": 0, "format_adherence": 1}


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
def command(tmp_path: Path) -> Command:
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


def test_anyones_predictions_are_scored(command: Command) -> None:
    lines = [{"reference": "chest pain", "prediction": "chest pain"}, {"reference": "no fever", "prediction": ""}]
    done = command("system.jsonl", "\n".join(map(json.dumps, lines)), "--scorers", "exact_match", "wer")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["blank"] == 1
    assert result["metrics"]["exact_match"]["value"] == 0.5
    assert result["metrics"]["wer"]["value"] == 0.5
    assert result["metrics"]["wer"]["low"] <= 0.5 <= result["metrics"]["wer"]["high"]


def test_csv_reads_as_jsonl_does(command: Command) -> None:
    done = command("system.csv", 'reference,prediction,group\n"a, b",a b,p1\nc,d,p1\n', "--scorers", "exact_match")
    result = json.loads(done.stdout)
    assert (result["examples"], result["groups"]) == (2, 1)
    assert result["metrics"]["exact_match"] == dict.fromkeys(("low", "high", "bca_low", "bca_high")) | {"value": 0.5}


def test_parquet_reads_as_jsonl_does(tmp_path: Path) -> None:
    import pyarrow
    import pyarrow.parquet

    rows = [
        {"id": "1", "group": "p", "reference": "a", "prediction": "a"},
        {"id": "2", "group": "p", "reference": "b", "prediction": None},
    ]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "s.parquet")
    (tmp_path / "s.jsonl").write_text("\n".join(map(json.dumps, rows)))
    assert read(tmp_path / "s.parquet") == read(tmp_path / "s.jsonl")
    assert read(tmp_path / "s.jsonl")["prediction"][1].prediction == ""
    (tmp_path / "torn.parquet").write_bytes(b"no parquet")
    with pytest.raises(ValueError, match=r"torn\.parquet: not a Parquet file"):
        read(tmp_path / "torn.parquet")


def test_predictions_of_the_pipeline_are_scored_anew(project: Path) -> None:
    """Without a model, to the same numbers."""
    evaluate(params(), "hpi")
    numbers = json.loads((project / "metrics/hpi.json").read_bytes())
    task = params().tasks["hpi"]
    given = read(project / "data/evaluate/hpi/predictions.jsonl")
    assert given.keys() == {"base", "tuned"}
    names = [name for name in task.metrics if name != "bleu"]
    found = scored(given, Declared(tuple(names), tuple(task.sections), "synonyms.csv", "terms.txt"), params())
    for name in names:
        for system in ("base", "tuned"):
            assert found["metrics"][name][system]["value"] == pytest.approx(numbers[system][name], abs=1e-6)
    assert found["invalid"] == numbers["invalid"]
    assert 0 < found["metrics"]["rougeL"]["difference"]["p"] <= 1


def test_processes_give_the_rows_that_one_gives(project: Path) -> None:
    declared = Declared(("rougeL", "wer", "medical_term_wer"), (), "synonyms.csv", "terms.txt")
    given = [
        Answer(str(i), "p", f"cough for {i} days", f"cough for {i % 7} days" if i % 5 else "") for i in range(2100)
    ]
    assert (rows(declared, given, workers=2) == rows(declared, given, workers=1)).all()


def test_two_systems_are_paired_by_every_scorer_of_texts(command: Command) -> None:
    lines = [
        {"group": f"p{i % 4}", "reference": f"take {i} mg of aspirin", "base": f"take {i}0 mg", "tuned": f"take {i} mg"}
        for i in range(1, 13)
    ]
    done = command("two.jsonl", "\n".join(map(json.dumps, lines)), "--scorers", "all")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["groups"] == 4
    assert result["metrics"].keys() == set(OF_TEXTS)
    one = result["metrics"]["critical_error_rate"]
    assert one["difference"]["value"] == pytest.approx(one["tuned"]["value"] - one["base"]["value"])
    assert one["tuned"]["value"] < one["base"]["value"]
    assert one["difference"]["high"] < 0
    # 2^4 swaps of patients: the observed one and its mirror are as extreme.
    assert one["difference"]["p"] == pytest.approx(2 / 16)
    assert ["1", "10", 1] in result["errors"]["base"]["substitutions"]
    assert result["blank"] == {"base": 0, "tuned": 0}


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
    command: Command, name: str, content: str, arguments: tuple[str, ...], told: str
) -> None:
    done = command(name, content, *arguments)
    assert done.returncode == 1
    assert told in done.stderr
    assert "Traceback" not in done.stderr
