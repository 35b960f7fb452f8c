"""Every silent path made to fail in the real stage and its workers: the patient is quarantined, nothing leaks."""

from __future__ import annotations

import contextlib
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from stages import shards
from stages.canaries import Canary
from stages.deidentify import stage
from stages.deidentify.plant import Planter
from stages.deidentify.reasons import LEFT
from stages.deidentify.step import Step
from stages.flow import Rejected
from stages.keys import Key
from stages.params.audit import Audit
from stages.params.deidentify import Deidentify
from stages.params.flow import Flow
from stages.records import Record
from tests.deidentify.conftest import record
from tests.deidentify.faults import PRINTED, WORDS, Curious, Faulted, Heard, Modelless, Trapped, printing_to, trap

SECRET = b"a secret of the tests, 32 bytes and more"
WELL = "none"
EVERYONE = 0.9999  # the share of the patients that get a canary
REASONS = {
    "recognizer raises": r"ValueError at analyzer:\d+",
    "recognizer swallows its fault": r"LostSpans at analyzer:\d+",
    "expression out of time": r"LostSpans at analyzer:\d+",
    "model loses a text": r"LostSpans at analyzer:\d+",
    "model reads another text": r"LostSpans at analyzer:\d+",
    "span is dropped": LEFT,
    "anonymizer loses a span": r"RuntimeError at replace:\d+",
    "exception quotes the text": r"KeyError at step:\d+",
    "library ends the process": r"RuntimeError at step:\d+",
    "worker dies": "the worker process died",
}
GIVEN = ("Zandor", "Yelka", "Tamsin", "Orlo", "Quill", "Perrin", "Ulva", "Wenda", "Xanthe", "Isolde", "Jorun")
FAMILY = (
    "Vorlath", "Ummeldt", "Tzarkas", "Skerrild", "Quonset", "Prylbach", "Oxmarden", "Nydegger", "Mulqueny", "Lovatnik",
    "Kirschmann",
)  # fmt: skip


@dataclass(frozen=True)
class Patient:
    """A patient of the ward: the note and every identifier in it."""

    record: Record
    identifiers: tuple[str, ...]


def ward() -> dict[str, Patient]:
    """A patient for each fault, and one without any."""
    patients = {}
    for number, (fault, given, family) in enumerate(zip([*WORDS, WELL], GIVEN, FAMILY, strict=True)):
        mrn, ssn, phone = f"48{number:02d}739", f"9{number:02d}-41-7{number:03d}", f"617-555-01{number:02d}"
        mails = f"{family.lower()}@example.org {given.lower()}.{family.lower()}@example.net"
        text = (
            f"Patient: {given} {family}\nMRN: {mrn}\nSSN: {ssn}\nSeen by Dr. {family[::-1].capitalize()} for cough.\n"
            f"{given} {family} may be called at {phone}.\nMail: {mails}\n"
            f"The plan is {WORDS.get(fault, 'rest')} as before."
        )
        told = record(text, id=f"r{number:02d}", group=f"g{number:02d}")
        patients[fault] = Patient(told, (given, family, family[::-1], mrn, ssn, phone))
    return patients


PATIENTS = ward()


@dataclass(frozen=True)
class Ran:
    """What a run of the stage left: its code and where it ran; all that it and its workers printed lies there, too."""

    code: int
    folder: Path

    @property
    def printed(self) -> bytes:
        return (self.folder / PRINTED).read_bytes()

    def written(self) -> bytes:
        """All files, but for what the stage read and the ledger of canaries, which names them by design."""
        read = ("data/extract", "key")
        files = [path for path in sorted(self.folder.rglob("*")) if path.is_file() and path.name != stage.CANARIES]
        kept = [path for path in files if not path.relative_to(self.folder).as_posix().startswith(read)]
        return b"\n".join(str(path).encode() + b"\n" + path.read_bytes() for path in kept)

    def quarantine(self) -> dict[str, str]:
        found = shards.read(self.folder / "data/deidentify/quarantine", Rejected)
        return {rejected.id: rejected.reason for rejected in found}


Runs = Callable[..., Ran]


@pytest.fixture(scope="module")
def runs(model: Path, terms: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    """Runs the real stage on records, in a DVC repository of its own, with a step of the test's own."""
    with pytest.MonkeyPatch.context() as patch:

        def run(step: type[Step], records: list[Record], planted: float = 0.0, **changed: Any) -> Ran:
            folder = tmp_path_factory.mktemp("ward")
            (folder / ".dvc").mkdir()
            (folder / "key").write_bytes(SECRET)
            patch.chdir(folder)
            patch.setenv("DVC_ROOT", str(folder))
            patch.setattr(stage, "Step", step)
            shards.write(folder / "data/extract/records", records, 2)
            plain = {"engine": {"model": str(model)}, "thresholds": {"default": 0.4}, "terms": str(terms), **changed}
            declared: Any = SimpleNamespace(
                key_file="key", flow=Flow(shards=2, workers=1), sources={}, seed=7, audit=Audit(patients=planted),
                deidentify=Deidentify.model_validate(plain),
            )  # fmt: skip
            with _printing(folder / PRINTED):
                code = stage.run(declared)
            return Ran(code, folder)

        yield run


@contextlib.contextmanager
def _printing(file: Path) -> Iterator[None]:
    before = os.dup(1), os.dup(2)
    printing_to(file)
    python = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (os.fdopen(number, "w", buffering=1, closefd=False) for number in (1, 2))
    try:
        yield
    finally:
        sys.stdout, sys.stderr = python
        for number, old in enumerate(before, start=1):
            os.dup2(old, number)
            os.close(old)


@pytest.fixture(scope="module")
def faulted(runs: Runs) -> Ran:
    """One run of the stage with every fault, each in the patient that has its word."""
    return runs(Faulted, [patient.record for patient in PATIENTS.values()], planted=EVERYONE)


@pytest.mark.parametrize("fault", WORDS)
def test_each_fault_quarantines_its_patient_with_its_reason(faulted: Ran, fault: str) -> None:
    assert re.fullmatch(REASONS[fault], faulted.quarantine()[PATIENTS[fault].record.id])


def test_no_fault_touches_another_patient(faulted: Ran) -> None:
    assert faulted.code == 0
    done = {one.id for one in shards.read(faulted.folder / "data/deidentify/records", Record)}
    assert done == {PATIENTS[WELL].record.id}
    counted = orjson.loads((faulted.folder / "metrics/deidentify.json").read_bytes())
    assert (counted["in"], counted["out"], counted["quarantined"]) == (len(PATIENTS), 1, len(WORDS))


def test_nothing_that_was_written_or_printed_holds_an_identifier_or_a_canary(faulted: Ran) -> None:
    planter = Planter(EVERYONE, 7, Key(SECRET))
    canaries = [planter.plant(patient.record).canary for patient in PATIENTS.values()]
    values = [value for patient in PATIENTS.values() for value in patient.identifiers]
    values += [canary.identifier for canary in canaries if canary is not None]
    assert len(values) == 7 * len(PATIENTS)
    everything = faulted.written().lower()
    assert b"quarantine" in everything
    assert b".dvc/tmp/rounds/deidentify" in everything
    assert faulted.printed  # the logs of other libraries: the workers were heard
    assert [at for at, value in enumerate(values) if value.lower().encode() in everything] == []


def test_the_ledger_names_the_canaries_of_those_alone_that_flow_on(faulted: Ran) -> None:
    ledger = list(shards.read_shard(faulted.folder / "data/deidentify" / stage.CANARIES, Canary))
    assert [canary.id for canary in ledger] == [PATIENTS[WELL].record.id]


def test_a_search_that_would_miss_a_leak_is_none(faulted: Ran) -> None:
    read = b"".join(path.read_bytes() for path in (faulted.folder / "data/extract").rglob("*.jsonl")).lower()
    values = [value for patient in PATIENTS.values() for value in patient.identifiers]
    assert all(value.lower().encode() in read for value in values)


def test_a_model_that_is_gone_is_an_error_and_no_download(runs: Runs) -> None:
    with pytest.raises(FileNotFoundError, match="no_such_model") as caught:
        runs(Modelless, [PATIENTS[WELL].record])
    assert not list(Path("data/deidentify").rglob("*.jsonl"))
    assert not Path("downloaded").exists()
    everything = "".join(traceback.format_exception(caught.value)).lower() + Path(PRINTED).read_text().lower()
    assert not any(value.lower() in everything for value in PATIENTS[WELL].identifiers)


STAFF = [
    record(f"Seen by Dr. {family} for cough and by Dr. {given} again.", id=f"s{n}", group=f"s{n}")
    for n, (given, family) in enumerate(zip(GIVEN, FAMILY, strict=True))
]


def test_a_model_that_finds_nothing_closes_the_stage(runs: Runs, tmp_path: Path) -> None:
    import spacy

    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "PATIENT", "pattern": "a name that stands nowhere"}])
    nlp.to_disk(tmp_path / "blind")
    ran = runs(Heard, STAFF, engine={"model": str(tmp_path / "blind")})
    assert ran.code == 1
    assert not list((ran.folder / "data/deidentify").rglob("*.jsonl"))
    assert b"deidentify.engine.model" in ran.printed
    assert not any(name.lower().encode() in ran.written().lower() for name in (*GIVEN, *FAMILY))


def test_a_model_that_finds_anything_does_not(runs: Runs) -> None:
    ran = runs(Heard, [*STAFF, record("Kwame came.", id="k", group="k")])
    assert ran.code == 0
    assert b"by the model" not in ran.written()


NETWORKED = record(
    "Patient: Zandor Vorlath\nMail zvorlath@hospital.local or z.vorlath@example.co.uk, see "
    "https://portal.example.zz/zv and www.vorlath.museum from 8.8.8.8 and 2001:4860:4860::8888.",
    id="n1",
    group="n1",
)
_armed: list[Path] = []


def _marked(*args: Any) -> Any:
    return trap(_armed[-1], lambda: True)(*args) if _armed else None


@pytest.mark.parametrize(("step", "asked"), [(Trapped, False), (Curious, True)])
def test_neither_the_stage_nor_its_workers_ask_the_network(
    runs: Runs, step: type[Step], asked: bool, tmp_path: Path
) -> None:
    sys.addaudithook(_marked)
    _armed.append(tmp_path / "asked")
    try:
        ran = runs(step, [NETWORKED])
    finally:
        _armed.pop()
    assert not (tmp_path / "asked").exists()
    assert (ran.folder / "asked").exists() is asked
    assert [one.id for one in shards.read(ran.folder / "data/deidentify/records", Record)] == ["n1"]
    assert b"vorlath" not in ran.written().lower()
