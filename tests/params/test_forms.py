"""Files that are no declaration at all: no YAML, no mapping, no text."""

from __future__ import annotations

from pathlib import Path

import pytest

from stages.params import ParamsError, load
from tests.params.test_faults import faults_of

FORMS = [
    ("", "the file is empty"),
    ("# nothing\n", "the file is empty"),
    ("- 1\n", "found [1]; expected a mapping of keys to values"),
    ("just words\n", 'found "just words"; expected a mapping of keys to values'),
    ("seed: [1,\n", "not YAML, column 1:"),
    ("flow:\n\tshards: 1\n", "not YAML, column 1: found character '\\t' that cannot start any token"),
    ("a: b: c\n", "not YAML, column 5: mapping values are not allowed here"),
    ("a: *nope\n", "not YAML, column 4: found undefined alias 'nope'"),
    ("seed: 1\n---\nseed: 2\n", "not YAML, column 1: but found another document"),
    ("seed: 1\nseed: 2\n", "seed: stands here twice, first on line 1; keep one"),
    ("1: x\n", 'found the key "1"; keys are text: put it in quotes'),
    ("? [a]\n: x\n", "found the key a list or mapping; keys are text"),
    ("seed: !!python/object:os.system x\n", "could not determine a constructor for the tag"),
    ("a: &a [*a]\n", "a[0]: an alias that holds itself"),
    ("seed: \x00\n", "not YAML: "),
]


@pytest.mark.parametrize(("text", "message"), FORMS)
def test_a_wrong_form_is_answered(tmp_path: Path, text: str, message: str) -> None:
    assert any(message in fault for fault in faults_of(tmp_path, text)), faults_of(tmp_path, text)


def test_a_file_that_is_not_there_or_no_text(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes(b"seed: \xff\n")
    for path, message in (
        (tmp_path / "none.yaml", "no such file"),
        (tmp_path, "a folder"),
        (tmp_path / "latin.yaml", "not UTF-8"),
    ):
        with pytest.raises(ParamsError, match=message):
            load(path)
