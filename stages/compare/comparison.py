"""All tasks of two sides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stages.compare.paired import Settings, rows_of
from stages.compare.rows import Row, judged
from stages.compare.sides import Side, Unreadable


@dataclass(frozen=True, slots=True)
class Comparison:
    """Judged rows, whole test sets before slices within a task, with what they were judged by."""

    a: str
    b: str
    rows: tuple[Row, ...]
    alpha: float
    settings: Settings

    def whole(self) -> list[Row]:
        """Rows of whole test sets."""
        return [row for row in self.rows if not row.slice]

    def sliced(self) -> list[Row]:
        """Rows of slices."""
        return [row for row in self.rows if row.slice]


def compare_sides(
    a: Side, b: Side, declared: Mapping[str, Sequence[str]], only: str | None, alpha: float, settings: Settings
) -> Comparison:
    """Every task that either side evaluated, or `only` one; `declared` are the tasks' metrics, the headline first.

    Raises `Unreadable` where nothing can be compared, or where data is named and cannot be had.
    """
    found = {*a.tasks(), *b.tasks()}
    tasks = [*(task for task in declared if task in found), *sorted(found - declared.keys())]
    if only is not None:
        if only not in found:
            raise Unreadable(f"{only}: neither side evaluated this task; there are {', '.join(tasks) or 'none'}")
        tasks = [only]
    if not tasks:
        raise Unreadable(f"neither {a.name} nor {b.name} holds statistics of a task; run `dvc repro` or `dvc pull`")
    rows = [row for task in tasks for row in _of_task(task, list(declared.get(task, ())), a, b, settings)]
    return Comparison(a.name, b.name, tuple(judged(rows, alpha)), alpha, settings)


def _of_task(task: str, metrics: list[str], a: Side, b: Side, settings: Settings) -> list[Row]:
    hashes = a.fingerprints().get(task), b.fingerprints().get(task)
    if hashes[0] is not None and hashes[0] == hashes[1]:
        return _untouched(task, metrics, a, settings)
    left, right = a.run(task), b.run(task)
    if right is None:
        reason = f"{b.name} holds no statistics of this task; `dvc pull` or `dvc repro evaluate@{task}` makes them"
        return [Row(task, name, headline=name in metrics[:1], verdict="refused", reasons=(reason,))
                for name in metrics or sorted(left.rows if left else ())]  # fmt: skip
    if left is None:
        return [
            Row(task, name, headline=name in metrics[:1], verdict="added") for name in metrics or sorted(right.rows)
        ]
    return rows_of(task, metrics, left, right, settings)


def _untouched(task: str, metrics: list[str], side: Side, settings: Settings) -> list[Row]:
    """Rows of a task whose files are the same on both sides, which needs no file: dvc.lock says so."""
    try:
        run = side.run(task)
    except Unreadable:
        run = None
    if run is not None:
        return rows_of(task, metrics, run, run, settings)
    reason = "the same files on both sides, says dvc.lock; the values are not at hand"
    return [
        Row(task, name, headline=name in metrics[:1], verdict="no change", reasons=(reason,))
        for name in metrics or ["all metrics"]
    ]
