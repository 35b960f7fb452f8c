"""A declared base model made present: models/base/<name>, from a hub, a folder, or trained from nothing."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from stages import metrics
from stages.params import Params, load_or_exit


def main() -> None:
    """Make the base model named on the command line."""
    parser = argparse.ArgumentParser(prog="python -m stages.base", description="Make a declared base model present.")
    parser.add_argument("name", help="name under `base` in params.yaml")
    parser.add_argument("--params", default="params.yaml", help="the params file (default: params.yaml)")
    parser.add_argument("--corpus", type=Path, help="what a scratch model learns from (default: what `needs` names)")
    parser.add_argument("--out", type=Path, help="where it goes (default: models/base/<name>)")
    chosen = parser.parse_args()
    params = load_or_exit(chosen.params)
    if chosen.name not in params.base:
        parser.error(f"no base {chosen.name!r} in {chosen.params}; there are {', '.join(sorted(params.base))}")
    out = chosen.out or Path("models", "base", chosen.name)
    try:
        numbers = _made(params, chosen.name, chosen.corpus or Path(params.base[chosen.name].needs), out)
    except (FileNotFoundError, ValueError) as error:
        print(f"base {chosen.name}: {error}", file=sys.stderr)
        raise SystemExit(1) from None
    metrics.write(Path("metrics", "base", f"{chosen.name}.json"), numbers)


def _made(params: Params, name: str, needs: Path, out: Path) -> dict[str, float]:
    declared = params.base[name]
    match declared.origin, declared.kind:
        case "hub", _:
            from stages.base.hub import fetch

            return fetch(declared, out)
        case "folder", kind:
            from stages.base.folder import copy

            return copy(needs, out, "config.cfg" if kind == "spacy" else "config.json")
        case _, "spacy":
            from stages.base.phi import train_phi

            return train_phi(declared, params.seed, needs, out)
        case _, "whisper":
            from stages.base.whisper import school as school_whisper

            return school_whisper(declared, params.seed, needs, out, Path("plots", "base", name))
        case _:
            from stages.base.llama import school

            return school(declared, params.seed, needs, out, Path("plots", "base", name))


if __name__ == "__main__":
    main()
