"""`python -m stages.audit`: what de-identification missed and what models remember -> metrics/privacy.json."""

from __future__ import annotations

import argparse
import os
import shutil
from pathlib import Path
from typing import Any

from stages.params import Params, load_or_exit

PLANTED_BEFORE = Path("data/deidentify/canaries.jsonl")
PLANTED_AFTER = Path("data/split/canaries")
COUNTS = Path("metrics/deidentify.json")
TARGET = Path("data/audit")
METRICS = Path("metrics/privacy.json")
WHEN = ("before", "after")


def main() -> None:
    """Run the stage, of all language tasks or of those named."""
    parser = argparse.ArgumentParser(
        prog="python -m stages.audit",
        description="Rank planted identifiers under base and tuned models, and count those that de-identification took "
        "out. docs/privacy.md says what the numbers mean.",
    )
    parser.add_argument("--params", default="params.yaml", help="the params file (default: %(default)s)")
    params = load_or_exit(parser.parse_args().params)
    os.environ.update(HF_HUB_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1", TOKENIZERS_PARALLELISM="false")
    try:
        audit(params)
    except (FileNotFoundError, ValueError) as error:
        raise SystemExit(f"audit: {error}") from None


def audit(params: Params) -> None:
    """Write metrics/privacy.json, and the rank of every canary to data/audit/<task>.jsonl."""
    from stages import metrics
    from stages.audit.recall import recall
    from stages.shards import write_shard

    shutil.rmtree(TARGET, ignore_errors=True)
    TARGET.mkdir(parents=True)
    tasks: dict[str, Any] = {}
    for name, task in params.tasks.items():
        if params.base[task.base].kind != "llama":
            continue
        answers = _of_task(params, name)
        write_shard(TARGET / f"{name}.jsonl", answers)
        tasks[name] = {when: _told([one for one in answers if one.when == when]) for when in WHEN}
    metrics.write(METRICS, {**recall(metrics.read(COUNTS)), "tasks": tasks})


def _of_task(params: Params, name: str) -> list[Any]:
    """The ranks of a task's canaries; taken from the memo where neither models nor canaries have changed."""
    from stages.audit.ask import Answered, answered
    from stages.keys import Key
    from stages.memo import fingerprint, memo_folder
    from stages.shards import read_shard, write_shard

    asked = _asked(name)
    if not asked:
        return []
    base, adapter = Path("models/base", params.tasks[name].base), Path("models/adapters", name)
    training = params.training(name)
    declared = {
        "seed": params.seed,
        "references": params.audit.references,
        "quantization": training.quantization.model_dump(),
        "precision": training.precision,
        "asked": [(one.canary.id, one.canary.identifier, one.when) for one in asked],
    }
    # Not secret: what is kept under it stands in data/audit in the clear.
    mark = fingerprint(Key(b"rounds canaries"), "audit", declared, [base, adapter, Path("data/split", name)])
    folder = memo_folder(f"audit/{name}", mark)
    kept = folder / "ranks.jsonl" if folder else None
    if kept and kept.is_file():
        return list(read_shard(kept, Answered))
    found = answered(asked, base, adapter, training, params.audit.references, params.evaluate.batch, params.seed)
    if kept:
        write_shard(kept, found)
    return found


def _asked(name: str) -> list[Any]:
    """Canaries of records that the task is trained on, and those planted in its examples, each id once."""
    from stages.audit.ask import Asked
    from stages.canaries import Canary
    from stages.records import Example
    from stages.shards import read_shard

    examples = {one.id: one for one in read_shard(Path("data/split", name, "train.jsonl"), Example)}
    records = {record for example in examples.values() for record in example.records}
    before = [Asked(one, "before") for one in read_shard(PLANTED_BEFORE, Canary) if one.id in records]
    planted = read_shard(PLANTED_AFTER / f"{name}.jsonl", Canary)
    return [*before, *(Asked(one, "after", examples[one.id]) for one in planted)]


def _told(answers: list[Any]) -> dict[str, Any]:
    from stages.audit.exposure import summary

    systems = {system: summary([getattr(one, system) for one in answers]) for system in ("base", "tuned")}
    return {"canaries": len(answers), **systems}


if __name__ == "__main__":
    main()
