from __future__ import annotations

from pathlib import Path

import pytest

from stages import metrics


def test_numbers_are_sorted_rounded_and_read_back(tmp_path: Path) -> None:
    metrics.write(tmp_path / "m.json", {"b": 1 / 3, "a": {"z": None, "c": -0.0}})
    assert (tmp_path / "m.json").read_text() == '{\n  "a": {\n    "c": 0.0,\n    "z": null\n  },\n  "b": 0.333333\n}\n'
    assert metrics.read(tmp_path / "m.json") == {"a": {"c": 0.0, "z": None}, "b": 0.333333}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "text"])
def test_what_is_no_number_is_refused_by_its_key(tmp_path: Path, value: object) -> None:
    with pytest.raises(ValueError, match=r"metric 'a\.b'"):
        metrics.write(tmp_path / "m.json", {"a": {"b": value}})
    assert not (tmp_path / "m.json").exists()
