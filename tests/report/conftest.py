"""A project as the stages before leave it: real scores of invented answers, curves, counts, a certificate."""

from __future__ import annotations

import math
import random
from pathlib import Path

import orjson
import pytest

from stages import metrics
from stages.evaluate.panel import Panel
from stages.evaluate.predictions import Prediction
from stages.evaluate.results import score, scored, signature, statistics, worst
from stages.evaluate.scorers.ranked import Synonyms
from stages.models.text import Likelihood
from stages.params import Params, load
from stages.records import Example, to_json
from stages.shards import write_bytes, write_shard

ROOT = Path(__file__).parents[2]
HOSTILE = "<script>document.title='taken'</script><img src=https://example.org/x.png onerror=alert(1)>"
DISEASES = ["community-acquired pneumonia", "acute bronchitis", "asthma", "pulmonary embolism", "heart failure"]


@pytest.fixture(scope="session")
def params() -> Params:
    declared = load(ROOT / "params.yaml")
    return declared.model_copy(
        update={"evaluate": declared.evaluate.model_copy(update={"replicates": 1000}), "seed": 7}
    )


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory, params: Params) -> Path:
    """All tasks but `terminology`, which was never trained."""
    folder = tmp_path_factory.mktemp("project")
    for task, made in {"hpi": _hpi(), "diagnosis": _diagnosis(), "flashcards": _flashcards()}.items():
        _evaluated(folder, params, task, made)
        _trained(folder, task)
    metrics.write(folder / "metrics/extract.json", {
        "in": 412, "out": 405, "quarantined": 7, "quarantined.encrypted": 3, "quarantined.no text found": 4,
        "pages.ocr": 61, "reader.pdf": 152,
    })  # fmt: skip
    metrics.write(folder / "metrics/structure.json", {"in": 1240, "out": 1240, "quarantined": 0, "examples.hpi": 310})
    metrics.write(folder / "metrics/deidentify.json", {
        "in": 405, "out": 405, "quarantined": 0, "recall": 0.9981, "precision": 0.9712, "document_leak_rate": 0.0049,
        "patient_leak_rate": 0.0083, "span_recall": {"DATE": 0.9996, "PATIENT": 0.9973},
    })  # fmt: skip
    row = {"train": 310, "validation": 40, "test": 79, "children": 120, "shares": {"test": {"visit": 1.0}},
           "highest_similarity.validation": 0.41, "highest_similarity.test": 0.382}  # fmt: skip
    split = {"tasks": {"hpi": row, "diagnosis": row}, "shared_groups": 0, "shared_records": 0}
    metrics.write(folder / "metrics/split.json", split)
    hashes = {"sha256": {"hpi": {"test": "ab" * 32}, "diagnosis": {"test": "cd" * 32}}}
    write_bytes(folder / "metrics/split-certificate.json", orjson.dumps(hashes))
    return folder


def _evaluated(folder: Path, params: Params, task: str, made: list[Prediction]) -> None:
    declared = params.tasks[task]
    panel = Panel(declared.metrics, declared.sections, Synonyms.none(), params.evaluate.categories.get(task, {}))
    rows = scored(made, panel)
    numbers, intervals = score(made, panel, params.evaluate, params.seed, task, rows)
    metrics.write(folder / f"metrics/{task}.json", numbers)
    metrics.write(folder / f"metrics/intervals/{task}.json", intervals)
    write_shard(folder / f"data/evaluate/{task}/predictions.jsonl", made)
    examples = [_example(task, place, one) for place, one in enumerate(made)]
    clean = dict.fromkeys((one.id for one in examples), False)
    told = {
        "signature.json": to_json(signature(panel, params.evaluate, "ab" * 32, "cd" * 32)),
        "errors.json": to_json(worst(made, panel)),
        "statistics.jsonl": b"\n".join(to_json(line) for line in statistics(examples, made, panel, rows, clean)),
    }
    for name, data in told.items():
        write_bytes(folder / f"data/evaluate/{task}" / name, data + b"\n")


def _example(task: str, place: int, made: Prediction) -> Example:
    """The example of a prediction; from three sources, the last of two patients only."""
    source = "rare" if place < 4 else ("clinic", "ward")[place % 2]
    return Example(
        id=made.id, task=task, group=made.group, instruction=made.instruction, input=made.input,
        response=made.reference, category=made.category, meta={"source": source},
    )  # fmt: skip


def _trained(folder: Path, task: str) -> None:
    rng = random.Random(task)
    train = [(s, 0.3 + 2.4 * math.exp(-s / 60) + rng.gauss(0, 0.03)) for s in range(5, 305, 5)]
    held = [(s, 0.38 + 2.2 * math.exp(-s / 70)) for s in (100, 200, 300)]
    rates = [(s, 5e-3 * math.cos(s / 300 * math.pi / 2)) for s, _ in train]
    curves = {"train/loss": train, "validation/loss": held, "train/learning_rate": rates}
    for name, points in curves.items():
        lines = "".join(f"{step}\t{value}\n" for step, value in points)
        write_bytes(folder / f"plots/train/{task}/{name}.tsv", f"step\t{Path(name).name}\n{lines}".encode())
    row = {"task": task, "base": "clinic", "learning_rate": 5e-3, "epochs": 3.0, "batch": "16 x 1", "rank": 16,
           "bits": 0, "trainable_share": 0.1, "perplexity": 1.62, "seconds": 93.4, "resumed_from": None,
           "device": "2 threads of x86_64", "versions": {"torch": "2.13.0"}}  # fmt: skip
    write_bytes(folder / f"data/train/{task}/run.json", orjson.dumps(row))


def _prediction(i: int, base: str, tuned: str, reference: str, **more: object) -> Prediction:
    rng = random.Random(i)
    return Prediction(
        id=f"{i:04d}", group=f"patient {i // 2}", prompt="0" * 64, reference=reference, base=base, tuned=tuned,
        base_ended=i % 3 > 0, tuned_ended=True, base_likelihood=Likelihood(-60 - 20 * rng.random(), 40, 160),
        tuned_likelihood=Likelihood(-15 - 9 * rng.random(), 40, 160), **more,  # type: ignore[arg-type]
    )  # fmt: skip


def _hpi() -> list[Prediction]:
    made = []
    for i in range(40):
        days, age, disease = 2 + i % 9, 30 + i, DISEASES[i % 5]
        dialogue = (
            f"Doctor: What brings you in today?\nPatient: I have had a cough for {days} days, and now a fever.\n"
            f"Doctor: Any chest pain?\nPatient: No, none.\nNurse: Temperature is 38.{i % 9}."
            f"\nDoctor: I think this is {disease}."
        )
        reference = (
            f"HPI: {age}-year-old with {days} days of productive cough and fever to 38.{i % 9} C. Denies chest pain."
            f"\n\nAssessment: Likely {disease}."
        )
        tuned = reference.replace("productive ", "") if i % 4 else reference.replace(disease, DISEASES[(i + 1) % 5])
        base = "The patient said that the doctor asked. " * (i % 3) if i % 7 else HOSTILE
        made.append(
            _prediction(i, base, tuned, reference, instruction="Write the HPI and Assessment from the transcript.",
                        input=dialogue + (HOSTILE if i % 5 == 0 else ""), category="HPI and Assessment")
        )  # fmt: skip
    return made


def _diagnosis() -> list[Prediction]:
    made = []
    for i in range(60):
        ranked = [DISEASES[(i + k) % 5] for k in range(3)]
        listed = "\n".join(f"{rank}. {name}" for rank, name in enumerate(ranked, 1))
        swapped = "\n".join(f"{rank}. {name}" for rank, name in enumerate([ranked[1], ranked[0], ranked[2]], 1))
        asked = f"{40 + i}-year-old with cough for {i % 9 + 1} days. SpO2 9{i % 9} %."
        kind = ("diagnosis", "differential", "treatment")[i % 3]
        reference = {
            "diagnosis": ranked[0],
            "differential": listed,
            "treatment": "Amoxicillin 500 mg three times daily.",
        }[kind]
        tuned = {"diagnosis": ranked[i % 4 == 0], "differential": swapped if i % 4 == 0 else listed,
                 "treatment": "Amoxicillin 500 mg twice daily."}[kind]  # fmt: skip
        base = "" if i % 5 == 0 else f"The {ranked[2]} is a disease."
        made.append(_prediction(i, base, tuned, reference, instruction=f"Give the {kind}.", input=asked, category=kind))
    return made


def _flashcards() -> list[Prediction]:
    return [
        _prediction(i, "A condition of the lung.", f"Inflammation of the airways, seen in {i % 7} of 10.",
                    f"An inflammation of the airways, seen in {i % 7} of 10.",
                    instruction=f"What is {DISEASES[i % 5]}?")
        for i in range(50)
    ]  # fmt: skip
