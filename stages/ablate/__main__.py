"""`python -m stages.ablate TASK`: the task trained with and without each augmentation operator, and what that says."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from stages.params import Params, load_or_exit

if TYPE_CHECKING:
    from stages.ablate.table import Ablation, Trained
    from stages.ablate.variants import Variant

EPILOG = """\
Each variant is an experiment of DVC, named ablate-<task>-<number>-<variant>: `dvc exp show` lists them, `dvc exp apply`
takes one over, `python -m stages.compare` puts two side by side. The workspace stays as it is. docs/ablation.md tells
the rest.
"""


def main() -> None:
    """Train every variant, compare each with the full set, print the table and write the JSON file."""
    args = _arguments()
    params = load_or_exit("params.yaml")
    if args.task not in params.tasks:
        raise SystemExit(f"ablate: {args.task}: no such task; there are {', '.join(params.tasks)}")
    from stages.ablate.experiments import Failed
    from stages.compare.sides import Unreadable

    try:
        ablation = ablate(params, args.task, args.set_param)
    except (Failed, Unreadable, ValueError) as error:
        raise SystemExit(f"ablate: {error}") from None
    _write(ablation, args.to or Path("ablations") / f"{args.task}.json")


def ablate(params: Params, task: str, overrides: list[str]) -> Ablation:
    """Run the experiments of a task and judge them; `overrides` hold for every variant.

    Raises `Failed` where DVC fails, `Unreadable` where a result is not there, `ValueError` where there is no operator.
    """
    from stages.ablate import experiments
    from stages.ablate.effects import effects
    from stages.ablate.table import Ablation
    from stages.ablate.variants import variants
    from stages.compare.paired import Settings
    from stages.compare.sides import Unreadable, side

    declared = params.evaluate
    settings = Settings(declared.replicates, declared.confidence, params.compare.fewest_groups, params.seed)
    planned = variants(task, params.augment.operators)
    experiments.refuse_stale(task)
    prefix = experiments.prefix(task)
    trained, runs = [], []
    for number, variant in enumerate(planned, start=1):
        name = prefix + variant.name
        print(f"ablate: {number} of {len(planned)}: {name}", file=sys.stderr)
        experiments.run(task, variant, name, overrides)
        trained.append(_trained(variant, name, task))
        run = side(name).run(task)
        if run is None:
            raise Unreadable(f"{name}: evaluate@{task} wrote no statistics")
        runs.append(run)
    without = [(variant.left_out, run) for variant, run in zip(planned[1:], runs[1:], strict=True)]
    found = effects(task, params.tasks[task].metrics, runs[0], without, params.compare.alpha, settings)
    return Ablation(
        task, tuple(trained), tuple(found), params.compare.alpha, settings.confidence, settings.replicates, params.seed
    )


def _trained(variant: Variant, name: str, task: str) -> Trained:
    from stages.ablate import experiments
    from stages.ablate.table import Trained

    commit = experiments.commit(name)
    split = experiments.numbers(commit, "metrics/split.json")["tasks"][task]
    steps = experiments.numbers(commit, f"metrics/train/{task}.json")["steps"]
    return Trained(variant, name, commit, split["train"], split["children"], steps)


def _write(ablation: Ablation, path: Path) -> None:
    import orjson
    from rich.console import Console
    from rich.text import Text

    from stages.ablate.table import lines
    from stages.shards import write_bytes

    write_bytes(path, orjson.dumps(ablation.plain(), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n")
    console = Console(highlight=False, soft_wrap=True)
    for line, style in lines(ablation):
        console.print(Text(line, style))
    console.print(Text(f"{path} holds all metrics and the names of the experiments", "dim"))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m stages.ablate",
        description="Train a task with all of its augmentation operators, without each, and without any; say whether "
        "each helped.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("task", metavar="TASK")
    parser.add_argument("-S", "--set-param", action="append", default=[], metavar="KEY=VALUE", help="changes "
                        "params.yaml for every variant, such as ++train.hpi.max_steps=300")  # fmt: skip
    parser.add_argument("--to", type=Path, metavar="FILE", help="the JSON file (default: ablations/TASK.json)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
