"""`python -m stages.compare A [B]`: what got better, what got worse, and whether that could be chance."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, NoReturn

from stages.params import Params, load_or_exit

if TYPE_CHECKING:
    from stages.compare.comparison import Comparison

UNREADABLE = 3
EPILOG = """\
A side is a Git revision, the name of a `dvc exp` experiment, `workspace`, or a folder of <task>/statistics.jsonl.
With --gate the exit code is 0 where no headline metric is significantly worse, 1 where one is, 2 where one could not be
compared; 3, with and without it, where nothing could be read. docs/compare.md tells the rest.
"""


def main() -> None:
    """Compare two sides and print the rows."""
    args = _arguments()
    params = load_or_exit(args.params)

    from stages.compare.comparison import compare_sides
    from stages.compare.paired import Settings
    from stages.compare.rows import gate
    from stages.compare.sides import Unreadable, side

    settings = Settings(
        replicates=params.evaluate.replicates,
        confidence=params.evaluate.confidence,
        fewest_groups=params.compare.fewest_groups,
        seed=params.seed,
        slices=tuple(dict.fromkeys(args.slice or params.compare.slices)),
        anyway=args.anyway,
    )
    try:
        found = compare_sides(side(args.a), side(args.b), _metrics(params), args.task, params.compare.alpha, settings)
    except (Unreadable, ValueError) as error:
        _exit(str(error))
    for key in args.slice or ():
        if not any(row.slice.startswith(f"{key}=") for row in found.rows):
            fewest = f"compare.fewest_groups = {settings.fewest_groups}"
            print(f"--slice {key}: no task has two values of it, one of at least {fewest} patients", file=sys.stderr)
    _print(found, args.format)
    if args.gate:
        raise SystemExit(gate(found.rows, params.compare.tolerance))


def _print(comparison: Comparison, form: str) -> None:
    if form == "terminal":
        from stages.compare.terminal import show

        show(comparison)
    elif form == "markdown":
        from stages.compare.markdown import render

        print(render(comparison), end="")
    else:
        from dataclasses import asdict

        import orjson

        options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS
        sys.stdout.buffer.write(orjson.dumps(asdict(comparison), option=options) + b"\n")


def _metrics(params: Params) -> dict[str, list[str]]:
    return {name: list(task.metrics) for name, task in params.tasks.items()}


def _exit(message: str) -> NoReturn:
    print(f"compare: {message}", file=sys.stderr)
    raise SystemExit(UNREADABLE)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m stages.compare",
        description="Two runs of evaluate side by side, paired by example and clustered by patient.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("a", metavar="A", help="what is compared with, such as main")
    parser.add_argument("b", metavar="B", nargs="?", default="workspace", help="what is judged (default: %(default)s)")
    parser.add_argument("--task", help="only this task")
    parser.add_argument("--slice", action="append", metavar="KEY", help="rows for each value of this key of examples, "
                        "instead of compare.slices; may be given several times")  # fmt: skip
    parser.add_argument("--format", choices=["terminal", "markdown", "json"], default="terminal", help="%(default)s")
    parser.add_argument("--anyway", action="store_true", help="compare what is unlike too, on the examples in common; "
                        "such rows are marked")  # fmt: skip
    parser.add_argument("--gate", action="store_true", help="say by the exit code whether this may pass")
    parser.add_argument("--params", default="params.yaml", help="the params file (default: %(default)s)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
