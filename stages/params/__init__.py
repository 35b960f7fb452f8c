"""The one place where params.yaml is read.

`load` returns the typed whole or raises `ParamsError` with every fault at once; `load_or_exit` is what commands call.
`python -m stages.params` checks a file.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from pydantic import ValidationError

from stages.params.root import Params

if TYPE_CHECKING:
    from stages.params.faults import Fault

__all__ = ["Params", "ParamsError", "check", "load", "load_or_exit"]


class ParamsError(ValueError):
    """All faults of a params file, one a line, sorted by line."""

    def __init__(self, path: str | Path, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        where = (f"{path}:{fault.line}" if fault.line else str(path) for fault in self.faults)
        lines = [f"{place}: {fault}" for place, fault in zip(where, self.faults, strict=True)]
        count = f"{len(lines)} fault{'s' if len(lines) > 1 else ''}"
        super().__init__("\n".join([*lines, f"{path}: {count}; nothing was done"]))


def load(path: str | Path = "params.yaml") -> Params:
    """Read and check a params file; raises `ParamsError`."""
    from stages.params.document import read

    document = read(Path(path))
    if not document.faults:
        params, faults = check(document.plain)
        if params is not None and not faults:
            return params
        document.faults += faults
    else:
        # What could be read is checked too, so that one run tells all.
        document.faults += check(document.plain)[1] if isinstance(document.plain, dict) else []
    raise ParamsError(path, _placed(document))


def load_or_exit(path: str | Path = "params.yaml") -> Params:
    """As `load`; on faults prints them to stderr and exits with code 2."""
    try:
        return load(path)
    except ParamsError as error:
        _exit(error)


def check(plain: Any) -> tuple[Params | None, list[Fault]]:
    """The typed params of a plain mapping, and all its faults, without lines."""
    from stages.params import checks

    try:
        params, faults = Params.model_validate(plain), []
    except ValidationError as error:
        from stages.params.faults import of_validation

        params, faults = None, of_validation(error, plain)
    return params, [*faults, *checks.across(plain)]


def _placed(document: Any) -> list[Fault]:
    from dataclasses import replace

    from stages.params.faults import in_order

    return list(in_order(replace(fault, line=fault.line or document.line(fault.path)) for fault in document.faults))


def _exit(error: ParamsError) -> NoReturn:
    print(error, file=sys.stderr)
    raise SystemExit(2)
