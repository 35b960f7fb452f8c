"""Command line of the extract stage."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def main() -> None:
    """Run the stage; with files on the command line print what they hold instead."""
    if sys.argv[1:2] == ["review"]:
        from stages.extract.recordings.command import review

        return review(sys.argv[2:])
    parser = argparse.ArgumentParser(
        prog="python -m stages.extract",
        description="Read every source of params.yaml into data/extract. With files: print what they hold as JSONL.",
        epilog="`python -m stages.extract review` puts drafts of recordings on ledgers in which people correct them.",
    )
    parser.add_argument(
        "files", nargs="*", type=Path, metavar="FILE", help="read these and print them; nothing is written"
    )
    parser.add_argument("--params", default="params.yaml", help="the declaration (default: params.yaml)")
    parser.add_argument(
        "--reader",
        choices=("documents", "dialogues", "table", "datasets", "recordings"),
        help="how to read FILE (default: by its name)",
    )
    parser.add_argument("--text", action="store_true", help="print the text of FILE alone, without its record")
    arguments = parser.parse_args()
    if arguments.files:
        from stages.extract.standalone import show

        raise SystemExit(show(arguments.files, arguments.reader, arguments.params, arguments.text))
    from stages.extract.stage import run
    from stages.params import load_or_exit

    params = load_or_exit(arguments.params)
    try:
        run(params)
    except ValueError as error:
        print(error, file=sys.stderr)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
