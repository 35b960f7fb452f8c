"""`python -m stages.params.presets`: lay a published set-up over params.yaml.

A preset is a YAML file below presets/ that holds only what differs, and under `remove` the keys that go. Applying one
keeps comments and the order of keys, and refuses what would not be valid params.
"""

from __future__ import annotations

import argparse
import difflib
import io
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from stages.params import ParamsError, check
from stages.params.faults import did_you_mean, nearest

PRESETS = Path(__file__).parents[2] / "presets"
UNPINNED = "pin-a-commit"


def main() -> None:
    """Print what a preset changes; with --apply write it."""
    chosen = _arguments()
    known = names()
    if chosen.name is None:
        print("\n".join(known))
        return
    if chosen.name not in known:
        near = did_you_mean(nearest(chosen.name, known))
        _exit(f"no preset {chosen.name!r}; there are {', '.join(known)}{near}")
    before = chosen.params.read_text(encoding="utf-8")
    after = applied(before, chosen.name, chosen.revision)
    lines = difflib.unified_diff(before.splitlines(True), after.splitlines(True), str(chosen.params), chosen.name)
    print("".join(lines), end="")
    if chosen.apply:
        faults = check(_plain(after))[1]
        if faults:
            _exit(str(ParamsError(f"presets/{chosen.name}.yaml", faults)))
        chosen.params.write_text(after, encoding="utf-8")


def names() -> list[str]:
    """The presets that there are."""
    return sorted(path.stem for path in PRESETS.glob("*.yaml"))


def applied(text: str, name: str, revision: str | None = None) -> str:
    """The text of a params file with a preset laid over it; `revision` pins the preset's hub models."""
    document = _yaml().load(text)
    preset = _yaml().load(PRESETS / f"{name}.yaml")
    for key in preset.pop("remove", []):
        _remove(document, key.split("."))
    if revision is not None:
        for base in preset.get("base", {}).values():
            if base.get("revision") == UNPINNED:
                base["revision"] = revision
    _lay(document, preset)
    written = io.StringIO()
    _yaml().dump(document, written)
    return written.getvalue()


def _lay(under: Any, over: Mapping[str, Any]) -> None:
    for key, value in over.items():
        if isinstance(value, Mapping) and isinstance(under.get(key), Mapping):
            _lay(under[key], value)
        else:
            under[key] = value


def _remove(document: Any, path: list[str]) -> None:
    for part in path[:-1]:
        document = document.get(part, {})
    document.pop(path[-1], None)


def _yaml() -> Any:
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.width = 4096
    yaml.preserve_quotes = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.representer.add_representer(
        type(None), lambda representer, _: representer.represent_scalar("tag:yaml.org,2002:null", "null")
    )
    return yaml


def _plain(text: str) -> Any:
    from ruamel.yaml import YAML

    return YAML(typ="safe", pure=True).load(text)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m stages.params.presets", description="Lay a published set-up over params.yaml."
    )
    parser.add_argument("name", nargs="?", help="one of presets/*.yaml; without it they are listed")
    parser.add_argument("--apply", action="store_true", help="write the params file, not only the difference")
    parser.add_argument("--revision", help="commit that the preset's hub model is pinned to: 40 hex digits")
    parser.add_argument("--params", type=Path, default=Path("params.yaml"), help="(default: %(default)s)")
    return parser.parse_args()


def _exit(message: str) -> NoReturn:
    print(message, file=sys.stderr)
    raise SystemExit(2)


if __name__ == "__main__":
    main()
