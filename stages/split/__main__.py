"""`python -m stages.split`: examples into train, validation and test, with a certificate."""

from __future__ import annotations

import argparse
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from stages import metrics, shards
from stages.flow import Rejected
from stages.keys import Key
from stages.params import Params, load_or_exit
from stages.records import Example, Record
from stages.split import certificate, contamination, files, plant
from stages.split.assign import SPLITS, Assignment, assign, left_out
from stages.split.components import components
from stages.split.corpus import corpus
from stages.split.similarity import Index, content, judged, shingles

EXAMPLES = Path("data/structure/records")
CHILDREN = Path("data/augment/records")
RECORDS = Path("data/clean/records")
TARGET = Path("data/split")
METRICS = Path("metrics/split.json")
CERTIFICATE = Path("metrics/split-certificate.json")


def main() -> None:
    """Run the stage, or split the examples of files."""
    arguments = _arguments()
    params = load_or_exit(arguments.params)
    if bool(arguments.files) != bool(arguments.to):
        raise SystemExit("files and --to go together: python -m stages.split examples.jsonl --to folder")
    try:
        if arguments.files:
            examples = [example for file in arguments.files for example in shards.read_shard(file, Example)]
            numbers = split(params, examples, [], arguments.to)
            metrics.write(arguments.to / "split.json", numbers)
            return
        numbers = split(params, _pipeline_examples(params), list(shards.read(RECORDS, Record)), TARGET)
    except certificate.Violation as violation:
        raise SystemExit(str(violation)) from None
    metrics.write(METRICS, numbers)
    shards.write_bytes(CERTIFICATE, certificate.hashes(TARGET, params.tasks))


def split(params: Params, examples: Sequence[Example], records: Sequence[Record], target: Path) -> dict[str, Any]:
    """Write the splits of `examples` and the corpus of `records` below `target`; return the certificate's numbers.

    Raises `certificate.Violation` when what was written breaks a rule, and `SystemExit` when a task has no training or
    no test example.
    """
    adults = sorted((example for example in examples if not example.parent), key=lambda example: example.id)
    joined = _components(adults, params)
    assignment = assign(joined, params.split, Key.read(params.key_file), params.seed)
    held = _index_of_held(adults, assignment, params)
    orphans = list(_children(examples, assignment, held))
    assignment.left_out += orphans

    if target.exists():
        shutil.rmtree(target)
    sorted_out = [replace(e, split=assignment.splits[e.id]) for e in examples if e.id in assignment.splits]
    planted = plant.plant(sorted_out, params.tasks, params.audit.examples, params.seed, target)
    placed = plant.laid_over(sorted_out, planted)
    names = sorted({example.task for example in examples})
    for name in names:
        for one in SPLITS:
            chosen = (example for example in placed if (example.task, example.split) == (name, one))
            files.write(target / name, one, chosen, params.split.exports)
    _refuse_empty(names, placed)
    counts = _write_corpus(params, records, assignment, held, target)
    # The proof reads everything anew: what the split was made by need not lie in memory beside it.
    del held
    shards.write(target / "quarantine", assignment.left_out, params.flow.shards)
    sources = {example.id: example for example in plant.laid_over(examples, planted)}
    numbers = certificate.verify(target, sources, params.split.near_duplicate, len(assignment.left_out))
    for name, shares in contamination.measure(target, names, params.split.contamination).items():
        numbers["tasks"][name]["contaminated"] = shares
    reasons = Counter(f"quarantined.{rejected.reason}" for rejected in assignment.left_out)
    return numbers | {
        "in": len(examples),
        "out": len(placed),
        "canaries": len(planted),
        "quarantined": len(assignment.left_out),
        **reasons,
        "components": len(joined),
        "largest_component": max(map(len, joined), default=0),
        "bridged_components": assignment.bridged,
        "moved_by_bridges": assignment.moved,
        "corpus": counts,
    }


def _pipeline_examples(params: Params) -> list[Example]:
    found = [*shards.read(EXAMPLES, Example), *shards.read(CHILDREN, Example)]
    present = {example.task for example in found}
    if absent := [name for name in params.tasks if name not in present]:
        raise SystemExit(f"{EXAMPLES}: no example of {', '.join(absent)}; data/structure/quarantine says why")
    return found


def _components(adults: Sequence[Example], params: Params) -> list[list[Example]]:
    index = Index(params.split.near_duplicate, params.split.permutations)
    return components(adults, [shingles(judged(example), example.surrogates) for example in adults], index)


def _index_of_held(adults: Sequence[Example], assignment: Assignment, params: Params) -> Index:
    """The texts of all validation and test examples, and of what was left out beside them: questions and answers."""
    index = Index(params.split.near_duplicate, params.split.permutations)
    texts = ((text, e) for e in adults if e.group in assignment.held for text in (judged(e), e.response))
    for text, example in texts:
        index.add(shingles(text, example.surrogates))
    return index


def _children(examples: Sequence[Example], assignment: Assignment, held: Index) -> list[Rejected]:
    """Put children beside their parents in train; give those that may not stand there."""
    rejected = []
    for child in (example for example in examples if example.parent):
        if assignment.splits.get(child.parent or "") != "train":
            rejected.append(left_out(child, "child of an example outside train"))
        elif held.has_near(shingles(judged(child), child.surrogates)):
            rejected.append(left_out(child, "child near a validation or test example"))
        else:
            assignment.splits[child.id] = "train"
    return rejected


def _write_corpus(
    params: Params, records: Sequence[Record], assignment: Assignment, near: Index, target: Path
) -> Counter[str]:
    declared = {record.group for record in records if record.split in SPLITS[1:]}
    held = assignment.held | declared
    for record in records:
        if record.group in held:
            near.add(shingles(content(record), record.surrogates))
    counts = Counter({"records": 0})
    shards.write(target / "corpus", corpus(records, held, near, counts), params.flow.shards)
    return counts


def _refuse_empty(names: Sequence[str], placed: Sequence[Example]) -> None:
    there = {(example.task, example.split) for example in placed}
    for name in names:
        for one in ("train", "test"):
            if (name, one) not in there:
                raise SystemExit(
                    f"task {name}: no example for {one}; it has too few patients, or too many near-duplicates, for the "
                    "shares under split, or its sources declare every example for another set: see docs/splitting.md"
                )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m stages.split",
        description="Divide examples into train, validation and test without a leak, and certify it.",
    )
    parser.add_argument("files", nargs="*", type=Path, help="JSONL files of examples instead of the pipeline's")
    parser.add_argument("--to", type=Path, help="folder for the splits of those files")
    parser.add_argument("--params", default="params.yaml", help="params file (default: %(default)s)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
