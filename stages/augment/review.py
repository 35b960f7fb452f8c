"""What people decided, applied to the children; and more children put up for decision."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, replace
from pathlib import Path

from stages.augment import ledger
from stages.augment.risk import risk
from stages.flow import Rejected
from stages.guard import NO_NAMES, Names
from stages.params.augment import Augment
from stages.records import Example, to_json
from stages.shards import read, read_shard, write_bytes, write_shard

REASON = "rejected by review"


def apply(path: str | Path, target: Path) -> tuple[dict[str, int], dict[str, float | int | None]]:
    """Move children that people rejected from `target`/records to `target`/quarantine.

    Runs after the step, so that a decision costs nothing but this. Returns what it adds to the counts of the step, and
    the numbers of the review: `listed`, `reviewed` (share of the children with a decision that stands),
    `acceptance_rate`, the same of the children drawn by chance and of the riskiest alone (null where nothing is
    decided) and `outdated` (decisions on texts that are no longer made).
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
    drawn = {row.id: row.drawn for row in rows}
    return counts, {
        "listed": len(rows),
        "reviewed": len(decisions) / len(texts) if texts else None,
        "acceptance_rate": _accepted(decisions.values()),
        "acceptance_rate_of_chance": _accepted(d for id, d in decisions.items() if drawn[id] == ledger.CHANCE),
        "acceptance_rate_of_riskiest": _accepted(d for id, d in decisions.items() if drawn[id] == ledger.RISKIEST),
        "outdated": outdated,
    }


def extend(path: str | Path, records: Path, parents: Path, declared: Augment, names: Mapping[str, Names]) -> int:
    """Put up to `declared.sample` children on the ledger that are not on it yet, or are there with another text.

    The share `declared.riskiest` of them are the riskiest (`risk.risk`, with the names of each operator). The others
    come by chance, in the order of a hash of the ids of all children; one that stands there already as risky counts as
    drawn by chance from then on. So those of chance are a fair sample of all children, in whatever round. The ledger
    lists the riskiest first. Returns how many were put on.
    """
    rows = {row.id: row for row in ledger.read(path)}
    children = list(read(records, Example))
    told = {child.id: child for child in children if _is_news(child, rows)}
    by_chance = sorted((c.id for c in children), key=lambda id: hashlib.sha256(f"review {id}".encode()).digest())
    drawn = dict.fromkeys(
        _prefix(by_chance, told, declared.sample - round(declared.riskiest * declared.sample)), ledger.CHANCE
    )
    wanted = {child.parent for child in told.values()}
    by_id = {parent.id: parent for parent in read(parents, Example) if parent.id in wanted}
    risks = {id: _risk(child, by_id[child.parent or ""], names) for id, child in told.items()}
    room = declared.sample - len(drawn.keys() & told.keys())
    left = sorted(risks.keys() - drawn.keys(), key=lambda id: (-risks[id], id))[:room]
    drawn |= dict.fromkeys(left, ledger.RISKIEST)
    fresh = {
        id: ledger.row_of(child, by_id[child.parent or ""], risks[id], drawn[id])
        for id, child in told.items()
        if id in drawn
    }
    kept = {id: replace(row, drawn=drawn.get(id, row.drawn)) for id, row in rows.items()}
    everything = [(risk(r.before, r.after, names.get(r.operator, NO_NAMES)), r) for r in (kept | fresh).values()]
    ledger.write(path, [row for _, row in sorted(everything, key=lambda pair: (-pair[0], pair[1].id))])
    return len(fresh)


def _prefix(ids: Iterable[str], news: Collection[str], most: int) -> list[str]:
    """The ids up to the last of `most` that are new."""
    found, left = [], most
    for id in ids:
        if left == 0:
            break
        found.append(id)
        left -= id in news
    return found


def _risk(child: Example, parent: Example, names: Mapping[str, Names]) -> float:
    before, after = ledger.changed_side(parent), ledger.changed_side(child)
    return risk(before, after, names.get(child.operator or "", NO_NAMES))


def _accepted(decisions: Iterable[str]) -> float | None:
    told = list(decisions)
    return told.count("accept") / len(told) if told else None


def _is_news(child: Example, rows: dict[str, ledger.Row]) -> bool:
    return child.id not in rows or rows[child.id].after != ledger.changed_side(child)


def _line(child: Example) -> bytes:
    return to_json(asdict(Rejected(child.id, child.group, child.task, REASON)))
