"""`python -m stages.evaluate score FILE`: references and predictions of any system, scored as tasks are."""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from stages.evaluate.predictions import Answer
from stages.params import load_or_exit

DEFAULT = ("exact_match", "token_f1", "rouge1", "rouge2", "rougeL", "bleu", "wer")


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the metrics of a file as JSON."""
    parser = argparse.ArgumentParser(
        prog="python -m stages.evaluate score",
        description="Score a JSONL or CSV file with the columns reference and prediction.",
        epilog="Optional columns: id, and group: what intervals are clustered by (each line is its own where missing).",
    )
    parser.add_argument("file", type=Path, help="*.jsonl or *.csv")
    parser.add_argument("--scorers", nargs="+", default=DEFAULT, metavar="METRIC", help="default: %(default)s")
    parser.add_argument("--sections", nargs="+", default=(), metavar="HEADER", help="headers of a well-formed answer")
    parser.add_argument(
        "--params", default="params.yaml", help="where seed and statistics come from (default: %(default)s)"
    )
    args = parser.parse_args(arguments)
    params = load_or_exit(args.params)

    from stages.evaluate.panel import Panel
    from stages.evaluate.results import described, generator
    from stages.evaluate.scorers.ranked import Synonyms
    from stages.evaluate.statistics import estimate, sum_by_group
    from stages.evaluate.tokens import blank

    settings = params.evaluate
    try:
        panel = Panel(args.scorers, args.sections, Synonyms.read(settings.synonyms), {})
        answers = list(read(args.file))
        rows = panel.rows(answers)
    except (FileNotFoundError, ValueError) as error:
        raise SystemExit(f"score: {error}") from None
    sums = sum_by_group(rows, [answer.group for answer in answers])
    found = estimate(sums, panel.values, settings.replicates, settings.confidence, generator(params.seed, "score"))
    result = {
        "examples": len(answers),
        "groups": len(sums),
        "blank": sum(blank(answer.prediction) for answer in answers),
        "invalid": panel.invalid(answers, rows),
        "counts": panel.counts(rows),
        "metrics": {name: described(one) for name, one in found.items()},
        "signatures": {measure.name: measure.metric.signature for measure in panel.measures},
    }
    sys.stdout.buffer.write(orjson.dumps(result, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n")


def read(path: Path) -> Iterator[Answer]:
    """Answers of a JSONL or CSV file.

    Raises `ValueError` naming file and line where a line does not parse or lacks a column. A prediction that is empty
    or null is a blank answer: it is scored as one, never left out.
    """
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such file")
    lines = _READERS.get(path.suffix.lower())
    if lines is None:
        raise ValueError(f"{path}: expected a file that ends in {' or '.join(_READERS)}")
    empty = True
    for number, row in lines(path):
        empty = False
        if missing := sorted({"reference", "prediction"} - row.keys()):
            raise ValueError(f"{path}:{number}: no {missing[0]!r}; a line has `reference` and `prediction`")
        id = str(row.get("id") or f"{number:08d}")
        yield Answer(
            id=id,
            group=str(row.get("group") or id),
            reference=str(row["reference"] or ""),
            prediction=str(row["prediction"] or ""),
        )
    if empty:
        raise ValueError(f"{path}: holds no line to score")


def _jsonl(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                try:
                    row = orjson.loads(line)
                except orjson.JSONDecodeError:
                    raise ValueError(f"{path}:{number}: not JSON") from None
                if not isinstance(row, dict):
                    raise ValueError(f"{path}:{number}: expected an object, found {type(row).__name__}")
                yield number, row


def _csv(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        table = csv.DictReader(lines)
        for row in table:
            yield table.line_num, row


_READERS = {".jsonl": _jsonl, ".csv": _csv}


if __name__ == "__main__":
    main()
