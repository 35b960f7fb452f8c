"""Prints parents and children with what differs between them, word by word."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from itertools import islice
from pathlib import Path

from stages.augment.ledger import changed_side
from stages.records import Example
from stages.shards import read


def show(records: Path, parents: Path, task: str | None, most: int) -> int:
    """Print up to `most` children of a task, or of all; return how many were printed."""
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True)
    children = (child for child in read(records, Example) if task in (None, child.task))
    chosen = list(islice(children, most))
    wanted = {child.parent for child in chosen}
    by_id = {parent.id: parent for parent in read(parents, Example) if parent.id in wanted}
    for child in chosen:
        parent = by_id[child.parent or ""]
        console.print(Text(f"{child.id}  {child.task}  {child.operator}  of {parent.id}", "bold cyan"))
        console.print(Text.assemble(*word_diff(changed_side(parent), changed_side(child))))
        console.print(Text(f"-> {child.response}", "dim"))
        console.print()
    return len(chosen)


def word_diff(before: str, after: str) -> list[tuple[str, str]]:
    """Pieces of text with their style: what went is red and struck, what came is green, the rest plain."""
    old, new = (re.findall(r"\s+|\w+|[^\w\s]", text) for text in (before, after))
    pieces: list[tuple[str, str]] = []
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(("".join(old[i:j]), ""))
            continue
        pieces += [("".join(old[i:j]), "red strike"), ("".join(new[k:m]), "green")]
    return [(text, style) for text, style in pieces if text]
