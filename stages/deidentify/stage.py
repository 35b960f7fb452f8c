"""The stage: data/extract without PHI into data/deidentify, judged against gold, closed above a declared leak rate."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from stages import espeak, flow, metrics, shards
from stages.canaries import Canary
from stages.deidentify.judge import Verdict, judge, over
from stages.deidentify.originals import Original
from stages.deidentify.plant import Planter
from stages.deidentify.reasons import CHANGED
from stages.deidentify.spoken import verdict
from stages.deidentify.step import BY_MODEL, NAMED, Deidentified, Step
from stages.keys import Key
from stages.memo import fingerprint
from stages.params import Params
from stages.records import Record

READ = Path("data/extract/records")
TARGET = Path("data/deidentify")
METRICS = Path("metrics/deidentify.json")
ORIGINALS = TARGET / "originals"
AUDIO = "audio"
CANARIES = "canaries.jsonl"
WORK = ".work"
LISTED = 50  # ids of leaking records that are printed
PASSING = frozenset({CHANGED})  # a recording that was not there may be the next time
BLIND = 20  # names by titles and headers, of which a model that works sees one


def run(params: Params) -> int:
    """De-identify every extracted record and write metrics/deidentify.json; return the exit code.

    It is 1 when more gold documents leak than `max_document_leak_rate` allows, more seconds of gold identifiers are
    audible than `speech.max_audible_phi`, or the model found nothing at all: then nothing stands in data/deidentify,
    and the ids of the records are printed. Raises `ValueError` or `FileNotFoundError` naming what is missing.
    """
    declared = params.deidentify
    key = Key.read(params.key_file)
    check_model(params)
    exempt = [name for name, source in params.sources.items() if source.deidentified]
    step = Step(declared, exempt, key, TARGET / AUDIO, Planter(params.audit.patients, params.seed, key))
    check_voice(params)
    told = declared.known.path if declared.known else None
    depends = [Path(path) for path in (declared.engine.model, declared.terms, declared.headers, told) if path]
    mark = fingerprint(key, step.stage, _does(params, step), [*depends, Path(espeak.__file__).parent])
    _clear()
    with tempfile.TemporaryDirectory(dir=TARGET, prefix=WORK) as folder:
        work = Path(folder)
        numbers: dict[str, Any] = dict(flow.run(step, [READ], work, params.flow, key, mark, PASSING))
        by_model, named = numbers.pop(BY_MODEL, 0), numbers.pop(NAMED, 0)
        done = shards.read(work / "records", Deidentified)
        step.recordings.restore((found.cut for found in done if found.cut), params.flow)
        # DVC wants the folder also where there is no recording.
        (TARGET / AUDIO).mkdir(exist_ok=True)
        leak, heard = _judged(params, work), _heard(params, numbers, work)
        numbers |= {**(leak.numbers if leak else {}), **({"speech": heard.numbers} if heard else {})}
        metrics.write(METRICS, numbers)
        faults = _faults(params, leak, heard)
        if by_model == 0 and named >= BLIND:
            faults.append(_blind(params, named))
        if faults:
            shutil.rmtree(TARGET / AUDIO)
            print(*faults, sep="\n", file=sys.stderr)
            return 1
        for shard in range(params.flow.shards):
            shards.write_shard(shards.shard_path(TARGET / "records", shard), _records(work, shard))
            shards.write_shard(shards.shard_path(ORIGINALS, shard), _originals(work, shard))
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


def check_voice(params: Params) -> None:
    """Raises `ValueError` saying what to install when recordings are to be searched and espeak-ng is not there."""
    wanted = params.deidentify.speech.aligner == "rendering" and any((READ.parent / AUDIO).glob("*"))
    if wanted and espeak.version() is None:
        raise ValueError(
            "deidentify.speech.aligner: rendering needs espeak-ng, which is not installed: install it with `apt-get "
            "install espeak-ng` (apt.txt lists it), or say turn"
        )


def _does(params: Params, step: Step) -> dict[str, Any]:
    """What de-identification does: only that may invalidate the memo, not where its gold lies or what may leak."""
    declared = params.deidentify.model_dump(
        mode="json", exclude={"gold": True, "max_document_leak_rate": True, "speech": {"max_audible_phi"}}
    )
    planted = {"patients": params.audit.patients, "seed": params.seed}
    return {"deidentify": declared, "exempt": sorted(step.exempt), "planted": planted, "espeak": espeak.version()}


def _clear() -> None:
    """Remove what an earlier run wrote, but for recordings: those that are still right are kept."""
    for name in ("records", "quarantine", ORIGINALS.name):
        shutil.rmtree(TARGET / name, ignore_errors=True)
    (TARGET / CANARIES).unlink(missing_ok=True)
    TARGET.mkdir(parents=True, exist_ok=True)
    for left in TARGET.glob(f"{WORK}*"):
        shutil.rmtree(left)


def _judged(params: Params, work: Path) -> Verdict | None:
    declared = params.deidentify
    if declared.gold is None:
        return None
    return judge(Path(declared.gold), READ, work / "records", declared.terms)


def _heard(params: Params, counts: dict[str, Any], work: Path) -> verdict.Verdict | None:
    if "speech.in" not in counts:
        return None
    gold = params.deidentify.gold
    return verdict.scored(counts, Path(gold) if gold else None, READ, work / "records")


def _records(work: Path, shard: int) -> Iterator[Record]:
    return (found.record for found in shards.read_shard(shards.shard_path(work / "records", shard), Deidentified))


def _originals(work: Path, shard: int) -> Iterator[Original]:
    done = shards.read_shard(shards.shard_path(work / "records", shard), Deidentified)
    return (found.original for found in done if found.original is not None)


def _canaries(work: Path) -> Iterator[Canary]:
    """What was planted in records that flow on, in the order of shards."""
    done = shards.read(work / "records", Deidentified)
    return (found.canary for found in done if found.canary is not None)


def _faults(params: Params, leak: Verdict | None, heard: verdict.Verdict | None) -> list[str]:
    """What is said of a run that leaks more than declared, with ids of records; nothing where it does not."""
    told: list[str] = []
    declared = params.deidentify
    if leak and over(leak, declared.max_document_leak_rate):
        told += _told(
            f"{leak.numbers['document_leak_rate']:.4f} of the gold documents hold an identifier after "
            f"de-identification, `max_document_leak_rate` is {declared.max_document_leak_rate}",
            leak.leaking,
        )
    if heard and verdict.over(heard, declared.speech.max_audible_phi):
        told += _told(
            f"{heard.numbers['audible_share']:.4f} of the seconds of gold identifiers are audible after "
            f"de-identification, `speech.max_audible_phi` is {declared.speech.max_audible_phi}",
            heard.leaking,
        )
    return told


def _blind(params: Params, named: int) -> str:
    return (
        f"deidentify: deidentify.engine.model: {params.deidentify.engine.model} found nothing in any record, where "
        f"titles and headers tell {named} names; nothing was written. Try the model on a note: "
        "python -m stages.deidentify FILE"
    )


def _told(fault: str, ids: Sequence[str]) -> list[str]:
    more = [f"... and {len(ids) - LISTED} more"] if len(ids) > LISTED else []
    return [f"deidentify: {fault}; nothing was written. Records:", *ids[:LISTED], *more]
