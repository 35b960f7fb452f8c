"""The proof that the splits leak nothing, made from the written files alone.

It shares no step with what wrote them but the definition of similarity: similarities are computed for all pairs, as a
product of sparse matrices, without MinHash.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import orjson

from stages.records import Example, Record
from stages.shards import read as read_shards
from stages.split import files
from stages.split.assign import SPLITS
from stages.split.pairs import highest
from stages.split.similarity import Shingles, content, judged, shingles

Sets = dict[str, list[Example]]
"""Split -> its examples."""
MOST_NAMED = 5


class Violation(RuntimeError):
    """A split that leaks; the message names the rule and ids, never a text."""


def verify(folder: Path, sources: Mapping[str, Example], threshold: float, left_out: int) -> dict[str, Any]:
    """Read the splits of every task and the corpus below `folder` and hold them to every rule; return the numbers.

    `sources` are the examples that went in, by id. Raises `Violation` with all rules that are broken.
    """
    names = sorted({example.task for example in sources.values()})
    tasks = {name: {split: files.read(folder / name, split) for split in SPLITS} for name in names}
    corpus = list(read_shards(folder / "corpus", Record))
    written = [example for sets in tasks.values() for examples in sets.values() for example in examples]
    similar = {name: _highest(sets) for name, sets in tasks.items()}
    held = [example for sets in tasks.values() for split in SPLITS[1:] for example in sets[split]]
    faults = [
        *_form(tasks),
        *_origins(written, sources, left_out),
        *(f"{what} {id} stands in {' and '.join(splits)}" for what, id, splits in _shared(tasks)),
        *_children(tasks),
        *_declared(tasks, sources),
        *_too_similar(tasks, threshold),
        *_corpus(corpus, held, threshold),
    ]
    if faults:
        more = f" (and {len(faults) - MOST_NAMED} more)" if len(faults) > MOST_NAMED else ""
        raise Violation(f"{folder}: the splits leak: {'; '.join(faults[:MOST_NAMED])}{more}")
    numbers = {
        name: _counts(sets) | {f"highest_similarity.{split}": value for split, value in similar[name].items()}
        for name, sets in tasks.items()
    }
    return {"tasks": numbers, "shared_groups": 0, "shared_records": 0}


def hashes(folder: Path, names: Iterable[str]) -> bytes:
    """A JSON file of the SHA-256 of every split file of these tasks, and of the corpus's shards as one."""
    found: dict[str, Any] = {
        name: {split: _sha256([folder / name / f"{split}.jsonl"]) for split in SPLITS} for name in sorted(names)
    }
    found["corpus"] = _sha256(sorted((folder / "corpus").glob("*.jsonl")))
    return orjson.dumps({"sha256": found}, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"


def _form(tasks: Mapping[str, Sets]) -> Iterable[str]:
    for name, sets in tasks.items():
        seen: set[str] = set()
        for split, examples in sets.items():
            ids = [example.id for example in examples]
            if ids != sorted(ids) or len(set(ids)) < len(ids) or seen & set(ids):
                yield f"{name}/{split}.jsonl: ids are not sorted and unique"
            seen |= set(ids)
            yield from (
                f"{e.id} in {name}/{split}.jsonl says otherwise" for e in examples if (e.task, e.split) != (name, split)
            )


def _origins(written: Sequence[Example], sources: Mapping[str, Example], left_out: int) -> Iterable[str]:
    if len(written) + left_out != len(sources):
        yield f"of {len(sources)} examples {len(written)} were written and {left_out} left out"
    for example in written:
        source = sources.get(example.id)
        if source is None or replace(source, split=None) != replace(example, split=None):
            yield f"{example.id} is not what went in"


def _shared(tasks: Mapping[str, Sets]) -> Iterable[tuple[str, str, list[str]]]:
    """Patients and records that stand in more than one split, over all tasks."""
    places: dict[tuple[str, str], set[str]] = {}
    for sets in tasks.values():
        for split, examples in sets.items():
            for example in examples:
                for name in [("group", example.group), *(("record", record) for record in example.records)]:
                    places.setdefault(name, set()).add(split)
    yield from ((what, id, sorted(splits)) for (what, id), splits in sorted(places.items()) if len(splits) > 1)


def _children(tasks: Mapping[str, Sets]) -> Iterable[str]:
    for name, sets in tasks.items():
        parents = {example.id for example in sets["train"] if not example.parent}
        for split, examples in sets.items():
            for child in (example for example in examples if example.parent):
                if split != "train" or child.parent not in parents:
                    yield f"the child {child.id} of {name} stands in {split}, its parent does not stand in train"


def _declared(tasks: Mapping[str, Sets], sources: Mapping[str, Example]) -> Iterable[str]:
    for name, sets in tasks.items():
        wanted = {e.id for e in sources.values() if (e.task, e.split) == (name, "test") and not e.parent}
        found = {example.id for example in sets["test"]}
        if wanted and wanted != found:
            yield f"the test set of {name} has {len(found)} examples, its sources declare {len(wanted)}"


def _too_similar(tasks: Mapping[str, Sets], threshold: float) -> Iterable[str]:
    """Near-duplicates that stand in two splits, over all tasks: of validation and test too."""
    texts = {split: [_shingled(e) for sets in tasks.values() for e in sets[split]] for split in SPLITS}
    for some, other in combinations(SPLITS, 2):
        value = highest(texts[some], texts[other])
        if value >= threshold:
            yield f"{some} and {other} hold a pair of similarity {value:.3f}, allowed is < {threshold}"


def _corpus(corpus: Sequence[Record], held: Sequence[Example], threshold: float) -> Iterable[str]:
    groups = {example.group for example in held}
    records = {record for example in held for record in example.records}
    for record in corpus:
        if record.group in groups or record.id in records or record.split in ("validation", "test"):
            yield f"the corpus holds the record {record.id} of a validation or test example"
    texts = [_shingled(example) for example in held] + [shingles(e.response, e.surrogates) for e in held]
    value = highest([shingles(content(record), record.surrogates) for record in corpus], texts)
    if value >= threshold:
        yield f"a text of the corpus has similarity {value:.3f} to a held-out example, allowed is < {threshold}"


def _highest(sets: Sets) -> dict[str, float]:
    train = [_shingled(example) for example in sets["train"]]
    return {split: highest(train, [_shingled(example) for example in sets[split]]) for split in SPLITS[1:]}


def _shingled(example: Example) -> Shingles:
    return shingles(judged(example), example.surrogates)


def _counts(sets: Sets) -> dict[str, Any]:
    shares = {}
    for split, examples in sets.items():
        categories = Counter(example.category or "none" for example in examples)
        shares[split] = {name: count / len(examples) for name, count in categories.items()}
    children = sum(bool(example.parent) for example in sets["train"])
    return {split: len(examples) for split, examples in sets.items()} | {"children": children, "shares": shares}


def _sha256(paths: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()
