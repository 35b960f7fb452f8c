"""Runs one per-record step over shards: process pool or Ray, memo, quarantine, progress bar, counts.

A step is an object that goes to the workers. Its `process` takes one unit, a record or all records of a group, and
yields values, `Rejected` and `Count`. A unit that raises is quarantined whole, by the exception's type and place and
never its message, which may quote a patient.

The memo remembers what a step decided. What befell it is tried again in every run: an exception (no memory, no time, a
file that was gone), the death of its process, and a rejection for a reason that the stage calls passing.
"""

from __future__ import annotations

import itertools
import os
import sys
import time
import traceback
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, Protocol, Self, TypeAlias

import orjson

from stages import engines
from stages.keys import Key
from stages.memo import Memo, memo_folder
from stages.params.flow import Flow
from stages.records import to_json
from stages.shards import Sharded, read_shard, shard_path, write_bytes, write_shard

SAVE_EVERY_SECONDS = 20.0

Done: TypeAlias = "tuple[Job, Counter[str] | None]"


@dataclass(frozen=True, slots=True)
class Rejected:
    """A value that does not flow on. `reason` is short and countable; `detail` may say more, never PHI.

    `file` is the raw file where there is one; only the extract stage, whose outputs are not pushed, gives it.
    """

    id: str
    group: str
    source: str
    reason: str
    detail: str = ""
    file: str = ""

    @classmethod
    def from_json(cls, line: bytes | str) -> Self:
        return cls(**orjson.loads(line))


@dataclass(frozen=True, slots=True)
class Count:
    """Something worth a number in the stage's metrics file."""

    name: str
    amount: int = 1


class Step(Protocol):
    """What a stage does to a unit.

    Attributes:
        stage: The stage's name.
        unit: Whether `process` takes one record at a time or all records of a group.
        takes, gives: The classes of values in and out.
    """

    stage: str
    unit: Literal["record", "group"]
    takes: type[Any]
    gives: type[Any]

    def setup(self) -> None:
        """Load what is heavy; called once in each worker, and not at all where the memo answers everything."""

    def process(self, unit: Sequence[Any]) -> Iterable[Any]:
        """Yield values of class `gives`, `Rejected` and `Count`."""


@dataclass(slots=True)
class Outcome:
    """What became of one unit or shard; `decided` is false where the step did not come to its end."""

    values: list[Any] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    decided: bool = True


@dataclass(frozen=True, slots=True)
class Job:
    """One shard's work: its values, or the shard files that hold them."""

    shard: int
    paths: tuple[Path, ...] = ()
    values: tuple[Any, ...] = ()
    memo: Path | None = None
    isolated: bool = False


def run(
    step: Step,
    sources: Sequence[Path],
    target: Path,
    flow: Flow,
    key: Key,
    mark: str,
    passing: Collection[str] = (),
) -> dict[str, int]:
    """Run the step over folders of shards into `target`/records and `target`/quarantine.

    Args:
        mark: The fingerprint of all that the result depends on beside the input.
        passing: Reasons of rejection that may be otherwise the next time for the same input, and so are not remembered.

    Returns the counts: `in`, `out`, `quarantined`, `quarantined.<reason>` and those of the step. Same shards in, same
    bytes out, however many workers.
    """
    shards = range(flow.shards)
    files = {shard: tuple(shard_path(source, shard) for source in sources) for shard in shards}
    for path in itertools.chain.from_iterable(files.values()):
        if not path.is_file():
            raise FileNotFoundError(f"{path}: no such shard; `flow.shards` is {flow.shards}: run `dvc repro`")
    return _run(_Work(step, target, key, passing), [Job(shard, paths=files[shard]) for shard in shards], flow, mark)


def run_values(
    step: Step,
    buckets: Sequence[Sequence[Sharded]],
    target: Path,
    flow: Flow,
    key: Key,
    mark: str,
    passing: Collection[str] = (),
) -> dict[str, int]:
    """As `run`, over values in memory that the caller has already spread over shards."""
    jobs = [Job(shard, values=tuple(bucket)) for shard, bucket in enumerate(buckets)]
    return _run(_Work(step, target, key, passing), jobs, flow, mark)


def _run(work: _Work, jobs: list[Job], flow: Flow, mark: str) -> dict[str, int]:
    stage = work.step.stage
    folder = memo_folder(stage, mark)
    jobs = [replace(job, memo=folder / f"{job.shard:04d}" if folder else None) for job in jobs]
    total: Counter[str] = Counter(dict.fromkeys(("in", "out", "quarantined"), 0))
    done = engines.ENGINES[flow.engine](work.do, jobs, flow.workers, flow.address)
    for job, counts in _progress(done, stage, len(jobs)):
        # None: a worker died (a parser's crash, the kernel's memory killer). Find the unit that kills, lose no other.
        total.update(work.do(replace(job, isolated=True)) if counts is None else counts)
    return dict(sorted(total.items()))


class _Work:
    """A step with where its results go; one in each worker."""

    def __init__(self, step: Step, target: Path, key: Key, passing: Collection[str]) -> None:
        self.step, self.target, self.key, self.passing = step, target, key, frozenset(passing)
        self._ready = False
        self._cell: engines.Cell | None = None

    def do(self, job: Job) -> Counter[str]:
        """Work off one shard: write its records and its quarantine, return its counts."""
        memo = Memo(job.memo, self.key)
        whole, saved = Outcome(), time.monotonic()
        taken = 0
        for unit in self._units(job):
            taken += len(unit)
            name = self.key.id("unit", *map(to_json, unit))
            packed = memo.get(name)
            if packed is None:
                outcome = self._isolated(unit) if job.isolated else self.attempt(unit)
                packed = _pack(outcome)
                if self._lasts(outcome):
                    memo.put(name, packed)
            found = _unpack(packed, self.step.gives)
            whole.values += found.values
            whole.rejected += found.rejected
            whole.counts.update(found.counts)
            if time.monotonic() - saved > SAVE_EVERY_SECONDS:
                memo.save()
                saved = time.monotonic()
        memo.save()
        write_shard(shard_path(self.target / "records", job.shard), whole.values)
        lines = sorted(to_json(asdict(rejected)) for rejected in whole.rejected)
        write_bytes(shard_path(self.target / "quarantine", job.shard), b"".join(line + b"\n" for line in lines))
        whole.counts.update({"in": taken, "out": len(whole.values), "quarantined": len(whole.rejected)})
        whole.counts.update(f"quarantined.{rejected.reason}" for rejected in whole.rejected)
        return whole.counts

    def attempt(self, unit: Sequence[Any]) -> Outcome:
        """Process one unit; what it raises becomes its quarantine."""
        if not self._ready:
            self.step.setup()
            self._ready = True
        outcome = Outcome()
        try:
            for found in self.step.process(unit):
                if isinstance(found, Rejected):
                    outcome.rejected.append(found)
                elif isinstance(found, Count):
                    outcome.counts[found.name] += found.amount
                else:
                    outcome.values.append(found)
        except Exception as error:
            return _quarantined(unit, f"{type(error).__name__} at {_place(error)}")
        return outcome

    def _lasts(self, outcome: Outcome) -> bool:
        return outcome.decided and not any(rejected.reason in self.passing for rejected in outcome.rejected)

    def _isolated(self, unit: Sequence[Any]) -> Outcome:
        if self._cell is None:
            self._cell = engines.Cell(_Work(self.step, self.target, self.key, self.passing).attempt)
        try:
            found: Outcome = self._cell.call(unit)
        except engines.WorkerDied:
            return _quarantined(unit, "the worker process died")
        return found

    def _units(self, job: Job) -> Iterator[list[Any]]:
        values = [*job.values, *itertools.chain.from_iterable(read_shard(p, self.step.takes) for p in job.paths)]
        values.sort(key=lambda value: (value.group, value.id))
        if self.step.unit == "record":
            yield from ([value] for value in values)
        else:
            yield from (list(same) for _, same in itertools.groupby(values, key=lambda value: value.group))


def _quarantined(unit: Sequence[Any], reason: str) -> Outcome:
    rejected = [Rejected(v.id, v.group, getattr(v, "source", getattr(v, "task", "")), reason) for v in unit]
    return Outcome(rejected=rejected, decided=False)


def _place(error: BaseException) -> str:
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename != __file__]
    ours = [frame for frame in frames if f"{os.sep}stages{os.sep}" in frame.filename] or frames
    return f"{Path(ours[-1].filename).stem}:{ours[-1].lineno}" if ours else "flow"


def _pack(outcome: Outcome) -> bytes:
    values = [to_json(value).decode() for value in outcome.values]
    return orjson.dumps([values, [asdict(r) for r in outcome.rejected], dict(outcome.counts)])


def _unpack(packed: bytes, gives: type[Any]) -> Outcome:
    values, rejected, counts = orjson.loads(packed)
    return Outcome([gives.from_json(v) for v in values], [Rejected(**r) for r in rejected], Counter(counts))


def _progress(parts: Iterable[Done], stage: str, total: int) -> Iterable[Done]:
    from tqdm import tqdm

    quiet = not sys.stderr.isatty() or bool(os.environ.get("CI"))
    return tqdm(parts, desc=stage, total=total, unit="shard", disable=quiet)
