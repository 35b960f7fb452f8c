from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stages.extract import reasons, table
from stages.params.source import Source
from tests.extract import made
from tests.extract.conftest import IDENTITY, LIMITS, Outcome, extracted, public

Read = Callable[..., Outcome]
MTS = {
    "Doctor": "doctor", "Doctor_2": "doctor", "Docotr_2": "doctor", "Patient": "patient", "Guest_family": "family",
    "Guest_family_1": "family", "Guest_family_2": "family", "Guest_family2": "family", "Gest_family": "family",
    "Guest_clinician": "other", "Guest_clinican": "other",
}  # fmt: skip


def _reasons(outcome: Outcome) -> list[str]:
    return [found.reason for found in outcome[1]]


def test_rows_of_every_format_are_the_same_records(read_one: Read) -> None:
    columns = {"patient": ["007", "8"], "note": ["Stable, no change.", 'Says "fine".']}
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    made_as = {
        "a.jsonl": b"\n".join(map(orjson.dumps, rows)),
        "a.csv": _delimited(rows, ","),
        "a.tsv": _delimited(rows, "\t"),
        "a.parquet": made.parquet(columns),
    }
    for name, data in made_as.items():
        records, rejected = read_one(name, data, reader="table", columns={"group": "patient", "HPI": "note"})
        assert not rejected
        assert [(record.kind, record.group, record.fields, record.meta["row"]) for record in records] == [
            ("row", IDENTITY.group("007"), {"HPI": "Stable, no change."}, 0),
            ("row", IDENTITY.group("8"), {"HPI": 'Says "fine".'}, 1),
        ]
        assert {record.origin.reader for record in records} == {f"table.{name.rpartition('.')[2]}"}
        assert [record.id for record in records] == [IDENTITY.record("s", name, str(row)) for row in (0, 1)]


def _delimited(rows: list[dict[str, str]], delimiter: str) -> bytes:
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode()


cells = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co"), exclude_characters="\u2028\u2029"), max_size=30
)


@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=10), st.sampled_from([",", "\t"]))
def test_what_csv_writes_is_read_back(rows: list[tuple[str, str]], delimiter: str) -> None:
    data = _delimited([{"a": a, "b": b} for a, b in rows], delimiter).decode()
    found = list(table._delimited(data, delimiter, Source(reader="table", path="x")))
    assert [row.values for row in found] == [{"a": a, "b": b} for a, b in rows]
    assert not any(row.fault for row in found)


@settings(max_examples=200)
@given(st.text(st.sampled_from('ab,"\n\r\t '), max_size=60))
def test_any_table_ends_in_rows_and_reasons(body: str) -> None:
    found = list(table._delimited("x,y\n" + body, ",", Source(reader="table", path="x")))
    assert all(set(row.values) == {"x", "y"} or row.fault for row in found)


@given(
    st.lists(st.dictionaries(st.sampled_from("abc"), cells, min_size=1), min_size=1, max_size=8), st.binary(max_size=12)
)
def test_good_lines_of_json_survive_any_bad_one(rows: list[dict[str, str]], bad: bytes) -> None:
    lines = [orjson.dumps(row) for row in rows]
    data = b"\n".join([lines[0], bad.replace(b"\n", b""), *lines[1:]])
    found = [row.values for row in table._jsonl(data, Source(reader="table", path="x"), LIMITS) if not row.fault]
    assert [row for row in found if row in rows][: len(rows)] == rows


def test_a_bad_line_of_json_is_quarantined_alone(read_one: Read) -> None:
    lines = [b'{"a": "one"}', b'{"a": "two"', b'["three"]', b'{"a": "\xff"}', b"", b'{"a": {"b": 1}}', b'{"a": ""}',
             b'{"a": "one"}', b'{"a": NaN}', b'{"b": "no a"}', b'{"a": "last"}']  # fmt: skip
    records, rejected = read_one("a.jsonl", b"\n".join(lines), reader="table", columns={"A": "a"})
    assert [record.fields["A"] for record in records] == ["one", "last"]
    assert [record.meta["row"] for record in records] == [0, 10]
    assert [found.reason for found in rejected] == [
        reasons.BROKEN_JSON, reasons.NOT_AN_OBJECT, reasons.ENCODING, reasons.VALUE_TYPE, reasons.EMPTY_ROW,
        reasons.DUPLICATE_ROW, reasons.BROKEN_JSON, reasons.MISSING_COLUMN,
    ]  # fmt: skip
    assert len({found.id for found in rejected}) == len(rejected)


def test_a_row_of_too_many_or_too_few_fields_is_quarantined_alone(read_one: Read) -> None:
    outcome = read_one("a.csv", b"a,b\n1,2\n3\n4,5,6\n\n7,8\n", reader="table")
    assert [record.fields for record in outcome[0]] == [{"a": "1", "b": "2"}, {"a": "7", "b": "8"}]
    assert _reasons(outcome) == [reasons.FIELD_COUNT] * 2


def test_a_quotation_mark_that_is_never_closed_costs_its_own_row(read_one: Read) -> None:
    outcome = read_one("a.csv", b'a,b\n1,2\n3,"four\n5,6\n7,"8"\n', reader="table")
    assert [record.fields["a"] for record in outcome[0]] == ["1", "5", "7"]
    assert _reasons(outcome) == [reasons.BROKEN_QUOTING]


def test_after_broken_quoting_a_table_with_fields_of_many_lines_is_not_guessed_at(read_one: Read) -> None:
    data = b'a,b\n1,"two\nlines"\n3,"open\nPatient, I\nam\n'
    outcome = read_one("a.csv", data, reader="table")
    assert [record.fields["a"] for record in outcome[0]] == ["1"]
    assert _reasons(outcome) == [reasons.BROKEN_QUOTING]


WHOLE: dict[str, tuple[str, bytes, dict[str, Any], str]] = {
    "no bytes": ("a.csv", b"", {}, reasons.EMPTY),
    "missing column": ("a.csv", b"a,b\n1,2\n", {"columns": {"A": "c"}}, reasons.MISSING_COLUMN),
    "missing column of Parquet": (
        "a.parquet", made.parquet({"a": [1]}), {"columns": {"A": "c"}}, reasons.MISSING_COLUMN,
    ),
    "two columns of one name": ("a.csv", b"a,a\n1,2\n", {}, reasons.DUPLICATE_COLUMN),
    "broken header": ("a.csv", b'"a"b,c\n1,2\n', {}, reasons.BROKEN_QUOTING),
    "Parquet named CSV": ("a.csv", made.parquet({"a": [1]}), {}, reasons.MISLABELLED),
    "CSV named Parquet": ("a.parquet", b"a,b\n1,2\n", {}, reasons.MISLABELLED),
    "truncated Parquet": ("a.parquet", made.parquet({"a": [1]})[:-9], {}, reasons.TRUNCATED),
    "damaged Parquet": ("a.parquet", b"PAR1" + b"\xff" * 60 + b"PAR1", {}, reasons.DAMAGED),
    "binary": ("a.csv", bytes(range(256)) * 9, {}, reasons.BINARY),
    "spreadsheet": ("a.xlsx", b"PK\x03\x04", {}, reasons.UNSUPPORTED),
}  # fmt: skip


@pytest.mark.parametrize("kind", WHOLE)
def test_a_table_that_cannot_be_trusted_is_quarantined_whole(read_one: Read, kind: str) -> None:
    name, data, declared, reason = WHOLE[kind]
    records, rejected = read_one(name, data, reader="table", **declared)
    assert not records
    assert [(found.reason, found.file) for found in rejected] == [(reason, name)]


def test_a_patient_who_is_not_named_is_quarantined(read_one: Read) -> None:
    data = b"patient,note\n1,good\n,nobody's\n"
    outcome = read_one("a.csv", data, reader="table", columns={"group": "patient", "note": "note"})
    assert len(outcome[0]) == 1
    assert _reasons(outcome) == [reasons.NO_GROUP]


def test_without_columns_every_one_is_taken_and_special_names_mean_what_they_say(read_one: Read) -> None:
    data = b'{"split": "test", "group": 7, "term": "edema", "tags": ["a", "b"], "n": 2.0, "ok": true, "none": null}'
    ((record,), rejected) = read_one("a.jsonl", data, reader="table")
    assert not rejected
    assert (record.split, record.group) == ("test", IDENTITY.group("7"))
    assert record.fields == {"term": "edema", "tags": "a\nb", "n": "2", "ok": "true"}


def test_an_unknown_split_is_quarantined(read_one: Read) -> None:
    assert _reasons(read_one("a.csv", b"split,a\ndev,1\n", reader="table")) == [reasons.UNKNOWN_SPLIT]


def test_a_text_column_gives_documents_and_a_dialogue_column_dialogues(read_one: Read) -> None:
    ((record,), _) = read_one("a.csv", b"words\nNo fever.\n", reader="table", columns={"text": "words"})
    assert (record.kind, record.text, record.fields) == ("document", "No fever.", {})
    columns = {"group": "p", "dialogue": "d", "HPI": "h"}
    data = b'p,d,h\n1,"Doctor: Hello.\nPatient: Hi.",Well.\n2,"Mother: Hello.",Ill.\n3,no label,Ill.\n'
    records, rejected = read_one("b.csv", data, reader="table", columns=columns)
    assert [record.kind for record in records] == ["dialogue", "row"]
    assert [turn.speaker for turn in records[0].turns] == ["doctor", "patient"]
    # The two tell of one visit, and each holds content of one form alone.
    assert records[0].encounter == records[1].encounter is not None
    assert records[0].group == records[1].group == IDENTITY.group("1")
    assert not records[0].fields
    assert not records[1].turns
    assert [found.reason for found in rejected] == [reasons.UNKNOWN_SPEAKER, reasons.NO_SPEAKER]


@pytest.mark.parametrize("name", ["MTS-Dialog-TrainingSet.csv", "MTS-Dialog-ValidationSet.csv"])
def test_mts_dialog_is_read_whole(name: str) -> None:
    path = public(f"mts-dialog/Main-Dataset/{name}")
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    columns = {"group": "ID", "encounter": "ID", "dialogue": "dialogue", "Section": "section_text"}
    limits = LIMITS.model_copy(update={"most_megabytes": 10.0})
    records, rejected = extracted(path, limits, reader="table", columns=columns, speakers=MTS)
    assert not rejected
    dialogues = [record for record in records if record.kind == "dialogue"]
    assert len(dialogues) == len(rows)
    assert [" ".join(found.fields["Section"].split()) for found in records if found.kind == "row"] == [
        " ".join(row["section_text"].replace("\u00a0", " ").split()) for row in rows
    ]
