"""The whole clinic: patients with their encounters as files, the tables, the notes and the gold labels."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import groupby
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from stages.keys import Key, seeded
from stages.params.synthesize import Synthesize
from stages.records import to_json
from stages.synthesize import gold, notes
from stages.synthesize.case import Case, make_case
from stages.synthesize.chart import make_report
from stages.synthesize.dialogues import make_dialogue
from stages.synthesize.documents import Report, docx, outline, pdf, reading_order, rtf, scan, text
from stages.synthesize.fill import Filled, fill, joined
from stages.synthesize.gold import Gold
from stages.synthesize.identity import Cast, make_cast, next_visit
from stages.synthesize.passages import make_passages
from stages.synthesize.speech import corpus, dictations, manifest, recordings, speak
from stages.synthesize.speech.dictations import Dictation
from stages.synthesize.speech.manifest import Audible
from stages.synthesize.summaries import make_summary
from stages.synthesize.tables import write_flashcards, write_terminology
from stages.synthesize.wording import is_kept

WRITTEN = {"pdf": pdf.render, "docx": docx.render, "txt": text.render, "rtf": rtf.render}
WRITTEN_SHARES = {"pdf": 40, "docx": 25, "txt": 20, "rtf": 15}
FIRST_DAY = date(2012, 1, 1)
DAYS = 4200  # visits fall on so many days from the first
NUMBERS, STRIDE = 9_000_000, 7_368_787  # record numbers: a walk through all of them, for the two have no common divisor
SUMMARIES = "summaries.jsonl"


@dataclass
class Made:
    """What a part of the clinic adds to the whole."""

    labels: list[Gold] = field(default_factory=list)
    summaries: list[tuple[dict[str, str], Gold]] = field(default_factory=list)
    audible: list[Audible] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


def build(settings: Synthesize, seed: int, folder: Path) -> dict[str, int]:
    """Write the clinic into `folder`, rewriting what an earlier run left there; returns counts.

    The same settings and seed give the same bytes, whatever the number of processes. Raises `speak.Missing` where
    there is sound to make and nothing to make it with.
    """
    raw = folder / "raw"
    if settings.recorded or settings.dictations or settings.speech_hours:
        speak.check()
    for part in ("raw", "gold", "notes", "speech"):
        shutil.rmtree(folder / part, ignore_errors=True)
        (folder / part).mkdir(parents=True)
    # The people are invented, so their key may follow from the seed and be known to all; real patients need a secret.
    (folder / "key").write_bytes(hashlib.sha256(f"rounds clinic {seed}".encode()).hexdigest().encode() + b"\n")
    whole = Made()
    with ProcessPoolExecutor(os.cpu_count(), get_context("forkserver")) as pool:
        jobs: list[Future[Made]] = [
            pool.submit(_write_passages, raw, settings.passages, seed),
            pool.submit(_write_notes, folder / "notes", settings.notes, seed),
            pool.submit(_write_tables, raw, settings.flashcards, seed),
            *(pool.submit(_write_patient, raw, settings, seed, number) for number in range(settings.patients)),
            *(
                pool.submit(_write_speech, folder / "speech", number, seconds, seed)
                for number, seconds in enumerate(corpus.files(settings.speech_hours))
            ),
            *(
                pool.submit(_write_dictations, raw, list(of), seed)
                for _, of in groupby(
                    dictations.plan(settings.dictations, settings.held_out, seed), key=lambda each: each.person
                )
            ),
        ]
        for job in _progress(as_completed(jobs), len(jobs)):
            made = job.result()
            whole.labels += made.labels
            whole.summaries += made.summaries
            whole.audible += made.audible
            whole.counts.update(made.counts)
    whole.labels += _write_summaries(raw, whole.summaries)
    gold.write(folder / "gold" / "spans.jsonl", whole.labels)
    gold.write_typed(folder / "gold" / "typed.jsonl", whole.labels)
    whole.counts.update(manifest.write(folder, whole.audible))
    whole.counts.update(f"spans.{span.label}" for label in whole.labels for span in label.content.spans)
    whole.counts["spans"] = sum(len(label.content.spans) for label in whole.labels)
    return dict(sorted(whole.counts.items()))


def _write_patient(raw: Path, settings: Synthesize, seed: int, number: int) -> Made:
    rng = seeded(seed, "synthesize", "patient", str(number))
    held_out = is_kept(number, settings.held_out)
    split = "test" if held_out else "train"
    made = Made(counts=Counter({"patients": 1, f"patients.{split}": 1}))
    offset = int.from_bytes(Key(f"rounds seed {seed}".encode()).digest("synthesize", "records")[:6])
    record = f"{1_000_000 + (offset + STRIDE * number) % NUMBERS:07d}"
    for at, (case, cast) in enumerate(_encounters(rng, held_out, record)):
        visit = f"{split}/{record}/{record}{at + 1:02d}{rng.randint(0, 999):03d}"
        report = make_report(case, cast, rng)
        kind, content = _file(report, settings.scanned, rng)
        ending = kind.removeprefix("scan.")
        _put(raw / "reports" / f"{visit}.{ending}", content)
        turns = make_dialogue(case, rng, held_out)
        dialogue = joined(fill(f"{turn.speaker}: {turn.text}", cast, rng) for turn in turns)
        _put(raw / "visits" / f"{visit}.txt", f"{dialogue.text}\n".encode())
        summary = make_summary(case)
        filled = {name: fill(getattr(summary, name), cast, rng) for name in gold.COLUMNS}
        known: dict[str, Any] = {
            "split": split,
            "patient": record,
            "diagnosis": case.diagnosis,
            "differential": case.differential,
        }
        told, said = reading_order(report), Filled(f"{dialogue.text}\n", dialogue.spans)
        made.labels += [
            Gold(
                "reports",
                f"{visit}.{ending}",
                None,
                content=told,
                format=kind,
                sections=outline(report),
                typed=report.typed,
                **known,
            ),
            Gold("visits", f"{visit}.txt", None, content=said, format="txt", **known),
        ]
        row = {name: value.text for name, value in filled.items()}
        row |= {"diagnosis": summary.diagnosis, "differential": summary.differential}
        row |= {"patient": record, "encounter": Path(visit).name, "split": split}
        made.summaries.append(
            (row, Gold("summaries", SUMMARIES, 0, content=joined(filled.values()), format="jsonl", **known))
        )
        if recordings.is_recorded(visit, settings.recorded, seed):
            made.audible.append(recordings.record(raw, visit, turns, case, cast, seed))
        made.counts.update(("encounters", f"encounters.{split}", f"reports.{kind}"))
    return made


def _encounters(rng: random.Random, held_out: bool, record: str) -> Iterator[tuple[Case, Cast]]:
    """One to four visits of a patient within one year of age, each with its case."""
    case = make_case(rng, held_out)
    birthday = FIRST_DAY + timedelta(days=rng.randrange(DAYS))
    birth = birthday.replace(year=birthday.year - case.age, day=min(birthday.day, 28))
    days = sorted(rng.sample(range(360), rng.choice((1, 2, 2, 3, 3, 4))))
    cast = make_cast(rng, held_out, case.sex, birth, birthday + timedelta(days=days[0]))
    written = rng.choice(("{}", "{}", "MRN-{}", "H{}", "A{}")).format(record)
    cast = replace(cast, facts={**cast.facts, "mrn": written})
    yield case, cast
    for day in days[1:]:
        case = make_case(rng, held_out, case)
        cast = next_visit(rng, cast, birthday + timedelta(days=day))
        yield case, cast


def _file(report: Report, scanned: float, rng: random.Random) -> tuple[str, bytes]:
    """A format, drawn, and the report in it."""
    if rng.random() < scanned:
        ending, content = scan.scan(report, rng)
        return f"scan.{ending}", content
    (kind,) = rng.choices(list(WRITTEN), list(WRITTEN_SHARES.values()))
    return kind, WRITTEN[kind](report)


def _write_summaries(raw: Path, summaries: Sequence[tuple[dict[str, str], Gold]]) -> list[Gold]:
    """Write the table in the order of patients and visits; returns the labels with the numbers of their rows."""
    ordered = sorted(summaries, key=lambda each: (each[0]["patient"], each[0]["encounter"]))
    _put(raw / SUMMARIES, b"".join(to_json(row) + b"\n" for row, _ in ordered))
    return [replace(label, row=number) for number, (_, label) in enumerate(ordered)]


def _write_passages(raw: Path, number: int, seed: int) -> Made:
    lines = [to_json({"text": passage}) + b"\n" for passage in make_passages(seed, number)]
    _put(raw / "passages.jsonl", b"".join(lines))
    return Made(counts=Counter({"passages": len(lines)}))


def _write_notes(folder: Path, number: int, seed: int) -> Made:
    return Made(counts=Counter({"notes": number, "notes.spans": notes.write(folder, number, seed)}))


def _write_tables(raw: Path, flashcards: int, seed: int) -> Made:
    cards = write_flashcards(raw / "flashcards", flashcards, seed)
    terms = write_terminology(raw / "terminology.jsonl", seed)
    return Made(counts=Counter({"flashcards": cards, "terminology": terms}))


def _write_speech(folder: Path, number: int, seconds: float, seed: int) -> Made:
    return Made(audible=[corpus.record(folder, number, seconds, seed)])


def _write_dictations(raw: Path, of: Sequence[Dictation], seed: int) -> Made:
    return Made(audible=dictations.record(raw, of, seed))


def _put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _progress(parts: Iterable[Any], total: int) -> Iterable[Any]:
    from tqdm import tqdm

    quiet = not sys.stderr.isatty() or bool(os.environ.get("CI"))
    return tqdm(parts, desc="synthesize", total=total, unit="part", disable=quiet)
