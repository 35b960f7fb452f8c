"""Plain values of params.yaml, read by those who pass over what has a wrong form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from stages.params.faults import KeyPath

Plain = Mapping[str, Any]
"""A mapping as YAML has it."""


def mapping(plain: Any, *path: str) -> Plain:
    """The mapping at a path; empty where none stands there."""
    for part in path:
        plain = plain.get(part) if isinstance(plain, Mapping) else None
    return plain if isinstance(plain, Mapping) else {}


def entries(plain: Plain, *path: str) -> Iterator[tuple[KeyPath, Plain]]:
    """Path and value of each mapping in the mapping at a path."""
    for name, value in mapping(plain, *path).items():
        if isinstance(value, Mapping):
            yield (*path, name), value


def texts(found: Any) -> list[tuple[int, str]]:
    """Place and value of each text in a list; none where it is no list."""
    return [(n, one) for n, one in enumerate(found) if isinstance(one, str)] if isinstance(found, list) else []


def is_there(plain: Any, path: KeyPath) -> bool:
    """Whether something stands at a path of keys and places."""
    for part in path:
        if not (isinstance(plain, Mapping) and part in plain) and not (
            isinstance(plain, list) and isinstance(part, int)
        ):
            return False
        plain = plain[part]  # type: ignore[index]
    return True
