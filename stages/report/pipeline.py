"""What happened before the models met the test set: counts, quarantine, de-identification, split, training."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stages.report.charts import Point, Series
from stages.report.results import read_json

STAGES = ("synthesize", "extract", "deidentify", "clean", "structure", "augment", "split")
FLOW = ("in", "out", "quarantined")
SPLITS = ("train", "validation", "test")
REASON = "quarantined."
# Titles of curves; what DVCLive logs under another name stands under that.
CURVES = {
    "loss": "Loss",
    "mean_token_accuracy": "Token accuracy",
    "learning_rate": "Learning rate",
    "grad_norm": "Gradient norm",
}

Number = int | float | None


@dataclass(frozen=True, slots=True)
class Flow:
    """What went through a per-record stage; `reasons` say why how many did not."""

    stage: str
    taken: int
    given: int
    quarantined: int
    reasons: Mapping[str, int]
    others: Mapping[str, Number]


@dataclass(frozen=True, slots=True)
class Split:
    """A task's row of the certificate; `similarity` is the highest of validation and of test to the training set."""

    task: str
    sizes: Mapping[str, int]
    children: int
    similarity: Mapping[str, float]
    sha256: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Exposure:
    """Canaries of a task, planted before or after de-identification: exposure, extraction_rate and p by name."""

    task: str
    when: str
    canaries: int
    base: Mapping[str, Number]
    tuned: Mapping[str, Number]


@dataclass(frozen=True, slots=True)
class Chart:
    """Curves that share a quantity."""

    title: str
    series: tuple[Series, ...]


def flows(root: Path) -> list[Flow]:
    """The stages that were run, in the order of the pipeline."""
    found = [(stage, read_json(root / "metrics" / f"{stage}.json")) for stage in STAGES if stage != "split"]
    return [_flow(stage, flat(numbers)) for stage, numbers in found if numbers]


def throughput(root: Path) -> dict[str, Any]:
    """What `benchmarks/scale.py` measured of the data stages, if it ever wrote it; `stages` in the pipeline's order."""
    numbers = read_json(root / "metrics/scale.json") or {}
    measured = numbers.get("stages", {})
    return numbers | {"stages": {stage: measured[stage] for stage in STAGES if stage in measured}} if measured else {}


def splits(root: Path) -> list[Split]:
    """The certificate's rows; none where the split stage was not run."""
    numbers = read_json(root / "metrics/split.json") or {}
    hashes = (read_json(root / "metrics/split-certificate.json") or {}).get("sha256", {})
    return [_split(task, told, hashes.get(task, {})) for task, told in sorted(numbers.get("tasks", {}).items())]


def shared(root: Path) -> dict[str, Number]:
    """What the splits share: patients and records, both 0 where nothing leaks."""
    numbers = read_json(root / "metrics/split.json") or {}
    return {name: value for name, value in numbers.items() if name.startswith("shared_")}


def deidentification(root: Path) -> dict[str, Number]:
    """Recall, precision and leak rates, by their dotted names; counts of the flow and its reasons are left out."""
    numbers = flat(read_json(root / "metrics/deidentify.json") or {})
    return {name: value for name, value in numbers.items() if isinstance(value, float) or name.endswith("_rate")}


def recall_of_canaries(root: Path) -> dict[str, Number]:
    """How many planted identifiers de-identification took out; empty where none was planted."""
    numbers = read_json(root / "metrics/privacy.json") or {}
    names = ("planted", "removed", "canary_recall", "canary_recall_low", "canary_recall_high")
    return {name: numbers.get(name) for name in names} if numbers.get("planted") else {}


def exposures(root: Path) -> list[Exposure]:
    """What the models remember of planted identifiers; a row for each task and side that any were planted on."""
    tasks = (read_json(root / "metrics/privacy.json") or {}).get("tasks", {})
    return [
        Exposure(task, when, told["canaries"], told["base"], told["tuned"])
        for task, sides in tasks.items()
        for when, told in sides.items()
        if told["canaries"]
    ]


def trainings(root: Path, tasks: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The experiment rows of the tasks that were trained."""
    found = (read_json(root / "data/train" / task / "run.json") for task in tasks)
    return [row for row in found if row]


def charts(folder: Path) -> list[Chart]:
    """Curves of a folder of DVCLive's TSV files, those of one quantity in one chart."""
    grouped: defaultdict[str, list[Series]] = defaultdict(list)
    for path in sorted(folder.rglob("*.tsv")):
        points = _points(path)
        if points:
            grouped[path.stem].append(Series(path.parent.name, points))
    order = [*(name for name in CURVES if name in grouped), *sorted(grouped.keys() - CURVES.keys())]
    return [Chart(CURVES.get(name, name), tuple(grouped[name])) for name in order]


def flat(numbers: Mapping[str, Any], above: str = "") -> dict[str, Number]:
    """Nested numbers under dotted names, as `dvc metrics show` has them."""
    found: dict[str, Number] = {}
    for name, value in numbers.items():
        if isinstance(value, Mapping):
            found |= flat(value, f"{above}{name}.")
        else:
            found[f"{above}{name}"] = value
    return found


def _flow(stage: str, numbers: dict[str, Number]) -> Flow:
    counts = {name: int(value) for name, value in numbers.items() if isinstance(value, int)}
    reasons = {name.removeprefix(REASON): count for name, count in counts.items() if name.startswith(REASON)}
    others = {n: v for n, v in numbers.items() if n not in FLOW and not n.startswith(REASON)}
    ordered = dict(sorted(reasons.items(), key=lambda item: (-item[1], item[0])))
    taken, given, quarantined = (counts.get(name, 0) for name in FLOW)
    return Flow(stage, taken, given, quarantined, ordered, others)


def _split(task: str, told: dict[str, Any], hashes: dict[str, str]) -> Split:
    numbers = flat(told)
    sizes: dict[str, int] = {name: int(numbers[name] or 0) for name in SPLITS if name in numbers}
    start = "highest_similarity."
    similar = {n.removeprefix(start): float(v or 0) for n, v in numbers.items() if n.startswith(start)}
    return Split(task, sizes, int(numbers.get("children") or 0), similar, hashes)


def _points(path: Path) -> tuple[Point, ...]:
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    return tuple(Point(float(row["step"]), float(row[path.stem])) for row in rows if row.get(path.stem))
