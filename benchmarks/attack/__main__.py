"""An attack on the output: `python -m benchmarks.attack --gold data/synthesize/gold --key data/synthesize/key`.

The attacker has the output, data/deidentify/records, and a list of all patients with their names, birth dates, record
numbers and, for the attacks by dates, days of visits. Neither the key, the extracted records nor this repository's
finder is used to attack; key and gold tell afterwards which claims are right. A claim may be right by lot: an attack
finds patients only where its claims are right more often than that. Last line: one JSON object.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from statistics import median

import orjson

from benchmarks.attack.attacks import LEVEL, Result, attack, report
from benchmarks.attack.intervals import birth_windows
from benchmarks.attack.people import by_group, population
from stages import shards
from stages.keys import Key
from stages.records import Record


def main() -> None:
    """Attack the output of the clinic and print what came of it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.attack", description="An attack on what is written.")
    parser.add_argument("--records", type=Path, default=Path("data/deidentify/records"), help="default: %(default)s")
    parser.add_argument("--gold", type=Path, required=True, help="folder of the clinic's gold: who the patients are")
    parser.add_argument("--key", type=Path, required=True, help="tells which claims are right, and nothing else")
    parser.add_argument("--most-days", type=int, default=3650, help="deidentify.most_days (default: %(default)s)")
    told = parser.parse_args()
    golds = [orjson.loads(line) for line in (told.gold / "spans.jsonl").read_bytes().splitlines()]
    people = list(population(golds))
    key = Key.read(told.key)
    files = {key.id("file", one["source"], one["file"]): one["patient"] for one in golds if one["row"] is None}
    records = list(shards.read(told.records, Record))
    truth = {record.group: files[record.origin.file] for record in records if record.origin.file in files}
    records = [record for record in records if record.group in truth]
    found = report(attack(records, people, told.most_days), truth)
    print(table(found))
    sizes = [len(near) for _, near in birth_windows(by_group(records), people, told.most_days) if near]
    facts = {
        "patients": len(set(truth.values())),
        "people": len(people),
        "visits_known": sum(bool(p.visits) for p in people),
        "born_near_median": median(sizes) if sizes else None,
        "finds": [by for by, result in found.items() if result.finds],
    }
    print(json.dumps({**facts, **{by: asdict(result) for by, result in found.items()}}))


def table(found: dict[str, Result]) -> str:
    """A line for each attack, and which of them find patients."""
    lines = [f"{'attack':<22}{'claimed':>9}{'right':>7}{'by lot':>8}{'p':>10}"]
    lines += [f"{by:<22}{r.claimed:>9}{r.right:>7}{r.by_lot:>8.2f}{r.p:>10.2g}" for by, r in found.items()]
    finds = ", ".join(by for by, result in found.items() if result.finds)
    return "\n".join([*lines, f"right more often than by lot (p < {LEVEL}): {finds or 'none'}"])


if __name__ == "__main__":
    main()
