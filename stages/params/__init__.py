"""The one place where params.yaml is read.

`load` returns the typed whole or raises `ParamsError` with every fault at once; `load_or_exit` is what commands call.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, NoReturn

from pydantic import ValidationError

from stages.params.root import Params

__all__ = ["Params", "ParamsError", "load", "load_or_exit"]


class ParamsError(ValueError):
    """All faults of a params file, one a line."""


def load(path: str | Path = "params.yaml") -> Params:
    """Read and check a params file; raises `ParamsError`."""
    try:
        return Params.model_validate(_yaml(Path(path)))
    except ValidationError as error:
        raise ParamsError(f"{path}: {error}") from None


def load_or_exit(path: str | Path = "params.yaml") -> Params:
    """As `load`; on faults prints them to stderr and exits with code 2."""
    try:
        return load(path)
    except ParamsError as error:
        _exit(error)


def _yaml(path: Path) -> Any:
    from ruamel.yaml import YAML

    # YAML 1.2 like DVC's own loader: `2e-4` is a number and `no` is a word.
    return YAML(typ="safe", pure=True).load(path)


def _exit(error: ParamsError) -> NoReturn:
    print(error, file=sys.stderr)
    raise SystemExit(2)
