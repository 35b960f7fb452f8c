"""Command line of the deidentify stage."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import NoReturn


def main() -> None:
    """Run the stage; with files on the command line print them without their identifiers, or with them again."""
    if sys.argv[1:2] == ["reidentify"]:
        _reidentify(sys.argv[2:])
    parser = argparse.ArgumentParser(
        prog="python -m stages.deidentify",
        description="Replace the PHI of data/extract into data/deidentify and score it. With files: print them "
        "de-identified. `reidentify FILE...`: print records with their originals, for who holds the key.",
    )
    parser.add_argument(
        "files", nargs="*", type=Path, metavar="FILE", help="text, or JSONL of records or of {text}; nothing is written"
    )
    parser.add_argument("--params", default="params.yaml", help="the declaration (default: params.yaml)")
    parser.add_argument(
        "--spans", action="store_true", help="print label, start and end of what is found in FILE, no values"
    )
    arguments = parser.parse_args()
    from stages.params import load_or_exit

    params = load_or_exit(arguments.params)
    try:
        if arguments.files:
            from stages.deidentify.standalone import show

            raise SystemExit(show(arguments.files, params, arguments.spans))
        from stages.deidentify.stage import run

        raise SystemExit(run(params))
    except (ValueError, FileNotFoundError) as error:
        print(error, file=sys.stderr)
        raise SystemExit(1) from None


def _reidentify(asked: list[str]) -> NoReturn:
    parser = argparse.ArgumentParser(
        prog="python -m stages.deidentify reidentify",
        description="Print records of data/deidentify with their originals in their places. The key is that of "
        "--key, else of the environment variable ROUNDS_KEY, else of key_file. Records of sources that are declared "
        "`deidentified: true` are printed as they are. Nothing is written.",
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="JSONL of data/deidentify/records")
    parser.add_argument("--params", default="params.yaml", help="the declaration (default: params.yaml)")
    parser.add_argument("--key", type=Path, help="the key that the originals were sealed with")
    arguments = parser.parse_args(asked)
    from stages.deidentify.standalone import reidentify
    from stages.keys import Key
    from stages.params import load_or_exit

    try:
        given = Key.read(arguments.key) if arguments.key else Key.from_environment()
        if given and not Path(arguments.params).is_file():
            # Who holds the key may hold no declaration; then no source is exempt.
            raise SystemExit(reidentify(arguments.files, given, ()))
        declared = load_or_exit(arguments.params)
        exempt = [name for name, source in declared.sources.items() if source.deidentified]
        raise SystemExit(reidentify(arguments.files, given or Key.read(declared.key_file), exempt))
    except (ValueError, FileNotFoundError) as error:
        print(error, file=sys.stderr)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
