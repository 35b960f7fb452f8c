"""Two ways to the same result: how long each takes, and that it is the same."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import numpy as np

T = TypeVar("T")


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Seconds of a piece of work, once, and what it gave."""
    start = time.perf_counter()
    found = work()
    return time.perf_counter() - start, found


def agree(what: str, ours: object, theirs: object, within: float) -> None:
    """Raise `AssertionError` where two results are not the same: no speed is worth another number."""
    np.testing.assert_allclose(np.asarray(ours, float), np.asarray(theirs, float), atol=within, rtol=0, err_msg=what)


def told(what: str, ours: float, peer: str, theirs: float) -> float:
    """Print a comparison and return its ratio."""
    print(f"{what}: {ours:.3f} s; {peer}: {theirs:.3f} s")
    return theirs / ours
