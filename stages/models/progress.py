"""Progress bars: on a terminal, outside CI, and only the outermost of nested ones."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

_inner = ContextVar("inner", default=False)


def quiet() -> bool:
    """Whether a bar would be of no use: no terminal, CI, or inside another bar."""
    return _inner.get() or not sys.stderr.isatty() or bool(os.environ.get("CI"))


def bar(values: Any = None, **settings: Any) -> Any:
    """A tqdm bar over `values`, with tqdm's own settings, disabled where it would be of no use."""
    from tqdm import tqdm

    return tqdm(values, disable=quiet(), **settings)


@contextlib.contextmanager
def within() -> Iterator[None]:
    """No bar is drawn in here: one over all of the work is there already."""
    token = _inner.set(True)
    try:
        yield
    finally:
        _inner.reset(token)
