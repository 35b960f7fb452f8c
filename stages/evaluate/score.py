"""`python -m stages.evaluate score`: references and predictions of any system, scored as tasks are."""

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
EPILOG = """\
One file (*.jsonl, *.csv, *.parquet) has the columns reference and prediction, or reference, base and tuned; and if any
id, category, and group: what intervals are clustered by (each line is its own where missing).
data/evaluate/<task>/predictions.jsonl is such a file, so that answers are scored anew without asking a model.
Two files, or three for two systems, are a reference and predictions of who said what and when: *.rttm, *.ctm, *.stm,
*.json (SegLST) and whatever else stages.segments reads. Intervals are clustered by recording.
Two systems are compared pairwise. docs/metrics.md tells the rest.
"""
MOST_FILES = 3
Answers = Mapping[str, "list[Answer]"]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the metrics of a file, or of files of segments, as JSON."""
    parser = _parser()
    args = parser.parse_args(arguments)
    if len(args.files) > MOST_FILES:
        parser.error(f"expected a table, or a reference and one or two predictions; found {len(args.files)} files")
    params = load_or_exit(args.params)
    try:
        result = _of_table(args, params) if len(args.files) == 1 else _of_recordings(args, params)
    except (FileNotFoundError, ValueError) as error:
        raise SystemExit(f"score: {error}") from None
    sys.stdout.buffer.write(orjson.dumps(result, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m stages.evaluate score",
        description="Score a table of references and predictions, or a reference and predictions of recordings.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    what = (
        f"names of metrics, or `all` that the files have what it takes for (default: {' '.join(DEFAULT)}; of "
        "recordings wer, cpwer, wder, der and jer)"
    )
    tokens = "of a table: speakers whose tokens, such as <|doctor|>, stand in it (default: those that references have)"
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="a table; or a reference and predictions")
    parser.add_argument("--scorers", nargs="+", metavar="METRIC", help=what)
    parser.add_argument("--sections", nargs="+", default=(), metavar="HEADER", help="headers of a well-formed answer")
    parser.add_argument("--speakers", nargs="+", metavar="NAME", help=tokens)
    parser.add_argument("--uem", type=Path, metavar="FILE", help="of recordings: the stretches that der and jer are of")
    parser.add_argument(
        "--groups", type=Path, metavar="FILE", help="of recordings: CSV of recording,group to cluster by"
    )
    parser.add_argument(
        "--params", default="params.yaml", help="where seed and statistics come from (default: %(default)s)"
    )
    return parser


def _of_table(args: argparse.Namespace, params: Params) -> dict[str, Any]:
    from stages.evaluate.files import read
    from stages.evaluate.panel import OF_SPEAKERS, OF_TEXTS, OF_TIMES
    from stages.evaluate.turns import attributed, named

    answers = read(args.files[0])
    first = next(iter(answers.values()))
    speakers = tuple(args.speakers or named(answer.reference for answer in first))
    every = (*OF_TEXTS, *(OF_SPEAKERS if speakers else ()))
    declared = _declared(args.scorers or DEFAULT, every, args.sections, params, speakers)
    for name in declared.metrics:
        if name in OF_TIMES:
            raise ValueError(f"{name}: needs times, which a table has not; score a reference and predictions in RTTM")
        if name in OF_SPEAKERS and not speakers:
            raise ValueError(f"{name}: no reference has a speaker token such as <|doctor|>; --speakers names them")
    return scored({system: attributed(given, speakers) for system, given in answers.items()}, declared, params)


def _of_recordings(args: argparse.Namespace, params: Params) -> dict[str, Any]:
    from stages.evaluate.panel import OF_SPEAKERS, OF_TEXTS, OF_TIMES
    from stages.evaluate.recordings import Files, read

    reference, *predictions = args.files
    files = Files(reference, tuple(predictions), args.uem, args.groups)
    every = (*OF_TEXTS, *OF_SPEAKERS, *OF_TIMES)
    declared = _declared(args.scorers or files.metrics(), every, args.sections, params)
    found = read(files, declared.metrics)
    told = {"missing": found.missing, "uem": str(args.uem) if args.uem else "whole recordings"}
    return scored(found.answers, declared, params) | told


def _declared(
    scorers: Sequence[str],
    every: Sequence[str],
    sections: Sequence[str],
    params: Params,
    speakers: tuple[str, ...] = (),
) -> Declared:
    from stages.evaluate.parallel import Declared

    names = tuple(name for given in scorers for name in (every if given == "all" else (given,)))
    return Declared(names, tuple(sections), params.evaluate.synonyms, params.evaluate.terms, speakers)


def scored(answers: Answers, declared: Declared, params: Params) -> dict[str, Any]:
    """What is printed: counts, metrics with intervals, the most frequent errors and signatures.

    Of one system plain, of two by system, with the paired difference of each metric.
    """
    from stages.evaluate import parallel
    from stages.evaluate.results import described, generator
    from stages.evaluate.scorers.wer import confusions
    from stages.evaluate.statistics import compare, estimate, sum_by_group

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
        "blank": {system: sum(answer.blank for answer in given) for system, given in answers.items()},
        "invalid": {system: int(panel.invalid(given, rows[system]).sum()) for system, given in answers.items()},
        "counts": {system: panel.counts(of) for system, of in rows.items()},
        "errors": {system: confusions(given) for system, given in answers.items()},
        "not_applicable": {system: panel.not_applicable(given) for system, given in answers.items()},
    }
    return {
        "examples": len(groups),
        "groups": len(sums[0]),
        "metrics": metrics,
        "signatures": {measure.name: measure.signature for measure in panel.measures},
        **{name: next(iter(found.values())) if alone else found for name, found in by_system.items()},
    }


if __name__ == "__main__":
    main()
