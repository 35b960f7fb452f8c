"""`python -m stages.structure`: records to examples; `python -m stages.structure preview` shows some."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from stages import metrics
from stages.flow import run, run_values
from stages.keys import Key
from stages.memo import fingerprint
from stages.params import Params, load_or_exit
from stages.records import Record
from stages.shards import read_shard, shard_of
from stages.structure.step import Structure

SOURCE = Path("data/clean/records")
TARGET = Path("data/structure")
METRICS = Path("metrics/structure.json")


def main() -> None:
    """Run the stage, or its preview."""
    if sys.argv[1:2] == ["preview"]:
        from stages.structure.preview import main as preview

        return preview(sys.argv[2:])
    arguments = _arguments()
    params = load_or_exit(arguments.params)
    if bool(arguments.files) != bool(arguments.to):
        raise SystemExit("files and --to go together: python -m stages.structure records.jsonl --to folder")
    return of_files(params, arguments.files, arguments.to) if arguments.files else of_pipeline(params)


def of_pipeline(params: Params) -> None:
    """All clean records, as `dvc repro` runs it."""
    key = Key.read(params.key_file)
    counts = run(_step(params, key), [SOURCE], TARGET, params.flow, key, _mark(params, key))
    metrics.write(METRICS, dict.fromkeys((f"examples.{name}" for name in params.tasks), 0) | counts)


def of_files(params: Params, files: list[Path], target: Path) -> None:
    """The records of JSONL files, into a folder of one's own."""
    key = Key.read(params.key_file)
    buckets: list[list[Record]] = [[] for _ in range(params.flow.shards)]
    for file in files:
        for record in read_shard(file, Record):
            buckets[shard_of(record.group, params.flow.shards)].append(record)
    counts = run_values(_step(params, key), buckets, target, params.flow, key, _mark(params, key))
    print(", ".join(f"{name} {count}" for name, count in counts.items()))


def _step(params: Params, key: Key) -> Structure:
    return Structure(params.tasks, params.seed, key)


def _mark(params: Params, key: Key) -> str:
    declared = {name: task.model_dump() for name, task in params.tasks.items()}
    lexicons = sorted({Path(task.headers) for task in params.tasks.values()})
    return fingerprint(key, "structure", {"seed": params.seed, "tasks": declared}, lexicons)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m stages.structure",
        description="Make (instruction, response) examples from records.",
        epilog="`python -m stages.structure preview` prints examples as a model sees them.",
    )
    parser.add_argument("files", nargs="*", type=Path, help="JSONL files of records instead of data/clean")
    parser.add_argument("--to", type=Path, help="folder for the examples of those files")
    parser.add_argument("--params", default="params.yaml", help="params file (default: %(default)s)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
