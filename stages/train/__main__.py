"""The adapter of one task: data/split/<task> and models/base/<model> -> models/adapters/<task>."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from stages.params import load_or_exit


def main() -> None:
    """Train the task named on the command line."""
    parser = argparse.ArgumentParser(prog="python -m stages.train", description="Train the LoRA adapter of a task.")
    parser.add_argument("task", help="name under `tasks` in params.yaml")
    parser.add_argument("--params", default="params.yaml", help="the params file (default: params.yaml)")
    parser.add_argument(
        "--data", type=Path, help="folder of train.jsonl and validation.jsonl (default: data/split/<task>)"
    )
    parser.add_argument(
        "--root", type=Path, default=Path(), help="folder that outputs are written below (default: here)"
    )
    chosen = parser.parse_args()
    params = load_or_exit(chosen.params)
    if chosen.task not in params.tasks:
        parser.error(f"no task {chosen.task!r} in {chosen.params}; there are {', '.join(sorted(params.tasks))}")
    # TRL reports each trainer that is built, and hub clients look for newer files, unless told not to before import.
    os.environ.update(HF_HUB_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1", TOKENIZERS_PARALLELISM="false")
    from stages.train.examples import Refused

    if params.base[params.tasks[chosen.task].base].kind == "whisper":
        from stages.train.speech import train
    else:
        from stages.train.text import train

    try:
        train(params, chosen.task, chosen.data or Path("data/split", chosen.task), chosen.root)
    except (Refused, FileNotFoundError) as error:
        print(f"train {chosen.task}: {error}", file=sys.stderr)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
