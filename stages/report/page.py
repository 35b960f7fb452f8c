"""The page: what was found, put into its template."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stages.params import Params
from stages.report import charts, pipeline, samples, words
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
    environment.globals |= {"both": charts.both, "difference": charts.difference, "curves": charts.curves}
    return environment.get_template("page.html.j2").render(**_found(params, outcomes, root))


def _found(params: Params, outcomes: Mapping[str, Outcome | None], root: Path) -> dict[str, Any]:
    evaluated = [outcome for outcome in outcomes.values() if outcome]
    told = {
        task: {
            "declared": params.tasks[task],
            "outcome": outcome,
            "charts": pipeline.charts(root / "plots/train" / task),
            "samples": samples.chosen(
                root / "data/evaluate" / task / "predictions.jsonl", params.report.samples, params.seed, task
            ),
        }
        for task, outcome in outcomes.items()
    }
    return {
        "title": headline(outcomes),
        "seed": params.seed,
        "statistics": next((outcome.statistics for outcome in evaluated if outcome.statistics), {}),
        "examples": sum(outcome.examples for outcome in evaluated),
        "tasks": told,
        "bases": {path.name: pipeline.charts(path) for path in sorted((root / "plots/base").glob("*"))},
        "flows": pipeline.flows(root),
        "splits": pipeline.splits(root),
        "shared": pipeline.shared(root),
        "deidentification": pipeline.deidentification(root),
        "trainings": pipeline.trainings(root, params.tasks),
    }


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
