"""The data stages on many notes: `python benchmarks/scale.py [--notes 10000] [--model models/base/phi] [--write]`.

The embedded clinic without speech and scans, of as many patients as write that many notes (reports and dialogues of
visits), goes through extract, deidentify, clean, structure, augment and split as `dvc repro` runs them: one process
after the other, with the repository's params.yaml, in a folder of its own. Printed of each stage: records taken, text
read, wall and CPU seconds, records/s, KB/s, and the peak of the memory of all its processes together, sampled; pages
that they share count once for each. Last line: one JSON object of the same. `--write` puts it into metrics/scale.json,
which the report page shows.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stages import metrics
from stages.params.presets import applied

ROOT = Path(__file__).resolve().parents[1]
STAGES = ("extract", "deidentify", "clean", "structure", "augment", "split")
READS = {
    "extract": ("data/synthesize/raw",),
    "deidentify": ("data/extract/records",),
    "clean": ("data/deidentify/records",),
    "structure": ("data/clean/records",),
    "augment": ("data/structure/records",),
    "split": ("data/structure/records", "data/augment/records", "data/clean/records"),
}
NOTES_OF_A_PATIENT = 5.0  # 2.5 encounters, each a report and a dialogue
FEWEST_ANNOTATED = 20  # nothing is trained here
EVERY = 0.25  # seconds between two looks at the memory
TICKS, PAGE = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
WRITTEN = Path("metrics/scale.json")


@dataclass(frozen=True, slots=True)
class Run:
    """What a stage took: wall and CPU seconds, and bytes of memory at its peak."""

    seconds: float
    cpu: float
    peak: int


def main() -> None:
    """Run every stage; print the table, then JSON."""
    parser = argparse.ArgumentParser(description="The data stages on many notes.")
    parser.add_argument("--notes", type=int, default=10_000, help="default: %(default)s")
    parser.add_argument("--model", type=Path, default=Path("models/base/phi"), help="PHI finder (default: %(default)s)")
    parser.add_argument("--write", action="store_true", help=f"write the numbers to {WRITTEN}")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="scale-") as folder:
        numbers = measured(Path(folder), arguments.notes, arguments.model.resolve())
    if arguments.write:
        metrics.write(ROOT / WRITTEN, numbers)
    print(json.dumps(numbers))


def measured(project: Path, notes: int, model: Path) -> dict[str, Any]:
    """Generate the notes, run the stages on them; raises `SystemExit` naming a stage that fails."""
    _declare(project, round(notes / NOTES_OF_A_PATIENT), model)
    run(project, "synthesize")
    raw = project / "data/synthesize/raw"
    written = sum(path.is_file() for name in ("reports", "visits") for path in (raw / name).rglob("*"))
    print(f"{written} notes, {size(raw) / 1e6:.1f} MB of raw files, {os.cpu_count()} cores")
    print(f"{'stage':12}{'records':>9}{'KB':>9}{'s':>8}{'CPU s':>8}{'records/s':>11}{'KB/s':>9}{'peak MiB':>10}")
    numbers: dict[str, Any] = {"notes": written, "cores": os.cpu_count(), "stages": {}}
    for stage in STAGES:
        took = run(project, stage)
        taken = int(metrics.read(project / f"metrics/{stage}.json")["in"])
        records = _records(project) if stage == "extract" else taken
        kilobytes = sum(size(project / name) for name in READS[stage]) / 1000
        numbers["stages"][stage] = {
            "records": records, "kilobytes": round(kilobytes), "seconds": round(took.seconds, 1),
            "cpu_seconds": round(took.cpu, 1), "records_per_second": round(records / took.seconds, 1),
            "kilobytes_per_second": round(kilobytes / took.seconds, 1), "peak_mebibytes": round(took.peak / 2**20),
        }  # fmt: skip
        row = [format(value, ",") for value in numbers["stages"][stage].values()]
        print(
            f"{stage:12}" + "".join(f"{v:>{w}}" for v, w in zip(row, (9, 9, 8, 8, 11, 9, 10), strict=True)), flush=True
        )
    return numbers


def run(project: Path, stage: str) -> Run:
    """Run a stage as a process of its own, watching all its processes."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "CI": "1"}
    start = time.perf_counter()
    log = project / f"{stage}.log"
    with log.open("wb") as told:
        process = subprocess.Popen(
            [sys.executable, "-m", f"stages.{stage}"], cwd=project, env=environment, stdout=told, stderr=told
        )
        peak, cpu = 0, dict[int, float]()
        while process.poll() is None:
            found = list(processes(process.pid))
            peak = max(peak, sum(memory for _, memory, _ in found))
            cpu |= {pid: spent for pid, _, spent in found}
            time.sleep(EVERY)
    if process.returncode:
        raise SystemExit(f"{stage} ended with {process.returncode}:\n{log.read_text()[-2000:]}")
    return Run(time.perf_counter() - start, sum(cpu.values()), peak)


def processes(root: int) -> Iterator[tuple[int, int, float]]:
    """Process id, bytes in memory and CPU seconds of a process and of all below it."""
    parents: dict[int, tuple[int, int, float]] = {}
    for path in Path("/proc").iterdir():
        if path.name.isdigit():
            try:
                # The name, in brackets, may hold blanks.
                told = (path / "stat").read_text().rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            cpu = (int(told[11]) + int(told[12])) / TICKS
            parents[int(path.name)] = (int(told[1]), int(told[21]) * PAGE, cpu)
    below = {root}
    while more := {pid for pid, (parent, _, _) in parents.items() if parent in below} - below:
        below |= more
    yield from ((pid, *parents[pid][1:]) for pid in below if pid in parents)


def size(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _records(project: Path) -> int:
    return int(metrics.read(project / "metrics/extract.json")["out"])


def _declare(project: Path, patients: int, model: Path) -> None:
    """The repository's params without speech and scans, and what the stages read beside them."""
    from ruamel.yaml import YAML

    yaml = YAML()
    declared = yaml.load(applied((ROOT / "params.yaml").read_text(encoding="utf-8"), "text-only"))
    synthesized = {"patients": patients, "scanned": 0.0, "notes": FEWEST_ANNOTATED}
    declared["synthesize"].update(synthesized)
    with (project / "params.yaml").open("w", encoding="utf-8") as file:
        yaml.dump(declared, file)
    shutil.copytree(ROOT / "data/lexicon", project / "data/lexicon")
    if (ROOT / "data/review").is_dir():
        shutil.copytree(ROOT / "data/review", project / "data/review")
    (project / "models/base").mkdir(parents=True)
    (project / "models/base/phi").symlink_to(model)


if __name__ == "__main__":
    main()
