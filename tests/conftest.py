"""How tests are dealt to several processes (`pytest -n`): what shares costly fixtures stays together."""

from __future__ import annotations

from pathlib import Path

import pytest

COSTLY = ("pipeline", "report", "compare", "ablate", "deidentify", "export")
"""Folders whose fixtures of a session take long, the longest first: the other processes do the rest meanwhile."""
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Each costly folder is a group, and each other file; groups are begun in this order."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))
    items.sort(key=lambda item: COSTLY.index(_group(item)) if _group(item) in COSTLY else len(COSTLY))


def _group(item: pytest.Item) -> str:
    place = item.path.relative_to(HERE)
    return place.parts[0] if place.parts[0] in COSTLY else str(place)
