"""Thresholds chosen on gold for a declared recall: `python -m stages.deidentify.thresholds [--recall 0.995]`.

Reads data/extract and the gold of every split but `test`, which stays unseen. For each entity it takes the highest
score at which the entity's gold spans are still found with that recall by the detectors alone, without the search for
known identifiers, which only adds to it. Prints a block for params.yaml; each line tells the recall and precision that
were reached, and on how many spans. Of each entity of which no threshold reaches the recall it says so, in the block
and on stderr, and exits with 1. Writes nothing.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from stages import shards
from stages.deidentify.labels import LABELS
from stages.records import Record, Span

READ = Path("data/extract/records")
DECIMALS = 2


@dataclass(frozen=True, slots=True)
class Choice:
    """A threshold, and what it gives: recall and precision of an entity's spans, null where there are none.

    Attributes:
        best_from: Where no threshold reaches the recall that was asked for, the highest that finds as much as 0 does;
            null where it is reached.
    """

    threshold: float
    recall: float | None
    precision: float | None
    spans: int
    best_from: float | None = None


def main() -> None:
    """Print the block; exit with 1 when the recall of an entity is not reached."""
    parser = argparse.ArgumentParser(
        prog="python -m stages.deidentify.thresholds",
        description="Choose each entity's threshold on the development side of the gold, for a declared recall.",
    )
    parser.add_argument("--recall", type=float, default=0.995, help="least of each entity (default: %(default)s)")
    parser.add_argument("--params", default="params.yaml", help="the declaration (default: params.yaml)")
    arguments = parser.parse_args()
    from stages.params import load_or_exit

    params = load_or_exit(arguments.params)
    if not 0 < arguments.recall <= 1:
        parser.error(f"--recall {arguments.recall}: a recall lies above 0 and is at most 1")
    if params.deidentify.gold is None:
        print("deidentify.gold: null; thresholds are chosen on gold spans: name their folder", file=sys.stderr)
        raise SystemExit(1)
    from stages.deidentify.finder import Finder

    try:
        found = list(_found(Finder(params.deidentify), Path(params.deidentify.gold)))
    except (ValueError, FileNotFoundError) as error:
        print(error, file=sys.stderr)
        raise SystemExit(1) from None
    declared = params.deidentify.thresholds
    choices = chosen(found, arguments.recall, declared)
    print(block(choices, declared.get("default", 0.0)))
    if missed := unreached(choices, arguments.recall):
        print(*missed, sep="\n", file=sys.stderr)
        raise SystemExit(1)


def chosen(
    found: Sequence[tuple[Sequence[Span], Sequence[Span]]], recall: float, declared: Mapping[str, float]
) -> dict[str, Choice]:
    """For each entity that the gold holds the highest threshold that reaches `recall`, or 0 where none does.

    Args:
        found: Of each text the gold spans, and the candidates of any score with their places in the same text.
        declared: Thresholds at which the candidates of all other entities count: a name found under another role is
            found.
    """
    return {
        label: _best(label, found, recall, declared)
        for label in LABELS
        if any(span.label == label for gold, _ in found for span in gold)
    }


def block(choices: Mapping[str, Choice], default: float) -> str:
    """The lines for params.yaml; `default` is for entities that the gold does not hold."""
    lines = ["deidentify:", "  thresholds:", f"    default: {default:g}"]
    for label, choice in choices.items():
        told = f"recall {_told(choice.recall)}, precision {_told(choice.precision)} of {choice.spans} spans"
        lines.append(
            f"    {label}: {choice.threshold:g}  # {told}{'' if choice.best_from is None else ', NOT REACHED'}"
        )
    return "\n".join(lines)


def unreached(choices: Mapping[str, Choice], recall: float) -> list[str]:
    """A line for each entity whose `recall` no threshold reaches: what there is at 0, and what can be done about it."""
    return [
        f"{label}: no threshold reaches recall {recall:g}; at 0 it is {_told(choice.recall)} of {choice.spans} spans, "
        f"and no less up to {choice.best_from:g}: model and patterns have no candidate for what is missed. The search "
        "for known identifiers may still find it (metrics/deidentify.json tells); else the model needs more such spans"
        for label, choice in choices.items()
        if choice.best_from is not None
    ]


def _best(
    label: str, found: Sequence[tuple[Sequence[Span], Sequence[Span]]], recall: float, declared: Mapping[str, float]
) -> Choice:
    scores = {round(s.score, DECIMALS) for _, candidates in found for s in candidates if s.label == label}
    lowest = _choice(label, 0.0, found, declared)
    most = lowest.recall or 0.0
    choices = (_choice(label, threshold, found, declared) for threshold in sorted({0.0, *scores}, reverse=True))
    best = next(choice for choice in choices if (choice.recall or 0.0) >= min(recall, most))
    return best if most >= recall else replace(lowest, best_from=best.threshold)


def _choice(
    label: str,
    threshold: float,
    found: Sequence[tuple[Sequence[Span], Sequence[Span]]],
    declared: Mapping[str, float],
) -> Choice:
    least = {**declared, label: threshold}
    spans = covered = said = right = 0
    for gold, candidates in found:
        kept = [s for s in candidates if round(s.score, DECIMALS) >= least.get(s.label, least.get("default", 0.0))]
        for span in gold:
            if span.label == label:
                spans += 1
                covered += _covers(kept, span)
        own = [span for span in kept if span.label == label]
        said += len(own)
        right += sum(any(s.start < other.end and other.start < s.end for other in gold) for s in own)
    return Choice(threshold, covered / spans if spans else None, right / said if said else None, spans)


def _covers(kept: Iterable[Span], span: Span) -> bool:
    """Whether the kept spans together cover the span from its first to its last character."""
    at = span.start
    for start, end in sorted((s.start, s.end) for s in kept if s.start < span.end and span.start < s.end):
        # Words of a name that two spans cover have white space between them.
        if start > at + 1:
            return False
        at = max(at, end)
    return at >= span.end


def _found(finder: object, gold_folder: Path) -> Iterator[tuple[list[Span], list[Span]]]:
    from stages.deidentify.align import located
    from stages.deidentify.content import Content
    from stages.deidentify.finder import Finder
    from stages.deidentify.judge import GOLD, read_gold

    assert isinstance(finder, Finder)
    gold = read_gold(gold_folder / GOLD)
    by_patient: dict[str, list[Record]] = defaultdict(list)
    for record in shards.read(READ, Record):
        if (known := gold.get(_key(record))) and known.split != "test":
            by_patient[record.group].append(record)
    if not by_patient:
        raise ValueError(f"{READ}: no record there has gold of a split other than test in {gold_folder / GOLD}")
    for group in sorted(by_patient):
        texts = [Content.of(record).text for record in by_patient[group]]
        for record, text, candidates in zip(by_patient[group], texts, finder.candidates(texts), strict=True):
            true = gold[_key(record)]
            yield [span for span in located(true.text, true.spans, text) if span], candidates


def _key(record: Record) -> tuple[str, str, int | None]:
    row = record.meta.get("row")
    return record.source, record.origin.file, row if isinstance(row, int) else None


def _told(share: float | None) -> str:
    return "-" if share is None else f"{share:.4f}"


if __name__ == "__main__":
    main()
