"""The page: what was found, put into its template."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stages.params import Params
from stages.report import charts, forest, pipeline, ranks, samples, slices, words
from stages.report.examples import measured
from stages.report.results import Outcome

COUNTED = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def render(params: Params, outcomes: Mapping[str, Outcome | None], root: Path) -> str:
    """The whole page as HTML; the same files give the same bytes."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "number": words.number,
        "interval": words.interval,
        "chance": words.chance,
        "named": words.name,
        "mark": words.mark,
        "seconds": words.seconds,
    }
    environment.tests["dotted"] = lambda name: "." in name
    drawn = {"both": charts.both, "curves": charts.curves, "forest": forest.forest, "rank_chart": ranks.chart}
    environment.globals |= drawn | {"Row": forest.Row, "RANKS": ranks.NAMES, "NOT_APPLICABLE": words.NOT_APPLICABLE}
    return environment.get_template("page.html.j2").render(**_found(params, outcomes, root))


def _found(params: Params, outcomes: Mapping[str, Outcome | None], root: Path) -> dict[str, Any]:
    evaluated = [outcome for outcome in outcomes.values() if outcome]
    return {
        "title": headline(outcomes),
        "seed": params.seed,
        "settings": params.evaluate,
        "fewest_groups": params.compare.fewest_groups,
        "examples": sum(outcome.examples for outcome in evaluated),
        "tasks": {task: _told(params, task, outcome, root) for task, outcome in outcomes.items()},
        "bases": {path.name: pipeline.charts(path) for path in sorted((root / "plots/base").glob("*"))},
        "flows": pipeline.flows(root),
        "throughput": pipeline.throughput(root),
        "splits": pipeline.splits(root),
        "shared": pipeline.shared(root),
        "deidentification": pipeline.deidentification(root),
        "canaries": pipeline.recall_of_canaries(root),
        "exposures": pipeline.exposures(root),
        "trainings": pipeline.trainings(root, params.tasks),
    }


def _told(params: Params, task: str, outcome: Outcome | None, root: Path) -> dict[str, Any]:
    """All that the page says of a task."""
    told: dict[str, Any] = {
        "declared": params.tasks[task],
        "outcome": outcome,
        "charts": pipeline.charts(root / "plots/train" / task),
        "slices": {},
        "ranks": [],
        "samples": [],
    }
    if outcome is None:
        return told
    folder = root / "data/evaluate" / task
    names = [result.metric for result in outcome.results]
    if found := measured(folder / "statistics.jsonl", names):
        how = params.evaluate.replicates, params.evaluate.confidence, params.compare.fewest_groups, params.seed
        settings = slices.Settings(*how)
        sliced = {key: slices.slices(task, found, names, key, settings) for key in params.compare.slices}
        told["slices"] = {key: parts for key, parts in sliced.items() if parts}
        told["ranks"] = ranks.rankings(task, found, names, settings)
    amounts = params.report.samples, params.report.extremes
    told["samples"] = samples.chosen(folder / "predictions.jsonl", *amounts, params.seed, task, names, found)
    return told


def headline(outcomes: Mapping[str, Outcome | None]) -> str:
    """What the page says first, in one sentence."""
    verdicts = [outcome.headline.verdict for outcome in outcomes.values() if outcome]
    if not verdicts:
        return "No task has been evaluated yet"
    better, tasks = verdicts.count("better"), "task" if len(verdicts) == 1 else "tasks"
    if better == len(verdicts):
        every = {1: "its one task", 2: "both tasks"}.get(len(verdicts), f"all {_counted(len(verdicts))} tasks")
        said = f"Tuned beats base on {every}"
    elif better:
        said = f"Tuned beats base on {_counted(better)} of {_counted(len(verdicts))} tasks"
    else:
        said = f"Tuned does not beat base on any of {_counted(len(verdicts))} {tasks}"
    if worse := verdicts.count("worse"):
        said += f" and is worse on {_counted(worse)}"
    return said if len(verdicts) == len(outcomes) else f"{said} evaluated so far"


def _counted(number: int) -> str:
    return COUNTED[number] if number < len(COUNTED) else str(number)
