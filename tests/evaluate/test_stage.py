"""The stage on a real, tiny model with a real adapter."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from stages.contamination import Contamination, Overlap
from stages.evaluate.__main__ import evaluate
from stages.evaluate.files import read
from stages.evaluate.measures import higher_is_better, metric
from stages.evaluate.panel import Panel
from stages.evaluate.parallel import Declared, rows
from stages.evaluate.predictions import Answer, Prediction
from stages.evaluate.results import score
from stages.evaluate.score import scored
from stages.evaluate.scorers.ranked import Synonyms
from stages.params import Params, load
from stages.shards import read_shard, write_shard
from tests.evaluate.tiny import EXAMPLES, SETTINGS

pytestmark = pytest.mark.usefixtures("memo")

ROOT = Path(__file__).parents[2]


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
