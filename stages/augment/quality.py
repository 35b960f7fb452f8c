"""What the children are worth, by operator: how varied, how close to their parents, and whether labels hold."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from heapq import nsmallest
from pathlib import Path

from stages import guard
from stages.augment.ledger import changed_side
from stages.augment.reader import Reader, label
from stages.records import Example
from stages.shards import read

MOST = 2000
"""Children of an operator that are measured, drawn by a hash of their ids; with fewer, all are."""

MOST_READ = 5000
"""Original examples of a task and category that the reader knows, drawn likewise."""

ORDER = 4

_TOKEN = re.compile(r"\w+|[^\w\s]")

Numbers = dict[str, float | int | None]
_Kind = tuple[str, str]


def measure(records: Path, parents: Path, names: Mapping[str, guard.Names]) -> Numbers:
    """Metrics of the children under `records`, named `quality.<operator>.<metric>`, for each operator of `names`.

    - `measured`: children looked at.
    - `distinct_1`, `distinct_2`, `self_bleu`: see below.
    - `similarity`, `similarity_lowest`: 1 - word edit distance of child and parent over the longer one's words.
    - `label_read`: share whose parent's response an independent reader finds (see `stages.augment.reader`).
    - `label_agreement`: of these, the share for which it finds the same response in the child.
    - `response_kept`: share whose response is the parent's, or differs from it in nothing that the guard protects.

    All but `measured` are null where there are no children, `label_agreement` also where the reader finds no response.
    """
    chosen = _drawn(records, names)
    children = [child for found in chosen.values() for child in found]
    by_id, known = _parents(parents, children)
    told = _told([*by_id.values(), *children], known)
    found: Numbers = {}
    for operator, protected in names.items():
        pairs = [(by_id[child.parent or ""], child) for child in chosen[operator]]
        numbers = _of_pairs(pairs, protected) | _of_labels(pairs, told)
        found |= {f"quality.{operator}.{name}": number for name, number in numbers.items()}
    return found


def refusals(counts: Mapping[str, int], operators: Iterable[str]) -> Numbers:
    """Share of the tries of each operator that were refused: `refused.<operator>`, and of each guard and reason.

    `counts` are those of the flow before review. A try that two guards refuse counts for both, so that the parts may
    sum to more than the whole.
    """
    shares: Numbers = {}
    for operator in operators:
        start = f"quarantined.{operator}: "
        reasons = {key.removeprefix(start): count for key, count in counts.items() if key.startswith(start)}
        refused = sum(reasons.values())
        tries = refused + counts.get(f"children.{operator}", 0)
        parts: Counter[str] = Counter()
        for reason, count in reasons.items():
            for part in reason.removeprefix("changed ").split(", ") if reason.startswith("changed ") else [reason]:
                parts[part] += count
        shares[f"refused.{operator}"] = refused / tries if tries else None
        shares |= {f"refused.{operator}.{part}": count / tries for part, count in parts.items()}
    return shares


def distinct(texts: Iterable[str], n: int) -> float | None:
    """Different n-grams over all n-grams of the texts (Li et al. 2016, arXiv 1510.03055); null where there are none."""
    seen: set[tuple[str, ...]] = set()
    total = 0
    for text in texts:
        grams = _grams(tokens(text), n)
        seen.update(grams)
        total += grams.total()
    return len(seen) / total if total else None


def self_bleu(texts: Sequence[str]) -> float | None:
    """Mean BLEU-4 of each text against all others, 0 to 1 (Zhu et al. 2018, arXiv 1802.01886): lower is more varied.

    Each text's number is that of sacrebleu's `sentence_bleu` over the tokens (exponential smoothing, effective order).
    Null for fewer than two texts. Linear in the texts: of each n-gram its two highest counts are kept.
    """
    from sacrebleu.metrics.bleu import BLEU

    rows = [tokens(text) for text in texts]
    if len(rows) < 2:
        return None
    counted = [Counter(gram for n in range(1, ORDER + 1) for gram in _grams(row, n).elements()) for row in rows]
    highest: dict[tuple[str, ...], tuple[int, int, int]] = {}  # n-gram -> highest count, whose, second highest
    for place, counts in enumerate(counted):
        for gram, count in counts.items():
            first, owner, second = highest.get(gram, (0, -1, 0))
            if count > first:
                highest[gram] = (count, place, first)
            elif count > second:
                highest[gram] = (first, owner, count)
    lengths = sorted(map(len, rows))
    scores = []
    for place, (row, counts) in enumerate(zip(rows, counted, strict=True)):
        correct = [0] * ORDER
        for gram, count in counts.items():
            first, owner, second = highest[gram]
            correct[len(gram) - 1] += min(count, second if owner == place else first)
        total = [max(0, len(row) - n) for n in range(ORDER)]
        nearest = _nearest(lengths, len(row))
        told = BLEU.compute_bleu(correct, total, len(row), nearest, smooth_method="exp", effective_order=True)
        scores.append(told.score / 100)
    return sum(scores) / len(scores)


def similarity(before: str, after: str) -> float:
    """1 - edit distance of the words over the number of words of the longer text."""
    from rapidfuzz.distance import Levenshtein

    return float(Levenshtein.normalized_similarity(tokens(before), tokens(after)))


def tokens(text: str) -> list[str]:
    """Words and marks, in lower case."""
    return _TOKEN.findall(text.lower())


def _of_pairs(pairs: Sequence[tuple[Example, Example]], names: guard.Names) -> Numbers:
    texts = [changed_side(child) for _, child in pairs]
    close = [similarity(changed_side(parent), text) for (parent, _), text in zip(pairs, texts, strict=True)]
    same = [p.response == c.response or not guard.changed(p.response, c.response, names) for p, c in pairs]
    return {
        "measured": len(pairs),
        "distinct_1": distinct(texts, 1),
        "distinct_2": distinct(texts, 2),
        "self_bleu": self_bleu(texts),
        "similarity": sum(close) / len(close) if close else None,
        "similarity_lowest": min(close, default=None),
        "response_kept": sum(same) / len(same) if same else None,
    }


def _of_labels(pairs: Sequence[tuple[Example, Example]], told: Mapping[str, str | None]) -> Numbers:
    """What the reader says of children whose parents it reads rightly; the others have no label that it could lose."""
    sure = [(parent, child) for parent, child in pairs if told[parent.id] == label(parent)]
    agreeing = [told[child.id] == told[parent.id] for parent, child in sure]
    return {
        "label_read": len(sure) / len(pairs) if pairs else None,
        "label_agreement": sum(agreeing) / len(agreeing) if agreeing else None,
    }


def _parents(folder: Path, children: Sequence[Example]) -> tuple[dict[str, Example], dict[_Kind, list[Example]]]:
    """The children's parents by id, and the examples that the reader knows by task and category."""
    wanted = {child.parent for child in children}
    kinds = {_kind(child) for child in children}
    keys: defaultdict[_Kind, list[bytes]] = defaultdict(list)
    for example in read(folder, Example):
        if _readable(example, kinds):
            keys[_kind(example)].append(_order(example))
    drawn = {kind: set(nsmallest(MOST_READ, found)) for kind, found in keys.items()}
    by_id: dict[str, Example] = {}
    known: dict[_Kind, list[Example]] = {kind: [] for kind in kinds}
    for example in read(folder, Example):
        if example.id in wanted:
            by_id[example.id] = example
        if _readable(example, kinds) and _order(example) in drawn[_kind(example)]:
            known[_kind(example)].append(example)
    return by_id, known


def _told(examples: Sequence[Example], known: Mapping[_Kind, Sequence[Example]]) -> dict[str, str | None]:
    """The reader's label of each example by its id; each is read by the examples of its own task and category."""
    asked: defaultdict[_Kind, list[Example]] = defaultdict(list)
    for example in examples:
        asked[_kind(example)].append(example)
    told: dict[str, str | None] = {}
    for kind, found in asked.items():
        labels = Reader(known[kind]).labels(found)
        told |= {example.id: said for example, said in zip(found, labels, strict=True)}
    return told


def _kind(example: Example) -> _Kind:
    return example.task, example.category


def _readable(example: Example, kinds: Collection[_Kind]) -> bool:
    """What is declared for validation or test measures nothing that is decided before training."""
    return _kind(example) in kinds and not example.audio and example.split not in ("validation", "test")


def _drawn(records: Path, operators: Iterable[str]) -> dict[str, list[Example]]:
    keys: defaultdict[str, list[bytes]] = defaultdict(list)
    for child in read(records, Example):
        keys[child.operator or ""].append(_order(child))
    chosen = {name: set(nsmallest(MOST, found)) for name, found in keys.items()}
    kept: dict[str, list[Example]] = {name: [] for name in operators}
    for child in read(records, Example):
        if child.operator in kept and _order(child) in chosen[child.operator]:
            kept[child.operator].append(child)
    return {name: sorted(children, key=_order) for name, children in kept.items()}


def _order(child: Example) -> bytes:
    return hashlib.sha256(f"quality {child.id}".encode()).digest()


def _grams(row: Sequence[str], n: int) -> Counter[tuple[str, ...]]:
    return Counter(tuple(row[at : at + n]) for at in range(len(row) - n + 1))


def _nearest(lengths: Sequence[int], length: int) -> int:
    """The length nearest to a text's own among the others', the shorter of two; `lengths` (in order) hold its own."""
    at = bisect_left(lengths, length)
    others = [*lengths[max(0, at - 1) : at], *lengths[at + 1 : at + 2]]
    return min(others, key=lambda other: (abs(other - length), other))
