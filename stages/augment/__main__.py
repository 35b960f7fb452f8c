"""`python -m stages.augment`: examples to children; `review` and `preview` are for people, `try` for files."""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from stages import guard, metrics
from stages.augment import preview, quality, review
from stages.augment.ledger import changed_side
from stages.augment.names import read_csv, read_table, read_terms
from stages.augment.step import Augment
from stages.augment.umls import Groups
from stages.flow import Rejected, run
from stages.keys import Key
from stages.memo import fingerprint
from stages.params import Params, load_or_exit
from stages.records import Example, to_json
from stages.shards import read, read_shard

SOURCE = Path("data/structure/records")
TARGET = Path("data/augment")
METRICS = Path("metrics/augment.json")


def main() -> None:
    """Run the stage or one of its commands."""
    arguments = _arguments()
    params = load_or_exit(arguments.params)
    try:
        if arguments.command == "review":
            names = _step(params, _tables(params, lambda: read(SOURCE, Example))).names()
            added = review.extend(params.augment.review, TARGET / "records", SOURCE, params.augment, names)
            print(f"{params.augment.review}: {added} children added; write accept or reject under `decision`")
        elif arguments.command == "preview":
            preview.show(TARGET / "records", SOURCE, arguments.task, arguments.n)
        elif arguments.command == "try":
            of_files(params, arguments.files)
        else:
            of_pipeline(params)
    except (FileNotFoundError, ValueError) as error:
        raise SystemExit(f"augment: {error}") from None


def of_pipeline(params: Params) -> None:
    """All structured examples, as `dvc repro` runs it."""
    key = Key.read(params.key_file)
    tables = _tables(params, lambda: read(SOURCE, Example))
    step = _step(params, tables)
    counts = run(step, [SOURCE], TARGET, params.flow, key, _mark(params, tables, key))
    refused = quality.refusals(counts, params.augment.operators)
    more, numbers = review.apply(params.augment.review, TARGET)
    for name, count in more.items():
        counts[name] = counts.get(name, 0) + count
    none = {f"children.{name}": 0 for name in params.augment.operators}
    reviewed = {f"review.{name}": number for name, number in numbers.items()}
    measured = quality.measure(TARGET / "records", SOURCE, step.names())
    metrics.write(METRICS, none | counts | reviewed | refused | measured)


def of_files(params: Params, files: list[Path]) -> None:
    """Print the children of the examples of JSONL files as JSONL; what is rejected goes to stderr with its reason."""
    examples = [example for file in files for example in read_shard(file, Example)]
    step = _step(params, _tables(params, lambda: iter(examples)))
    step.setup()
    for example in examples:
        for found in step.process([example]):
            if isinstance(found, Example):
                print(to_json(found).decode())
            elif isinstance(found, Rejected):
                print(f"{found.id}: {found.reason}", file=sys.stderr)


def _step(params: Params, tables: dict[str, Groups]) -> Augment:
    declared = params.augment
    return Augment(declared.operators, tables, read_csv(declared.names), read_terms(declared.terms), params.seed)


def _tables(params: Params, examples: Callable[[], Iterator[Example]]) -> dict[str, Groups]:
    """The synonyms of each operator that takes a table, as far as they concern the examples."""
    tables = {name: (o.table, o.umls) for name, o in params.augment.operators.items() if o.table is not None}
    return {name: read_table(table, map(changed_side, examples()), umls) for name, (table, umls) in tables.items()}


def _mark(params: Params, tables: dict[str, Groups], key: Key) -> str:
    """The review decides nothing in the step, so that a decision costs no work."""
    declared = params.augment.model_dump(exclude={"review", "sample", "riskiest"})
    told = {name: hashlib.sha256(repr(groups).encode()).hexdigest() for name, groups in tables.items()}
    models = [Path(model) for operator in params.augment.operators.values() for model in operator.models]
    depends = [Path(params.augment.names), Path(params.augment.terms), Path(guard.__file__).parent, *models]
    return fingerprint(key, "augment", {"seed": params.seed, "augment": declared, "tables": told}, depends)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m stages.augment",
        description="Make new training examples from old; without a command, those of the pipeline.",
    )
    parser.add_argument("--params", default="params.yaml", help="params file (default: %(default)s)")
    commands = parser.add_subparsers(dest="command", metavar="command")
    commands.add_parser("review", help="put children on the review ledger for people to accept or reject")
    shown = commands.add_parser("preview", help="print children beside their parents")
    shown.add_argument("--task", help="of this task alone")
    shown.add_argument("-n", type=int, default=5, help="how many (default: %(default)s)")
    tried = commands.add_parser("try", help="print the children of examples in JSONL files")
    tried.add_argument("files", nargs="+", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
