"""Whether two runs measured the same thing: the reasons why they did not."""

from __future__ import annotations

from typing import Any

from stages.compare.runs import SETTINGS, Run
from stages.evaluate.measures import measure

_SAID = {"test_set": "the test sets differ", "prompt": "the prompts differ", "generation": "the generation differs"}


def unlike(metric: str, a: Run, b: Run) -> list[str]:
    """Why values of a metric that both runs have must not be compared; none where they may be."""
    found = [f"{_SAID[key]} ({_difference(a.settings[key], b.settings[key])})" for key in SETTINGS
              if a.settings[key] != b.settings[key]]  # fmt: skip
    if a.signatures[metric] != b.signatures[metric]:
        found.append(f"the metric differs ({_difference(a.signatures[metric], b.signatures[metric])})")
    return found


def impossible(metric: str, a: Run, b: Run) -> str | None:
    """Why values cannot be compared by anyone; None where they can be, rightly or not."""
    try:
        columns = measure(metric).columns
    except ValueError as error:
        return str(error)
    for run in (a, b):
        if run.rows[metric].shape[1] != len(columns):
            return f"{run.name} has {run.rows[metric].shape[1]} statistics, this version of {metric} {len(columns)}"
    if not set(a.ids) & set(b.ids):
        return "no example is in both test sets"
    return None


def _difference(a: Any, b: Any) -> str:
    """Only what differs: parts of `key:value|...` signatures, keys of mappings, or the two values."""
    left, right = _parts(a), _parts(b)
    differing = [key for key in {**left, **right} if left.get(key) != right.get(key)]
    return ", ".join(f"{key} {left.get(key, 'none')} / {right.get(key, 'none')}".strip() for key in differing)


def _parts(value: Any) -> dict[str, str]:
    if isinstance(value, dict):
        return {str(key): _short(one) for key, one in sorted(value.items())}
    pieces = [part.partition(":") for part in str(value).split("|")]
    return {key if colon else "": rest if colon else _short(key) for key, colon, rest in pieces}


def _short(value: Any) -> str:
    """A hash by its first 8 digits, as Git shows it; all else whole."""
    text = str(value)
    return text[:8] if len(text) >= 32 and all(c in "0123456789abcdef" for c in text) else text
