"""Work on a model batch by batch; finished batches are kept, so that an interrupted run goes on where it stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import astuple
from pathlib import Path
from typing import NamedTuple, TypeVar

import orjson

from stages.keys import Key
from stages.memo import Memo, fingerprint, memo_folder
from stages.models.progress import bar, within

# Not secret: what is kept under it is kept in the clear in data/evaluate, once it is finished.
KEY = Key(b"rounds predictions")
# Batches of one file of the memo, which is written anew after each of them.
_BATCHES_A_FILE = 64

T = TypeVar("T")


class Units(NamedTuple):
    """What a model is asked: of each example all that makes its result, and its size; like sizes share a batch."""

    keys: Sequence[tuple[str, ...]]
    sizes: Sequence[int]


def shelf(name: str, found: Mapping[str, str], device: str, seed: int, code: Iterable[str]) -> Path | None:
    """Where the finished batches of these very models lie; None outside a DVC repository.

    `found` is the content that the results depend on, `code` the files beside `stages/models` and this one: a new
    metric asks no model anew.
    """
    ours = sorted({Path(__file__), *map(Path, code)})
    mark = fingerprint(KEY, "models", {"content": dict(found), "device": device, "seed": seed}, ours)
    return memo_folder(f"evaluate/{name}", mark)


def in_batches(
    units: Units,
    batch: int,
    work: Callable[[list[int]], list[T]],
    kind: Callable[..., T],
    kept: Path | None,
    what: str,
) -> list[T]:
    """The result of each unit in its order, worked out in batches of like sizes that are not kept yet.

    Batches are made of all units before any is worked on, so that the same bytes come out, interrupted or not. `kind`
    makes a result of the fields of a dataclass.
    """
    order = sorted(range(len(units.sizes)), key=lambda i: (units.sizes[i], i))
    batches = [order[start : start + batch] for start in range(0, len(order), batch)]
    found: dict[int, T] = {}
    with bar(total=len(batches), desc=what, unit="batch") as shown:
        for start in range(0, len(batches), _BATCHES_A_FILE):
            memo = Memo(kept / f"{what}-{start:06d}" if kept else None, KEY)
            for chosen in batches[start : start + _BATCHES_A_FILE]:
                unit = KEY.id(what, *(part for i in chosen for part in units.keys[i]))
                told = memo.get(unit)
                if told is None:
                    with within():
                        values = work(chosen)
                    memo.put(unit, orjson.dumps([astuple(value) for value in values]))  # type: ignore[call-overload]
                    memo.save()
                else:
                    values = [kind(*fields) for fields in orjson.loads(told)]
                found |= dict(zip(chosen, values, strict=True))
                shown.update()
    return [found[i] for i in range(len(units.sizes))]
