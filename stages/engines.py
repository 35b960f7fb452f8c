"""Where jobs are worked off: a pool of processes on this machine, or Ray.

An engine calls a function on every job and yields (job, result) as they end; the result is None where the worker died
under the job, which never ends the run.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

Work = Callable[[Any], Any]
Engine = Callable[[Work, Sequence[Any], int, str | None], Iterator[tuple[Any, Any]]]


class WorkerDied(RuntimeError):
    """The process that worked on a call is gone."""


class Cell:
    """A process of its own for calls that may kill it."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._pool: ProcessPoolExecutor | None = None

    def call(self, argument: Any) -> Any:
        """The work's result for the argument; raises `WorkerDied` when it took the process with it."""
        from concurrent.futures.process import BrokenProcessPool

        if self._pool is None:
            self._pool = _pool(1, self._work)
        try:
            return self._pool.submit(_call, argument).result()
        except BrokenProcessPool:
            self._pool = None
            raise WorkerDied from None


def on_processes(work: Work, jobs: Sequence[Any], workers: int, address: str | None) -> Iterator[tuple[Any, Any]]:
    """Work jobs off in `workers` processes (0: one for each core) of this machine; `address` must be None."""
    from concurrent.futures import as_completed
    from concurrent.futures.process import BrokenProcessPool

    if address is not None:
        raise SystemExit(f"flow.address: {address!r} is for `flow.engine: ray`; set it to null for processes")
    with _pool(min(workers or os.cpu_count() or 1, len(jobs)), work) as pool:
        futures = {pool.submit(_call, job): job for job in jobs}
        for future in as_completed(futures):
            try:
                yield futures[future], future.result()
            except BrokenProcessPool:
                yield futures[future], None


def on_ray(work: Work, jobs: Sequence[Any], workers: int, address: str | None) -> Iterator[tuple[Any, Any]]:
    """Work jobs off by Ray Data in `workers` actors (0: one for each core of the cluster)."""
    try:
        import ray
    except ImportError:
        raise SystemExit(
            "flow.engine: ray needs the extra: pip install 'rounds[ray]'; or set it to processes"
        ) from None

    ray.init(address=address, include_dashboard=False, log_to_driver=False)
    try:
        size = min(workers or int(ray.cluster_resources()["CPU"]), len(jobs))
        shared = ray.put(work)
        table = ray.data.from_items(
            [{"index": i, "job": job} for i, job in enumerate(jobs)], override_num_blocks=len(jobs)
        )
        worker: Any = _RayWorker
        done = table.map(worker, fn_constructor_args=(shared,), compute=ray.data.ActorPoolStrategy(size=size))
        for row in done.iter_rows():
            yield jobs[row["index"]], row["result"]
    finally:
        ray.shutdown()


ENGINES: Mapping[str, Engine] = {"processes": on_processes, "ray": on_ray}


class _RayWorker:
    def __init__(self, shared: Any) -> None:
        import ray

        self._work: Work = ray.get(shared)

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        return {"index": row["index"], "result": self._work(row["job"])}


_work: Work | None = None


def _pool(workers: int, work: Work) -> ProcessPoolExecutor:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    # Not fork: a parent's threads and locks would be copied half-way through what they do.
    return ProcessPoolExecutor(workers, get_context("forkserver"), _start, (work,))


def _start(work: Work) -> None:
    global _work
    # The cores are already shared out among workers; a library's own threads would only fight over them.
    os.environ["OMP_THREAD_LIMIT"] = os.environ["OMP_NUM_THREADS"] = "1"
    _work = work


def _call(argument: Any) -> Any:
    assert _work is not None
    return _work(argument)
