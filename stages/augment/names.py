"""Tables of synonyms: a CSV of ours, or the concepts of UMLS."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from stages.guard import Names

Groups = tuple[tuple[str, ...], ...]

MOST_WORDS = 5
_MRCONSO_FIELDS = 18
_CUI, _LANGUAGE, _STRING, _SUPPRESSED = 0, 1, 14, 16
# Names that are written in charts: no inversion ("Asthma, bronchial"), no qualifier in brackets, no NOS.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9'-]*(?: [A-Za-z0-9'-]+){0,4}")


def read_table(path: str | Path, texts: Iterable[str]) -> Groups:
    """Groups of names that mean one thing, those of UMLS as far as they concern the texts.

    Raises `ValueError` naming file and line of what is not in the form of its kind.
    """
    if Path(path).suffix.upper() == ".RRF":
        return tuple(_of_umls(Path(path), phrases(texts)))
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
        words = re.findall(r"[a-z0-9'-]+", text.lower())
        for start in range(len(words)):
            for end in range(start + 1, min(start + MOST_WORDS, len(words)) + 1):
                found.add(" ".join(words[start:end]))
    return found


def _of_umls(path: Path, wanted: set[str]) -> Iterator[tuple[str, ...]]:
    """English names, not suppressed, of the concepts that the texts name; streamed, one concept in memory."""
    for _, rows in groupby(_rows(path), key=lambda row: row[0]):
        names: dict[str, str] = {}
        for _, name in rows:
            names.setdefault(name.lower(), name)
        if len(names) > 1 and not wanted.isdisjoint(names):
            yield tuple(names.values())


def _rows(path: Path) -> Iterator[tuple[str, str]]:
    """Concept and name of each useful line of MRCONSO.RRF (UMLS Reference Manual, 3.3.4)."""
    last = ""
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            row = line.rstrip("\n").split("|")
            if len(row) < _MRCONSO_FIELDS:
                raise ValueError(f"{path}:{number}: expected {_MRCONSO_FIELDS} fields between bars, found {len(row)}")
            if row[_CUI] < last:
                raise ValueError(f"{path}:{number}: concepts are not in order; sort the file by its first column")
            last = row[_CUI]
            name = row[_STRING]
            if row[_LANGUAGE] == "ENG" and row[_SUPPRESSED] == "N" and _PLAIN.fullmatch(name) and " NOS" not in name:
                yield last, name
