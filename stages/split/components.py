"""Groups that a split never cuts: connected components over patient, record and near-duplicate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from stages.records import Example
from stages.split.similarity import Index, Shingles


def components(examples: Sequence[Example], sets: Sequence[Shingles], index: Index) -> list[list[Example]]:
    """The connected components of examples, children of augmentation aside.

    Two examples are joined when they share a patient or a record or are near-duplicates, whatever their tasks: no
    patient trains one task and tests another. `sets` holds the shingles of each example; the index is filled with them.
    Components and their members are sorted by id.
    """
    from scipy.cluster.hierarchy import DisjointSet

    joined = DisjointSet(range(len(examples)))
    first: dict[tuple[str, str], int] = {}
    for number, example in enumerate(examples):
        for name in _names(example):
            joined.merge(number, first.setdefault(name, number))
    for number, one in enumerate(_progress(sets)):
        # What is connected already need not be compared again.
        for near in index.near(one, partial(joined.connected, number)):
            joined.merge(number, near)
        index.add(one)
    found = [sorted((examples[number] for number in subset), key=_id) for subset in joined.subsets()]
    return sorted(found, key=lambda members: members[0].id)


def _names(example: Example) -> Iterable[tuple[str, str]]:
    yield "group", example.group
    yield from (("record", record) for record in example.records)


def _id(example: Example) -> str:
    return example.id


def _progress(sets: Sequence[Shingles]) -> Iterable[Shingles]:
    import os
    import sys

    from tqdm import tqdm

    quiet = not sys.stderr.isatty() or bool(os.environ.get("CI"))
    return tqdm(sets, desc="near-duplicates", unit="example", disable=quiet)
