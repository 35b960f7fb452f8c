"""What production loads of one task: models/adapters/<task> and its base -> models/export/<task>."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from stages.export.outcome import Outcome, Refused, sample, write
from stages.params import Params, load_or_exit
from stages.records import Example


def main() -> None:
    """Export the task named on the command line; exit 1 where the export does not do what the adapter does."""
    parser = argparse.ArgumentParser(
        prog="python -m stages.export",
        description="Merge a task's adapter into its base, convert it for production, and prove that it answers alike.",
    )
    parser.add_argument("task", help="a name under `export.tasks` in params.yaml")
    parser.add_argument("--params", default="params.yaml", help="the params file (default: %(default)s)")
    chosen = parser.parse_args()
    params = load_or_exit(chosen.params)
    if chosen.task not in params.export.tasks:
        there = ", ".join(sorted(params.export.tasks)) or "none"
        parser.error(f"{chosen.task!r} is not under `export.tasks` in {chosen.params}; there are {there}")
    # What is exported lies on disk: no library needs to look for newer files.
    os.environ.update(HF_HUB_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1", TOKENIZERS_PARALLELISM="false")
    try:
        export(params, chosen.task)
    except (FileNotFoundError, ValueError) as error:
        print(f"export {chosen.task}: {error}", file=sys.stderr)
        raise SystemExit(1) from None


def export(params: Params, task: str) -> None:
    """Write models/export/<task>, data/export/<task> and metrics/export/<task>.json.

    Raises `Refused` where the export does not do what the adapter does; the metrics are then there and say by how much,
    and no model is. Raises `FileNotFoundError` naming an adapter, base or test set that is missing.
    """
    from stages.export import card

    adapter, out = Path("models/adapters") / task, Path("models/export") / task
    if not (adapter / "adapter_config.json").is_file():
        raise FileNotFoundError(f"{adapter}: no adapter there; run `dvc repro train@{task}`")
    examples = sample(Path("data/split") / task / "test.jsonl", params.export.examples, params.seed)
    shutil.rmtree(out, ignore_errors=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{task}.") as temporary:
        made = Path(temporary) / task
        outcome = _exporter(params.base[params.tasks[task].base].kind)(params, task, examples, adapter, made)
        write(outcome, task)
        if outcome.faults:
            raise Refused(f"refused: {'; '.join(outcome.faults)}")
        card.write(params, task, outcome, made)
        made.rename(out)


def _exporter(kind: str) -> Callable[[Params, str, Sequence[Example], Path, Path], Outcome]:
    if kind == "whisper":
        from stages.export.speech import export as speech

        return speech
    from stages.export.text import export as text

    return text


if __name__ == "__main__":
    main()
