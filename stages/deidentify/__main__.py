"""Command line of the deidentify stage."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def main() -> None:
    """Run the stage; with files on the command line print them without their identifiers instead."""
    parser = argparse.ArgumentParser(
        prog="python -m stages.deidentify",
        description="Replace the PHI of data/extract into data/deidentify and score it. With files: print them "
        "de-identified.",
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


if __name__ == "__main__":
    main()
