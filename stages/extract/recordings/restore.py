"""Converted recordings of records that the memo remembers: kept where they are, made again where they are gone.

The memo holds what was read and not what was converted: patients' voices lie beside the records and nowhere else. So a
remembered record's file is held against the digest that the record names.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from stages import engines
from stages.extract.reader import Item, Unreadable
from stages.extract.recordings import conversion
from stages.extract.recordings.store import Store
from stages.params.extract import Extract
from stages.params.flow import Flow


def restore(store: Store, wanted: Mapping[str, str], items: Mapping[str, Item], limits: Extract, flow: Flow) -> None:
    """Leave in the store the files of the `wanted` records (id -> SHA-256), all of them and no others.

    Raises `ValueError` naming the file that gives another result than the memo says.
    """
    from tqdm import tqdm

    store.sweep(wanted)
    missing = [items[id] for id, sha256 in sorted(wanted.items()) if store.digest(id) != sha256]
    if not missing:
        return
    done = engines.ENGINES[flow.engine](_Again(store, limits).do, missing, flow.workers, flow.address)
    quiet = not sys.stderr.isatty() or bool(os.environ.get("CI"))
    for item, fault in tqdm(done, desc="recordings", total=len(missing), unit="file", disable=quiet):
        if fault or store.digest(item.id) != wanted[item.id]:
            raise ValueError(
                f"{item.file} of sources.{item.source}: {fault or 'converted, it is not what it was before'}; "
                "run again once nothing changes it, or remove .dvc/tmp/rounds/extract to read everything anew"
            )


@dataclass(frozen=True, slots=True)
class _Again:
    store: Store
    limits: Extract

    def do(self, item: Item) -> str:
        """Convert an item; why that failed, or nothing."""
        try:
            with self.store.making(item.id) as target:
                conversion.convert(item, target, self.limits)
        except Unreadable as fault:
            return fault.reason
        return ""
