"""`python -m stages.evaluate score FILE`: references and predictions of any system, scored as tasks are."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from stages.params import Params, load_or_exit

if TYPE_CHECKING:
    from stages.evaluate.parallel import Declared
    from stages.evaluate.predictions import Answer

DEFAULT = ("exact_match", "token_f1", "rouge1", "rouge2", "rougeL", "bleu", "wer")
Answers = Mapping[str, "list[Answer]"]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the metrics of a file as JSON."""
    parser = argparse.ArgumentParser(
        prog="python -m stages.evaluate score",
        description="Score a file of the columns reference and prediction, or reference, base and tuned.",
        epilog="Two systems are compared pairwise. Optional columns: id, category, and group: what intervals are "
        "clustered by (each line is its own where missing). data/evaluate/<task>/predictions.jsonl is such a file, so "
        "that answers are scored anew without asking a model.",
    )
    parser.add_argument("file", type=Path, help="*.jsonl, *.csv or *.parquet")
    parser.add_argument(
        "--scorers",
        nargs="+",
        default=DEFAULT,
        metavar="METRIC",
        help="names of metrics, or `all` that need texts alone (default: %(default)s)",
    )
    parser.add_argument("--sections", nargs="+", default=(), metavar="HEADER", help="headers of a well-formed answer")
    parser.add_argument(
        "--params", default="params.yaml", help="where seed and statistics come from (default: %(default)s)"
    )
    args = parser.parse_args(arguments)
    params = load_or_exit(args.params)

    from stages.evaluate.files import read
    from stages.evaluate.panel import OF_TEXTS
    from stages.evaluate.parallel import Declared

    names = tuple(name for given in args.scorers for name in (OF_TEXTS if given == "all" else (given,)))
    declared = Declared(names, tuple(args.sections), params.evaluate.synonyms, params.evaluate.terms)
    try:
        result = scored(read(args.file), declared, params)
    except (FileNotFoundError, ValueError) as error:
        raise SystemExit(f"score: {error}") from None
    sys.stdout.buffer.write(orjson.dumps(result, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n")


def scored(answers: Answers, declared: Declared, params: Params) -> dict[str, Any]:
    """What is printed: counts, metrics with intervals, the most frequent errors and signatures.

    Of one system plain, of two by system, with the paired difference of each metric.
    """
    from stages.evaluate import parallel
    from stages.evaluate.results import described, generator
    from stages.evaluate.scorers.wer import confusions
    from stages.evaluate.statistics import compare, estimate, sum_by_group
    from stages.evaluate.tokens import blank

    panel = declared.panel()
    rows = {system: parallel.rows(declared, given) for system, given in answers.items()}
    groups = [answer.group for answer in next(iter(answers.values()))]
    sums = [sum_by_group(of, groups) for of in rows.values()]
    how = params.evaluate.replicates, params.evaluate.confidence, generator(params.seed, "score")
    metrics: dict[str, Any]
    alone = len(sums) == 1
    if alone:
        metrics = {name: described(one) for name, one in estimate(sums[0], panel.values, *how).items()}
    else:
        metrics = {
            name: {
                "base": described(one.base),
                "tuned": described(one.tuned),
                "difference": {**described(one.difference), "p": one.p},
            }
            for name, one in compare(sums[0], sums[1], panel.values, *how).items()
        }
    by_system: dict[str, dict[str, Any]] = {
        "blank": {system: sum(blank(answer.prediction) for answer in given) for system, given in answers.items()},
        "invalid": {system: int(panel.invalid(given, rows[system]).sum()) for system, given in answers.items()},
        "counts": {system: panel.counts(of) for system, of in rows.items()},
        "errors": {system: confusions(given) for system, given in answers.items()},
    }
    return {
        "examples": len(groups),
        "groups": len(sums[0]),
        "metrics": metrics,
        "signatures": {measure.name: measure.metric.signature for measure in panel.measures},
        **{name: next(iter(found.values())) if alone else found for name, found in by_system.items()},
    }


if __name__ == "__main__":
    main()
