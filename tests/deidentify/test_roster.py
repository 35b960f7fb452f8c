from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from stages.deidentify.roster import read_roster
from stages.deidentify.step import Deidentified, Step
from stages.keys import Key
from stages.params.deidentify import Deidentify, Roster
from tests.deidentify.conftest import record

TABLE = "id,name,born,chart\n77,Wanjiru Oyelaran,03/14/1962,77 41 902\n78,Ito,,\n77,Zuzu,,\n"


def roster(path: Path, **columns: str) -> Roster:
    return Roster(path=str(path), group="id", columns=columns or {"name": "PATIENT", "born": "DATE", "chart": "MRN"})


def test_what_the_table_tells_is_found_in_the_patients_records_alone(
    tmp_path: Path, params: Callable[..., Deidentify], key: Key
) -> None:
    path = tmp_path / "known.csv"
    path.write_text(TABLE)
    step = Step(params(known=roster(path).model_dump()), (), key, Path("unused"))
    step.setup()
    text = "then wanjiru left with oyelaran-zuzu, O3/14/1962, chart 7741902."
    outputs = []
    for group in ("77", "78"):
        (done,) = [
            one for one in step.process([record(text, group=key.id("group", group))]) if isinstance(one, Deidentified)
        ]
        outputs.append(done.record.text or "")
    assert not re.search("(?i)wanjiru|oyelaran|zuzu|O3/14|7741902", outputs[0])
    assert "wanjiru left with oyelaran-zuzu" in outputs[1]


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("name,born,chart\n", "no column id"),
        ("id,name,born,chart\n77,Oyelaran\n", "known.csv:2: expected as many fields"),
        ('id,name,born,chart\n77,"Oyelaran"x,,\n', "not CSV"),
        ("", "no column born, chart, id, name"),
    ],
)
def test_a_broken_table_is_named_without_its_values(tmp_path: Path, key: Key, table: str, told: str) -> None:
    path = tmp_path / "known.csv"
    path.write_text(table)
    with pytest.raises(ValueError, match=re.escape(told)) as caught:
        read_roster(roster(path), key)
    assert "Oyelaran" not in str(caught.value)


def test_a_table_that_is_not_there_is_named(tmp_path: Path, key: Key) -> None:
    with pytest.raises(FileNotFoundError, match=r"deidentify\.known\.path"):
        read_roster(roster(tmp_path / "none.csv"), key)


def test_a_column_is_of_an_entity(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no such entity"):
        roster(tmp_path, name="SURNAME")
