"""Files of segments by their endings."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from stages.segments import FORMATS, TimesError, read


def test_every_format_has_a_parser() -> None:
    assert all(callable(import_module(f"stages.segments.{name}").parse) for name in FORMATS.values())


def test_segments_come_in_the_order_in_which_they_start(tmp_path: Path) -> None:
    file = tmp_path / "v.srt"
    file.write_text("00:00:05,000 --> 00:00:06,000\nb\n\n00:00:01,000 --> 00:00:02,000\na\n")
    assert [segment.text for segment in read(file)["v"]] == ["a", "b"]


def test_faults_name_the_file(tmp_path: Path) -> None:
    file = tmp_path / "v.srt"
    file.write_text("words\n")
    with pytest.raises(ValueError, match=r"v\.srt: line 1: expected times"):
        read(file)
    file.write_text("00:00:05,000 --> 00:00:01,000\nb\n")
    with pytest.raises(TimesError, match=r"v\.srt: line 1: expected 0 <= start"):
        read(file)
    file.write_bytes(b"\xe9\xff")
    with pytest.raises(ValueError, match=r"v\.srt: not UTF-8"):
        read(file)
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "gone.srt")
    with pytest.raises(ValueError, match=r"v\.doc: no format of segments; expected a file that ends in .*\.srt"):
        read(tmp_path / "v.doc")
