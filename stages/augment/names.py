"""Tables of synonyms: a CSV of ours, or the concepts of UMLS."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from pathlib import Path

from stages.augment.umls import Groups, is_umls, read_umls
from stages.guard import Names
from stages.params.augment import Umls

MOST_WORDS = 5


def read_table(path: str | Path, texts: Iterable[str], umls: Umls | None = None) -> Groups:
    """Groups of names that mean one thing, those of UMLS as far as they concern the texts.

    Raises `ValueError` naming file and line of what is not in the form of its kind.
    """
    if is_umls(path):
        return read_umls(path, umls or Umls(), phrases(texts))
    return read_csv(path)


def read_csv(path: str | Path) -> Groups:
    """Groups of a table of term and synonym, the term first."""
    groups: dict[str, list[str]] = {}
    with Path(path).open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        if missing := {"term", "synonym"} - set(rows.fieldnames or ()):
            raise ValueError(f"{path}: column {sorted(missing)[0]!r} is missing; expected term, synonym")
        for row in rows:
            term, synonym = (row["term"] or "").strip(), (row["synonym"] or "").strip()
            if not term or not synonym:
                raise ValueError(f"{path}:{rows.line_num}: a term and its synonym are needed on every row")
            groups.setdefault(term, [term]).append(synonym)
    return tuple(tuple(dict.fromkeys(group)) for group in groups.values())


def read_terms(path: str | Path) -> list[str]:
    """Terms, one a line; empty lines and lines that start with # are skipped."""
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def names_of(groups: Groups, terms: Iterable[str]) -> Names:
    """What the guard takes for one thing: each group, and each term that is in none."""
    grouped = {name.lower() for group in groups for name in group}
    return Names.of([*groups, *([term] for term in terms if term.lower() not in grouped)])


def phrases(texts: Iterable[str]) -> set[str]:
    """Every run of up to 5 words of the texts, in lower case."""
    found: set[str] = set()
    for text in texts:
        words = re.findall(r"[^\W_'-]+(?:['-][^\W_'-]+)*", text.lower())
        for start in range(len(words)):
            for end in range(start + 1, min(start + MOST_WORDS, len(words)) + 1):
                found.add(" ".join(words[start:end]))
    return found
