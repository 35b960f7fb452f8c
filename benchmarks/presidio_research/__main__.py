"""Finding PHI in presidio-research's public set, beside stock Presidio: `python -m benchmarks.presidio_research`.

Both use one model of names and places; stock Presidio is counted as it comes (every score) and at our threshold.
Prints recall and precision by entity, then the differences with 95 % intervals over templates; the last line is one
JSON object.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from benchmarks.presidio_research.counting import Counts, kinds, values
from benchmarks.presidio_research.dataset import FILE, OURS, Sentence, kind, parts, read
from benchmarks.presidio_research.finders import THRESHOLD, Find, at_least, ours, stock
from stages.evaluate.statistics import compare, sum_by_group

REPLICATES = 2000


def main() -> None:
    """Count both and print the tables."""
    parser = argparse.ArgumentParser(description="PHI of presidio-research's public set, beside stock Presidio.")
    parser.add_argument("--data", type=Path, default=Path("../shared/data/presidio-research"), help="its repository")
    parser.add_argument("--part", choices=("test", "development"), default="test", help="(default: %(default)s)")
    parser.add_argument("--model", default="models/base/phi", help="spaCy pipeline of both (default: %(default)s)")
    parser.add_argument("--terms", type=Path, default=Path("data/lexicon/medical_terms.txt"), help="our lexicon")
    arguments = parser.parse_args()
    sentences = parts(read(arguments.data / FILE))[arguments.part]
    theirs = stock(arguments.model)
    systems = {
        "stock": theirs,
        "stock_sure": at_least(THRESHOLD, theirs),
        "ours": ours(arguments.model, arguments.terms),
    }
    counts = counted(sentences, systems)
    print("\n".join(tables(counts)))
    numbers = {"sentences": len(sentences), "templates": len({s.template for s in sentences})}
    print(json.dumps({**numbers, **compared(sentences, counts)}))


def counted(sentences: Sequence[Sentence], systems: Mapping[str, Find]) -> dict[str, Counts]:
    """The counts of each system over the sentences."""
    counts = {name: Counts() for name in systems}
    for sentence in sentences:
        for name, find in systems.items():
            counts[name].add(sentence, find(sentence.text))
    return counts


def tables(counts: Mapping[str, Counts]) -> list[str]:
    """Recall by their types and precision by kinds, as Markdown."""
    heads = ["stock", f"stock >= {THRESHOLD}", "ours"]
    lines = [f"| entity | spans | {' | '.join(heads)} | found as |", "|---|--:|--:|--:|--:|---|"]
    for entity, labels in OURS.items():
        cells = [_share(count.whole[entity], count.spans[entity]) for count in counts.values()]
        spans = counts["ours"].spans[entity]
        lines.append(f"| {entity} | {spans} | {' | '.join(cells)} | {kind(labels[0]) if labels else '-'} |")
    lines += ["", f"| found as | {' | '.join(heads)} |", "|---|--:|--:|--:|"]
    for name in kinds():
        cells = [
            f"{_share(count.right[name], count.marked[name])} of {count.marked[name]}" for count in counts.values()
        ]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines


def compared(sentences: Sequence[Sentence], counts: Mapping[str, Counts]) -> dict[str, float]:
    """Every score of every system, and of ours less stock's the difference in points with its interval."""
    templates = [sentence.template for sentence in sentences]
    sums = {name: sum_by_group(np.array(count.rows), templates) for name, count in counts.items()}
    numbers: dict[str, float] = {}
    for name in ("stock", "stock_sure"):
        found = compare(sums[name], sums["ours"], values, REPLICATES, 0.95, np.random.default_rng(0))
        for metric, pair in found.items():
            numbers |= {f"{name}.{metric}": _rounded(pair.base.value), f"ours.{metric}": _rounded(pair.tuned.value)}
            numbers[f"{metric}_points_over_{name}"] = round(100 * (pair.difference.value or 0.0), 1)
            if pair.difference.interval:
                low, high = pair.difference.interval
                print(f"{metric:17s} over {name:11s} {100 * low:+.1f} to {100 * high:+.1f} points, p {pair.p:.4f}")
    return dict(sorted(numbers.items()))


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "-"


def _rounded(value: float | None) -> float:
    return round(value or 0.0, 4)


if __name__ == "__main__":
    main()
