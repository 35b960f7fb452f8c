"""Synonyms from the release files of UMLS: MRCONSO (names), MRSTY (semantic types) and MRREL (relations).

The columns are those of the UMLS Reference Manual (National Library of Medicine, NBK9685, tables 3.3.2, 3.3.4 and
3.3.7 to 3.3.9): fields end with a bar, rows with a line feed, text is UTF-8. Files may be gzipped. UMLS is licensed by
NLM to each user and no part of it is shipped. Every file is streamed: memory grows with the names that the texts use,
not with the release.
"""

from __future__ import annotations

import gzip
import io
import re
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path

from stages.params.augment import Umls

Groups = tuple[tuple[str, ...], ...]

_FIELDS = {"MRCONSO": 18, "MRSTY": 6, "MRREL": 16}
_CUI, _LANGUAGE, _SOURCE, _STRING, _SUPPRESSED = 0, 1, 11, 14, 16
_STY_CUI, _STY_TUI = 0, 1
_REL_FIRST, _REL_LABEL, _REL_SECOND, _REL_SUPPRESSED = 0, 3, 4, 14
# Names that are written in charts: no inversion ("Asthma, bronchial"), no qualifier in brackets, no NOS.
_PLAIN = re.compile(r"[^\W\d_][^\W_'-]*(?:['-][^\W_]+)*(?: [^\W_]+(?:['-][^\W_]+)*){0,4}")


def is_umls(path: str | Path) -> bool:
    """Whether a table is named as the release names its own."""
    return Path(path).name.upper().endswith((".RRF", ".RRF.GZ"))


def read_umls(path: str | Path, declared: Umls, wanted: Collection[str]) -> Groups:
    """Names that mean one thing, for every concept that one of the wanted names (lower case) stands for.

    Suppressed rows and names of another language or source are left out, and so is a concept without a declared
    semantic type. A name of two concepts is in no group: which of them a text means cannot be told. Whether it is one
    of two is asked of all languages, sources and types that are not suppressed. Groups are in the order of the release.

    Raises `ValueError` naming file and line of a row of another form or order, `FileNotFoundError` naming the release
    file that is declared by `types` or `relations` and does not lie beside MRCONSO.
    """
    conso = Path(path)
    named = _concepts(conso, declared, wanted)
    linked = _links(_beside(conso, "MRREL"), declared.relations, named) if declared.relations else {}
    missing = linked.keys() - named.keys()
    if missing:
        named |= _concepts_by_id(conso, declared, missing)
    if declared.types:
        typed = _of_types(_beside(conso, "MRSTY"), declared.types, named)
        named = {concept: names for concept, names in named.items() if concept in typed}
    one = {concept: linked.get(concept, concept) for concept in named}
    ambiguous = _ambiguous(conso, one, {name.lower() for names in named.values() for name in names})
    groups: dict[str, dict[str, str]] = {}
    for concept, names in sorted(named.items()):
        group = groups.setdefault(one[concept], {})
        for name in names:
            if name.lower() not in ambiguous:
                group.setdefault(name.lower(), name)
    return tuple(tuple(group.values()) for group in groups.values() if len(group) > 1)


def _concepts(path: Path, declared: Umls, wanted: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Concept -> its usable names, for those that a wanted name stands for; one concept in memory at a time."""
    told = {name.lower() for name in wanted}
    found = {}
    for concept, rows in groupby(_names(path, declared), key=lambda row: row[0]):
        names: dict[str, str] = {}
        for _, name in rows:
            names.setdefault(name.lower(), name)
        if not told.isdisjoint(names):
            found[concept] = tuple(names.values())
    return found


def _concepts_by_id(path: Path, declared: Umls, ids: Collection[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, str]] = {}
    for concept, name in _names(path, declared):
        if concept in ids:
            found.setdefault(concept, {}).setdefault(name.lower(), name)
    return {concept: tuple(names.values()) for concept, names in found.items()}


def _names(path: Path, declared: Umls) -> Iterator[tuple[str, str]]:
    """Concept and name of each useful row."""
    languages, sources = set(declared.languages), set(declared.sources)
    for row in _in_order(path):
        name = row[_STRING]
        if row[_LANGUAGE] not in languages or row[_SUPPRESSED] != "N" or (sources and row[_SOURCE] not in sources):
            continue
        if _PLAIN.fullmatch(name) and not name.upper().endswith(" NOS"):
            yield row[_CUI], name


def _ambiguous(path: Path, one: Mapping[str, str], names: Collection[str]) -> set[str]:
    """Those of the names (lower case) that stand for more than one thing; `one` tells what is the same thing."""
    things: dict[str, str] = {}
    ambiguous = set()
    for row in _in_order(path):
        name = row[_STRING].lower()
        if row[_SUPPRESSED] != "N" or name not in names:
            continue
        thing = one.get(row[_CUI], row[_CUI])
        if things.setdefault(name, thing) != thing:
            ambiguous.add(name)
    return ambiguous


def _links(path: Path, labels: Collection[str], concepts: Collection[str]) -> dict[str, str]:
    """Concept -> the first of those that relations of these labels join it with, over one step from the concepts."""
    root: dict[str, str] = {}

    def found(concept: str) -> str:
        while (above := root.setdefault(concept, concept)) != concept:
            concept = above
        return concept

    for row in _rows(path, "MRREL"):
        first, second = row[_REL_FIRST], row[_REL_SECOND]
        if row[_REL_LABEL] not in labels or row[_REL_SUPPRESSED] != "N" or first == second:
            continue
        if first in concepts or second in concepts:
            low, high = sorted((found(first), found(second)))
            root[high] = low
    return {concept: found(concept) for concept in root}


def _of_types(path: Path, types: Collection[str], concepts: Collection[str]) -> set[str]:
    rows = _rows(path, "MRSTY")
    return {row[_STY_CUI] for row in rows if row[_STY_TUI] in types and row[_STY_CUI] in concepts}


def _in_order(path: Path) -> Iterator[list[str]]:
    last = ""
    for number, row in enumerate(_rows(path, "MRCONSO"), start=1):
        if row[_CUI] < last:
            raise ValueError(f"{path}:{number}: concepts are not in order; sort the file by its first column")
        last = row[_CUI]
        yield row


def _rows(path: Path, kind: str) -> Iterator[list[str]]:
    """The fields of each row, without what follows the last bar."""
    expected = _FIELDS[kind]
    for number, line in enumerate(_lines(path), start=1):
        fields = line.rstrip("\r\n").split("|")
        if fields[-1] == "":
            fields.pop()
        if len(fields) != expected:
            raise ValueError(f"{path}:{number}: expected {expected} fields between bars, found {len(fields)}")
        yield fields


def _lines(path: Path) -> Iterable[str]:
    # Only a line feed ends a row: `newline="\n"` keeps other separators of Unicode and a carriage return within it.
    opened = gzip.open(path) if path.suffix.upper() == ".GZ" else path.open("rb")  # noqa: SIM115 - the wrapper closes it
    with io.TextIOWrapper(opened, encoding="utf-8", newline="\n") as lines:  # type: ignore[type-var]
        number = 0
        try:
            for line in lines:
                number += 1
                yield line
        except (UnicodeDecodeError, EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise ValueError(f"{path}: after line {number}: {type(error).__name__}; fetch the file again") from None


def _beside(conso: Path, kind: str) -> Path:
    """The release's other file, in the folder of MRCONSO, gzipped or not."""
    for name in (f"{kind}.RRF", f"{kind}.RRF.gz"):
        if (path := conso.parent / name).is_file():
            return path
    raise FileNotFoundError(f"{conso.parent}: no {kind}.RRF and no {kind}.RRF.gz beside {conso.name}; put it there")
