"""docs/quarantine.md says of every reason what it means and what to do."""

from __future__ import annotations

import re
from pathlib import Path

from stages.deidentify import reasons

ROOT = Path(__file__).parents[2]


def test_every_reason_is_declared_with_its_meaning() -> None:
    constants = {value for name, value in vars(reasons).items() if name.isupper() and isinstance(value, str)}
    assert constants == set(reasons.MEANING)


def test_the_docs_are_in_step() -> None:
    section = (ROOT / "docs/quarantine.md").read_text().split("## deidentify", 1)[1].split("\n## ", 1)[0]
    rows = re.findall(r"^\| `(.+?)` \| (.+?) \| (.+?) \|$", section, re.MULTILINE)
    assert [(reason, meaning) for reason, meaning, _ in rows] == list(reasons.MEANING.items())
    assert all(len(remedy) > 10 for _, _, remedy in rows)


def test_every_reason_is_given_somewhere() -> None:
    folder = ROOT / "stages/deidentify"
    code = "".join(path.read_text() for path in folder.rglob("*.py") if path.name != "reasons.py")
    names = [name for name, value in vars(reasons).items() if name.isupper() and isinstance(value, str)]
    assert [name for name in names if not re.search(rf"\b{name}\b", code)] == []
