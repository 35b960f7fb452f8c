"""The comparison as a comment on a pull request: what matters in a table, the rest folded."""

from __future__ import annotations

import re
from collections.abc import Sequence

from stages.compare import cells
from stages.compare.comparison import Comparison
from stages.compare.rows import Row

# GitHub refuses a comment of more than 65,536 characters; the JSON form holds every row.
MOST_ROWS = 100


def render(comparison: Comparison) -> str:
    """GitHub-flavoured Markdown: headlines and all that got better, worse or was refused, then the rest in details."""
    whole, sliced = comparison.whole(), comparison.sliced()
    moved = [row for row in whole if row.headline or row.verdict in ("better", "worse", "refused", "unknown")]
    parts = [
        f"**{cells.tally(whole)}** from {_safe(comparison.a)} to {_safe(comparison.b)}",
        _table(moved),
        "\n".join(f"- {_safe(reason)}" for reason in cells.reasons(whole)),
        _folded(f"All {len(whole)} metrics", _table(whole)),
        _folded(f"Slices: {cells.tally(sliced)}", _table(_weightiest(sliced))) if sliced else "",
        f"<sub>Headlines in bold. {cells.method(comparison)}</sub>",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _table(rows: Sequence[Row]) -> str:
    if not rows:
        return ""
    lines = ["| task | metric | A \u2192 B | difference | p | |", "|---|---|--:|--:|--:|---|"]
    for row in rows[:MOST_ROWS]:
        metric = f"**{_safe(row.metric)}**" if row.headline and not row.slice else _safe(row.metric)
        task = f"{_safe(row.task)}, {_safe(row.slice)}" if row.slice else _safe(row.task)
        verdict = f"**{cells.verdict(row)}**" if row.verdict == "worse" else cells.verdict(row)
        told = (cells.values(row), cells.difference(row), cells.probability(row).replace("<", "&lt;"), verdict)
        lines.append(f"| {' | '.join((task, metric, *told))} |")
    if len(rows) > MOST_ROWS:
        lines.append(f"\n{len(rows) - MOST_ROWS} more: `--format json` has all.")
    return "\n".join(lines)


def _folded(summary: str, body: str) -> str:
    return f"<details><summary>{summary}</summary>\n\n{body}\n\n</details>"


def _weightiest(rows: Sequence[Row]) -> list[Row]:
    """The surest differences first; in their order where nothing differs."""
    return sorted(rows, key=lambda row: 2.0 if row.corrected is None else row.corrected)


def _safe(text: str) -> str:
    """Text that Markdown and HTML take as it is."""
    return re.sub(r"[^\w\s=.,:;()/%+-]", lambda found: f"&#{ord(found.group())};", " ".join(text.split()))
