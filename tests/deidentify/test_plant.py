"""Canaries in records: who gets one, where it stands, what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stages import metrics, shards
from stages.canaries import Canary
from stages.deidentify import stage
from stages.deidentify.content import Content
from stages.deidentify.plant import Planter
from stages.deidentify.step import SURVIVED, Deidentified, Step
from stages.flow import Count, Rejected
from stages.keys import Key
from stages.params.deidentify import Deidentify
from stages.records import Record, Span, to_json
from tests.deidentify.conftest import dialogue, record
from tests.deidentify.test_stage import clinic  # noqa: F401

KEY = Key(b"a secret of the tests, 32 bytes and more")
EVERYONE = Planter(1.0, 7, KEY)
texts = st.text("ab .\n", min_size=1)


def row(**fields: str) -> Record:
    return record(text=None, kind="row", fields=fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "read",
    [
        record("Seen for cough.\n"),
        dialogue(("doctor", "What is it?"), ("patient", "I cough.")),
        row(diagnosis="Croup", hpi="A cough for a day.", plan="Rest."),
    ],
)
def test_the_sentence_stands_where_it_says(read: Record) -> None:
    planted = EVERYONE.plant(read)
    assert planted.canary is not None
    text = Content.of(planted.record).text
    assert planted.canary.sentence in text[planted.start : planted.end]
    assert text[: planted.start] + text[planted.end :] == Content.of(read).text


@settings(deadline=None)
@given(st.lists(texts, min_size=1, max_size=4), st.data())
def test_spans_are_told_as_of_the_content_that_was_read(values: list[str], data: st.DataObject) -> None:
    read = row(**{f"f{n}": value for n, value in enumerate(values)})
    planted, before = EVERYONE.plant(read), Content.of(read).text
    start = data.draw(st.integers(0, len(before) - 1))
    end = data.draw(st.integers(start + 1, len(before)))
    grown = planted.end - planted.start
    moved = [place + grown * (place > planted.start or (place == planted.start and grown > 0 and place == start))
             for place in (start, end)]  # fmt: skip
    assert planted.as_read([Span(*moved, "DATE")]) == ((start, end, "DATE"),)
    inside = Span(planted.start, planted.end, "PHONE") if grown else None
    assert planted.as_read([inside] if inside else []) == ()


def test_only_patients_at_the_end_of_the_line_and_none_that_is_held_out() -> None:
    planter = Planter(0.3, 7, KEY)
    groups = [f"g{n}" for n in range(300)]
    chosen = {g for g in groups if planter.plant(record("Seen for cough.", group=g)).canary}
    assert chosen == {g for g in groups if KEY.place(7, g) >= 0.7}
    assert 60 < len(chosen) < 120
    for split in ("validation", "test"):
        assert not any(planter.plant(record("Seen for cough.", group=g, split=split)).canary for g in groups)
    assert Planter(0.0, 7, KEY).plant(record("Seen.", group="g1")).record == record("Seen.", group="g1")
    assert EVERYONE.plant(row(code="A1")).canary is None


def test_a_found_canary_flows_on_without_its_identifier(params: Callable[..., Deidentify]) -> None:
    read = [record("Seen for cough.", id=f"r{n}", group=f"g{n}") for n in range(40)]
    found = _out(Step(params(), (), KEY, Path("audio"), EVERYONE), read)
    done = {one.id: one for one in found if isinstance(one, Deidentified)}
    assert len(done) == 40
    for one in done.values():
        assert one.canary is not None
        assert one.canary.stem.split()[0] in (one.record.text or "")
        assert not one.canary.stands_in(one.record.text or "")
        assert one.found == ()
        assert Deidentified.from_json(to_json(one)) == one
    assert _counts(found) == {"planted": 40, "removed": 40}


def test_a_canary_that_survives_closes_its_record(params: Callable[..., Deidentify]) -> None:
    read = [record("Seen for cough.", id=f"r{n}", group=f"g{n}") for n in range(40)]
    # So sure is no detector but of what is written in one way alone.
    found = _out(Step(params(thresholds={"default": 0.99}), (), KEY, Path("audio"), EVERYONE), read)
    gone = [one for one in found if isinstance(one, Rejected)]
    assert gone
    assert {one.reason for one in gone} == {SURVIVED}
    assert _counts(found) == {"planted": 40, "removed": 40 - len(gone)}


def test_planting_changes_no_score_and_leaves_a_ledger(
    clinic: Callable[..., Any],  # noqa: F811
    tmp_path: Path,
) -> None:
    assert stage.run(clinic()) == 0
    plain = metrics.read("metrics/deidentify.json")
    assert (tmp_path / "data/deidentify/canaries.jsonl").read_bytes() == b""
    assert KEY.place(7, "p1") >= 0.4
    assert stage.run(clinic(planted=0.6)) == 0
    planted = metrics.read("metrics/deidentify.json")
    ledger = list(shards.read_shard(tmp_path / "data/deidentify/canaries.jsonl", Canary))
    assert sum(n for name, n in planted.items() if name.startswith("canaries.planted")) >= len(ledger) > 0
    scored = ("recall", "precision", "span_recall", "words", "clinical_damage")
    if not planted["quarantined"]:
        assert {k: planted.get(k) for k in scored} == {k: plain.get(k) for k in scored}


def _out(step: Step, read: list[Record]) -> list[Any]:
    step.setup()
    return [one for each in read for one in step.process([each])]


def _counts(found: list[Any]) -> dict[str, int]:
    counts = [one for one in found if isinstance(one, Count)]
    return {
        kind: sum(one.amount for one in counts if one.name.startswith(f"canaries.{kind}."))
        for kind in ("planted", "removed")
    }
