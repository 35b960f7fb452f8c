"""What share of the planted identifiers de-identification took out of the user's own notes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PLANTED, REMOVED = "canaries.planted.", "canaries.removed."
LEVEL = 0.95


def recall(counts: Mapping[str, Any]) -> dict[str, Any]:
    """Recall of canaries by the counts of metrics/deidentify.json, in all and by label; null where none was planted.

    The interval is that of Clopper and Pearson (1934) at 95 %: exact, and honest about few.
    """
    planted = {name.removeprefix(PLANTED): int(n) for name, n in counts.items() if name.startswith(PLANTED)}
    removed = {label: int(counts.get(f"{REMOVED}{label}", 0)) for label in planted}
    whole, gone = sum(planted.values()), sum(removed.values())
    low, high = _interval(gone, whole)
    return {
        "planted": whole,
        "removed": gone,
        "canary_recall": gone / whole if whole else None,
        "canary_recall_low": low,
        "canary_recall_high": high,
        "labels": {label: {"planted": planted[label], "removed": removed[label]} for label in sorted(planted)},
    }


def _interval(gone: int, whole: int) -> tuple[float | None, float | None]:
    if not whole:
        return None, None
    from scipy.stats import binomtest

    found = binomtest(gone, whole).proportion_ci(LEVEL, method="exact")
    return float(found.low), float(found.high)
