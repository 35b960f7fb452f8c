"""What people decided, applied to the children; and more children put up for decision."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from stages.augment import ledger
from stages.flow import Rejected
from stages.records import Example, to_json
from stages.shards import read, read_shard, write_bytes, write_shard

REASON = "rejected by review"


def apply(path: str | Path, target: Path) -> tuple[dict[str, int], dict[str, float | int | None]]:
    """Move children that people rejected from `target`/records to `target`/quarantine.

    Runs after the step, so that a decision costs nothing but this. Returns what it adds to the counts of the step, and
    the numbers of the review: `listed`, `reviewed` (share of the children with a decision that stands),
    `acceptance_rate` (null where nothing is decided) and `outdated` (decisions on texts that are no longer made).
    """
    rows = ledger.read(path)
    texts = {child.id: ledger.changed_side(child) for child in read(target / "records", Example)}
    decisions, outdated = ledger.standing(rows, texts)
    rejected = {id for id, decision in decisions.items() if decision == "reject"}
    moved: Counter[str] = Counter()
    for shard in sorted((target / "records").glob("*.jsonl")):
        children = list(read_shard(shard, Example))
        out = [child for child in children if child.id in rejected]
        if not out:
            continue
        write_shard(shard, [child for child in children if child.id not in rejected])
        beside = target / "quarantine" / shard.name
        lines = [*beside.read_bytes().splitlines(), *(_line(child) for child in out)]
        write_bytes(beside, b"".join(line + b"\n" for line in sorted(lines)))
        moved.update(f"children.{child.operator}" for child in out)
    counts = {"out": -len(rejected), "quarantined": len(rejected)} | {name: -count for name, count in moved.items()}
    if rejected:
        counts[f"quarantined.{REASON}"] = len(rejected)
    accepted = len(decisions) - len(rejected)
    return counts, {
        "listed": len(rows),
        "reviewed": len(decisions) / len(texts) if texts else None,
        "acceptance_rate": accepted / len(decisions) if decisions else None,
        "outdated": outdated,
    }


def extend(path: str | Path, records: Path, parents: Path, sample: int) -> int:
    """Put up to `sample` children on the ledger that are not on it yet, or are there with another text.

    They are drawn by a hash of their ids: a sample in no order, and the same one for everybody. Returns their number.
    """
    rows = {row.id: row for row in ledger.read(path)}
    children = [child for child in read(records, Example) if _is_news(child, rows)]
    children.sort(key=lambda child: hashlib.sha256(f"review {child.id}".encode()).digest())
    chosen = {child.id: child for child in children[:sample]}
    wanted = {child.parent for child in chosen.values()}
    by_id = {parent.id: parent for parent in read(parents, Example) if parent.id in wanted}
    fresh = {id: ledger.row_of(child, by_id[child.parent or ""]) for id, child in chosen.items()}
    ledger.write(path, [*(row for id, row in rows.items() if id not in fresh), *fresh.values()])
    return len(fresh)


def _is_news(child: Example, rows: dict[str, ledger.Row]) -> bool:
    return child.id not in rows or rows[child.id].after != ledger.changed_side(child)


def _line(child: Example) -> bytes:
    return to_json(asdict(Rejected(child.id, child.group, child.task, REASON)))
