"""`python -m stages.params`: check a params file."""

from __future__ import annotations

import argparse

from stages.params import load_or_exit


def main() -> None:
    """Print every fault and exit with code 2, or say that there is none."""
    parser = argparse.ArgumentParser(prog="python -m stages.params", description="Check a params file.")
    parser.add_argument("file", nargs="?", default="params.yaml", help="(default: %(default)s)")
    path = parser.parse_args().file
    load_or_exit(path)
    print(f"{path}: no faults")


if __name__ == "__main__":
    main()
