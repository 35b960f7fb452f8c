"""The lexicon of section names: what may stand over a section of a clinical note."""

from __future__ import annotations

from pathlib import Path


def read_headers(path: str | Path) -> dict[str, str]:
    """Read the lexicon of section names: lines of `Name: header, header, ...`; `#` begins a comment.

    Returns header in lower case -> name; a name is a header of its own. Raises `ValueError` naming file and line when a
    line has no colon or a header stands under two names.
    """
    found: dict[str, str] = {}
    for number, line in enumerate(Path(path).read_text(encoding="utf-8").splitlines(), start=1):
        content = line.split("#", 1)[0].strip()
        if not content:
            continue
        name, colon, listed = content.partition(":")
        if not colon:
            raise ValueError(f"{path}:{number}: expected `Name: header, header`, found no colon")
        for header in [name, *listed.split(",")]:
            said = plain(header)
            if said and found.setdefault(said, name.strip()) != name.strip():
                raise ValueError(f"{path}:{number}: {header.strip()!r} already stands under {found[said]}")
    return found


def plain(header: str) -> str:
    """A header as the lexicon knows it: in lower case, its words a space apart."""
    return " ".join(header.casefold().replace("_", " ").split())
