"""The stage: data/extract without PHI into data/deidentify, judged against gold, closed above a declared leak rate."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from stages import flow, metrics, shards
from stages.canaries import Canary
from stages.deidentify.judge import Verdict, judge, over
from stages.deidentify.plant import Planter
from stages.deidentify.step import Deidentified, Step
from stages.keys import Key
from stages.memo import fingerprint
from stages.params import Params
from stages.records import Record

READ = Path("data/extract/records")
TARGET = Path("data/deidentify")
METRICS = Path("metrics/deidentify.json")
CANARIES = "canaries.jsonl"
LISTED = 50  # ids of leaking records that are printed


def run(params: Params) -> int:
    """De-identify every extracted record and write metrics/deidentify.json; return the exit code.

    It is 1 when more gold documents leak than `max_document_leak_rate` allows: then nothing stands in data/deidentify,
    and the ids of the records are printed. Raises `ValueError` or `FileNotFoundError` naming what is missing.
    """
    declared = params.deidentify
    key = Key.read(params.key_file)
    check_model(params)
    exempt = [name for name, source in params.sources.items() if source.deidentified]
    step = Step(declared, exempt, key, Planter(params.audit.patients, params.seed, key))
    depends = [Path(path) for path in (declared.engine.model, declared.terms, declared.headers) if path]
    # Only what de-identification does may invalidate the memo, not where its gold lies or what leak rate is allowed.
    does = declared.model_dump(mode="json", exclude={"gold", "max_document_leak_rate"})
    planted = {"patients": params.audit.patients, "seed": params.seed}
    mark = fingerprint(
        key, step.stage, {"deidentify": does, "exempt": sorted(step.exempt), "planted": planted}, depends
    )
    shutil.rmtree(TARGET, ignore_errors=True)
    TARGET.mkdir(parents=True)
    with tempfile.TemporaryDirectory(dir=TARGET, prefix=".work") as folder:
        work = Path(folder)
        numbers: dict[str, Any] = dict(flow.run(step, [READ], work, params.flow, key, mark))
        verdict = _judged(params, work)
        if verdict:
            numbers |= verdict.numbers
        metrics.write(METRICS, numbers)
        if verdict and over(verdict, declared.max_document_leak_rate):
            _tell(verdict, declared.max_document_leak_rate)
            return 1
        for shard in range(params.flow.shards):
            shards.write_shard(shards.shard_path(TARGET / "records", shard), _records(work, shard))
        shutil.copytree(work / "quarantine", TARGET / "quarantine")
        shards.write_shard(TARGET / CANARIES, _canaries(work))
    return 0


def check_model(params: Params) -> None:
    """Raises `ValueError` naming the key when the declared model is not there, before any worker starts."""
    engine = params.deidentify.engine
    installed = _is_package if engine.kind == "spacy" else _in_hub_cache
    if Path(engine.model).is_dir() or installed(engine.model):
        return
    raise ValueError(
        f"deidentify.engine.model: {engine.model}: no such folder, installed spaCy package or cached hub model; for "
        "models/base/phi run `dvc repro base@phi`"
    )


def _is_package(model: str) -> bool:
    try:
        return bool(distribution(model))
    except (PackageNotFoundError, ValueError):
        return False


def _in_hub_cache(model: str) -> bool:
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        return isinstance(try_to_load_from_cache(model, "config.json"), str)
    except HFValidationError:
        return False


def _judged(params: Params, work: Path) -> Verdict | None:
    declared = params.deidentify
    if declared.gold is None:
        return None
    return judge(Path(declared.gold), READ, work / "records", declared.terms)


def _records(work: Path, shard: int) -> Iterator[Record]:
    return (found.record for found in shards.read_shard(shards.shard_path(work / "records", shard), Deidentified))


def _canaries(work: Path) -> Iterator[Canary]:
    """What was planted in records that flow on, in the order of shards."""
    done = shards.read(work / "records", Deidentified)
    return (found.canary for found in done if found.canary is not None)


def _tell(verdict: Verdict, most: float) -> None:
    rate = verdict.numbers["document_leak_rate"]
    print(
        f"deidentify: {rate:.4f} of the gold documents hold an identifier after de-identification, "
        f"`max_document_leak_rate` is {most}; nothing was written. Records:",
        *verdict.leaking[:LISTED],
        *([f"... and {len(verdict.leaking) - LISTED} more"] if len(verdict.leaking) > LISTED else []),
        sep="\n",
        file=sys.stderr,
    )
