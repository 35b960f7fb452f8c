"""`python -m stages.report` writes the page; `python -m stages.report table` prints the table."""

from __future__ import annotations

import argparse
from pathlib import Path

from stages.params import Params, load_or_exit
from stages.report.results import Outcome, outcome

PAGE = Path("report/index.html")


def main() -> None:
    """Write the page, or print the table."""
    parser = argparse.ArgumentParser(
        prog="python -m stages.report", description="Metrics, curves and samples as one page, or as a table."
    )
    parser.add_argument("what", nargs="?", choices=["page", "table"], default="page", help="default: %(default)s")
    parser.add_argument("--params", default="params.yaml", help="the params file (default: %(default)s)")
    args = parser.parse_args()
    params = load_or_exit(args.params)
    if args.what == "table":
        table(params)
    else:
        page(params)


def page(params: Params) -> None:
    """Write report/index.html from what lies there; what is missing is shown as missing."""
    from stages.report.page import render

    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(render(params, _outcomes(params), Path()), encoding="utf-8")
    print(PAGE)


def table(params: Params) -> None:
    """Print every task's headline metric, and where the page is."""
    from stages.report.table import show

    show(_outcomes(params), PAGE)


def _outcomes(params: Params) -> dict[str, Outcome | None]:
    confidence = params.evaluate.confidence
    return {task: outcome(Path(), task, declared.metrics, confidence) for task, declared in params.tasks.items()}


if __name__ == "__main__":
    main()
