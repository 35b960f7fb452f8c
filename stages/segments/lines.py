"""Faults of a file, told by line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def line(number: int) -> Iterator[None]:
    """Puts the line, counted from 1, before the message of a `ValueError` that is raised inside; its class stays."""
    try:
        yield
    except ValueError as error:
        raise type(error)(f"line {number}: {error}") from None
