"""Metrics files: flat numbers with sorted keys, rounded, never NaN; the same numbers give the same bytes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

DIGITS = 6


def write(path: str | Path, numbers: Mapping[str, Any]) -> None:
    """Write a mapping (nested ones by section) of int, float or None.

    Floats are rounded to 6 digits. Raises `ValueError` naming the key when a value is NaN, infinite or no number.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    plain = _plain(numbers, "")
    target.write_bytes(orjson.dumps(plain, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n")


def read(path: str | Path) -> dict[str, Any]:
    """Read a metrics file."""
    found: dict[str, Any] = orjson.loads(Path(path).read_bytes())
    return found


def _plain(value: Any, key: str) -> Any:
    if isinstance(value, Mapping):
        return {str(k): _plain(v, f"{key}.{k}" if key else str(k)) for k, v in value.items()}
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return round(value, DIGITS) + 0.0
    raise ValueError(f"metric {key!r}: expected a finite number or null, found {value!r}")
