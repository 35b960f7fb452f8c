"""`python -m stages.clean`: cleans all de-identified records; with files, prints them cleaned."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from stages import guard, metrics
from stages.clean.boilerplate import Boilerplate, repeated_lines
from stages.clean.lexicon import read_abbreviations, read_terms
from stages.clean.score import read_gold, score
from stages.clean.show import clean_files, print_diff
from stages.clean.step import Clean, Cleaned
from stages.flow import run
from stages.keys import Key
from stages.memo import fingerprint
from stages.params import Params, load_or_exit
from stages.records import Record, to_json
from stages.shards import read, read_shard, shard_path, write_bytes, write_shard

SOURCE = Path("data/deidentify/records")
TARGET = Path("data/clean")
METRICS = Path("metrics/clean.json")


def main() -> None:
    """Run the stage, or clean the files on the command line."""
    arguments = _arguments()
    params = load_or_exit(arguments.params)
    try:
        read_abbreviations(params.clean.abbreviations)
        read_terms(params.clean.terms)
        if arguments.files:
            of_files(params, arguments.files, diff=arguments.diff)
        else:
            of_pipeline(params)
    except (FileNotFoundError, ValueError) as error:
        raise SystemExit(f"clean: {error}") from None


def of_pipeline(params: Params) -> None:
    """All de-identified records, as `dvc repro` runs it."""
    key = Key.read(params.key_file)
    curated = frozenset(name for name, source in params.sources.items() if source.deidentified)
    repeated = _repeated(params, curated)
    declared = {
        "clean": params.clean.model_dump(exclude={"gold"}),
        "curated": sorted(curated),
        "repeated": sorted(repeated),
    }
    depends = [Path(params.clean.abbreviations), Path(params.clean.terms), Path(guard.__file__).parent]
    mark = fingerprint(key, "clean", declared, depends)
    gold = read_gold(params.clean.gold, key) if params.clean.gold else {}
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=TARGET, prefix=".work") as folder:
        work = Path(folder)
        counts = run(Clean(params.clean, curated, repeated), [SOURCE], work, params.flow, key, mark)
        short = read_abbreviations(params.clean.abbreviations)
        numbers = score(gold, read(SOURCE, Record), read(work / "records", Cleaned), short) if gold else {}
        for shard in range(params.flow.shards):
            _write(work, shard)
    none = {f"{what}.{name}": 0 for name in params.clean.operators for what in ("changes", "held_back")}
    metrics.write(METRICS, none | {"boilerplate_lines": len(repeated)} | counts | ({"gold": numbers} if gold else {}))


def of_files(params: Params, files: list[Path], *, diff: bool) -> None:
    """Print files cleaned, or what is changed in them. What recurs over patients cannot be known from them."""
    for file, text, passes in clean_files(Clean(params.clean, frozenset(), frozenset()), files):
        if diff:
            print_diff(file, passes)
        else:
            sys.stdout.write(text)


def _write(work: Path, shard: int) -> None:
    """A shard's records, its quarantine, and the log of what was changed in which record."""
    done = list(read_shard(shard_path(work / "records", shard), Cleaned))
    write_shard(shard_path(TARGET / "records", shard), (cleaned.record for cleaned in done))
    logs = ({"id": cleaned.id, "changes": cleaned.log} for cleaned in done if cleaned.log)
    write_bytes(shard_path(TARGET / "changes", shard), b"".join(to_json(log) + b"\n" for log in logs))
    write_bytes(shard_path(TARGET / "quarantine", shard), shard_path(work / "quarantine", shard).read_bytes())


def _repeated(params: Params, curated: frozenset[str]) -> frozenset[str]:
    if Boilerplate.name not in params.clean.operators:
        return frozenset()
    names = guard.Names.of([term] for term in read_terms(params.clean.terms))
    return repeated_lines(_notes(curated), params.clean.repeated_in, names)


def _notes(curated: frozenset[str]) -> Iterator[Record]:
    from tqdm import tqdm

    quiet = not sys.stderr.isatty() or bool(os.environ.get("CI"))
    for record in tqdm(read(SOURCE, Record), desc="clean: lines", unit="record", disable=quiet):
        if record.text and record.source not in curated:
            yield record


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m stages.clean",
        description="Clean de-identified records: abbreviations, typos, copy-forward, boilerplate.",
    )
    parser.add_argument("files", nargs="*", type=Path, help="text files to clean instead, a patient's in order")
    parser.add_argument("--diff", action="store_true", help="show what each operator changes in the files")
    parser.add_argument("--params", default="params.yaml", help="params file (default: %(default)s)")
    arguments = parser.parse_args()
    if arguments.diff and not arguments.files:
        parser.error("--diff needs files")
    return arguments


if __name__ == "__main__":
    main()
