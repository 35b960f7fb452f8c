"""The whole step on a patient's records: what comes out, what is quarantined, what is never told."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from stages.deidentify import finder as finder_module
from stages.deidentify.calendars import offset_of
from stages.deidentify.content import Content
from stages.deidentify.dates import parse
from stages.deidentify.known import Known
from stages.deidentify.reasons import CHANGED, LEFT
from stages.deidentify.step import Deidentified, Step
from stages.flow import Rejected, run_values
from stages.keys import Key
from stages.params.deidentify import Deidentify
from stages.params.flow import Flow
from stages.records import Origin, Record, to_json
from tests.deidentify.conftest import dialogue, record

REPORT = """ELDERFORD GENERAL HOSPITAL
12 Birch Lane, Elderford, MA 02139   Tel (617) 555-0123   Fax: 617-555-0199

Patient: Osei, Kwame     DOB: 03/14/1958     MRN: 1234567
Visit date: March 14, 2023     Attending: Dr. Ines Lindqvist, MD

Mr. Osei has Parkinson's disease, BP 120/80, pain 3/10. Metformin 500 mg. A Foley catheter was placed on 3/12.
His wife Ama Osei (617-555-0144) was called. KWAME OSEI left on 2023-03-20.
Account no. 9988776655, SSN 912-33-4444, serial number SN-1234567.
Electronically signed by Ines Lindqvist, MD
"""
GOLD = [
    "Osei", "Kwame", "Lindqvist", "Ines", "Ama", "1234567", "9988776655", "912-33-4444", "SN-1234567", "02139",
    "617-555-0144", "(617) 555-0123", "617-555-0199", "03/14/1958", "March 14, 2023", "3/12", "2023-03-20",
    "Elderford", "Birch",
]  # fmt: skip


def out(step: Step, *records: Record) -> list[Deidentified]:
    found = list(step.process(list(records)))
    assert not [one for one in found if isinstance(one, Rejected)]
    return [one for one in found if isinstance(one, Deidentified)]


def test_nothing_of_the_patient_is_left_and_medicine_stays(step: Callable[..., Step]) -> None:
    (done,) = out(step(), record(REPORT))
    text = done.record.text or ""
    for value in GOLD:
        assert not re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text, re.IGNORECASE), value
    for kept in ("Parkinson's disease", "BP 120/80", "pain 3/10", "Metformin 500 mg", "Foley catheter", "Hospital"):
        assert kept in text or kept.upper() in text


def test_the_surrogates_stand_in_the_text_and_are_named(step: Callable[..., Step]) -> None:
    (done,) = out(step(), record(REPORT))
    assert done.record.surrogates
    assert all(invented in (done.record.text or "") for invented in done.record.surrogates)


def test_a_patient_is_one_person_over_all_records(step: Callable[..., Step]) -> None:
    talk = dialogue(("doctor", "Hello, Mr. Osei."), ("patient", "Kwame, please."), ("doctor", "See you, Kwame Osei."))
    note, said = out(step(), record(REPORT), talk)
    first, last = (said.record.turns[2].text.removeprefix("See you, ").rstrip(".")).split()
    assert said.record.turns[0].text == f"Hello, Mr. {last}."
    assert said.record.turns[1].text == f"{first}, please."
    assert f"Patient: {last}, {first}" in (note.record.text or "")


def test_what_one_record_tells_is_found_in_another(step: Callable[..., Step]) -> None:
    other = record("Lindqvist wrote to osei about chart 1234567.", id="r2")
    done = out(step(), record(REPORT), other)[1]
    assert not re.search("(?i)osei|lindqvist|1234567", done.record.text or "")


def test_all_dates_move_by_one_offset(step: Callable[..., Step], key: Key) -> None:
    (done,) = out(step(dates="shift", most_days=365), record("Seen 03/14/2023, then March 20, 2023 and 2023-04-01."))
    days = offset_of(key, "g1", 365)
    moved = re.findall(r"\d\d/\d\d/\d{4}|[A-Z][a-z]+ \d+, \d{4}|\d{4}-\d\d-\d\d", done.record.text or "")
    for text, day in zip(moved, (date(2023, 3, 14), date(2023, 3, 20), date(2023, 4, 1)), strict=True):
        written = parse(text, 2023)
        assert written is not None
        assert (written.day - day).days == days != 0


def test_a_doubtful_date_is_not_moved(step: Callable[..., Step]) -> None:
    (done,) = out(step(), record("Visit date: 13/45/2023"))
    assert done.record.text == "Visit date: [DATE]"


def test_the_birth_of_a_very_old_patient_tells_no_year(step: Callable[..., Step]) -> None:
    (done,) = out(step(), record("DOB: 03/14/1929. Seen March 14, 2023, a 94-year-old man."))
    assert "DOB: [DATE]" in (done.record.text or "")
    assert "a 90+-year-old man" in (done.record.text or "")


def test_offsets_are_secret_bounded_and_never_zero(key: Key) -> None:
    offsets = [offset_of(key, str(group), 30) for group in range(400)]
    assert 0 not in offsets
    assert {min(offsets), max(offsets)} == {-30, 30}
    assert offsets != [offset_of(Key(b"another secret of the tests, of 40 bytes"), str(g), 30) for g in range(400)]


def test_year_mode_keeps_years_alone(step: Callable[..., Step]) -> None:
    (done,) = out(step(dates="year"), record("Seen 03/14/2023 and on 3/20, in March and in 2019."))
    assert done.record.text == "Seen 2023 and on [DATE], in [DATE] and in 2019."


def test_tags_mode_names_the_kind_alone(step: Callable[..., Step]) -> None:
    (done,) = out(
        step(replacement="tags"), record("Patient: Kwame Osei\nMRN: 1234567\nHer husband Yaw Osei saw Dr. Adjei.")
    )
    assert done.record.text == "Patient: [PATIENT_NAME]\nMRN: [MRN]\nHer husband [RELATIVE_NAME] saw Dr. [STAFF_NAME]."


def test_fields_are_searched_with_their_names(step: Callable[..., Step]) -> None:
    row = record(kind="row", text=None, fields={"patient": "osei, kwame", "hpi": "Kwame has pain since 3/14/2023."})
    (done,) = out(step(), row)
    assert set(done.record.fields) == {"patient", "hpi"}
    assert not re.search("(?i)osei|kwame|3/14/2023", " ".join(done.record.fields.values()))
    assert "has pain since" in done.record.fields["hpi"]


def test_file_names_and_digests_are_replaced(step: Callable[..., Step]) -> None:
    named = record("No pain.", origin=Origin("osei_kwame/1.txt", "ab" * 32, "text"))
    (done,) = out(step(), named)
    assert "osei" not in done.record.origin.file
    assert done.record.origin.sha256 != "ab" * 32
    assert len(done.record.origin.sha256) == 64
    assert done.record.id == named.id


def test_material_without_people_passes_as_it_is(step: Callable[..., Step]) -> None:
    card = record("Parkinson disease was described in 1817.", source="library", id="c1", group="c1")
    (done,) = out(step(), card)
    assert done.record == card


def test_a_recording_that_is_not_there_is_refused(step: Callable[..., Step]) -> None:
    (found,) = [one for one in step().process([record("Hello.", audio="a.wav")]) if isinstance(one, Rejected)]
    assert found.reason == CHANGED


def test_what_is_left_after_replacement_is_quarantined(
    step: Callable[..., Step], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Known, "search", lambda self, text: [])
    monkeypatch.setattr(finder_module, "resolved", lambda text, spans: sorted(spans, key=lambda s: s.start)[:1])
    found = list(step().process([record("Patient: Kwame Osei\n\nKwame Osei was well.")]))
    assert [one.reason for one in found if isinstance(one, Rejected)] == [LEFT]
    assert not [one for one in found if isinstance(one, Deidentified)]


class Faulty(Step):
    """A step whose finder fails and quotes the patient."""

    def setup(self) -> None:
        class Finder:
            def find(self, texts: list[str], told: object) -> None:
                raise ValueError(f"cannot read {texts[0]}")

        self._finder = Finder()  # type: ignore[assignment]


def test_a_fault_quarantines_the_patient_and_tells_nothing(
    params: Callable[..., Deidentify], key: Key, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # away from the repository's memo
    step = Faulty(params(), (), key, tmp_path / "audio")
    records = [[record("Patient: Kwame Osei"), record("Osei again", id="r2")]]
    counts = run_values(step, records, tmp_path, Flow(shards=1, workers=1), key, "mark")
    assert (counts["out"], counts["quarantined"]) == (0, 2)
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*.jsonl"))
    assert b"ValueError" in written
    assert b"Osei" not in written


def test_no_network(step: Callable[..., Step], monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)
    (done,) = out(
        step(), record(f"{REPORT}\nmail kosei@hospital.local or https://portal.example.zz/kosei from 8.8.8.8")
    )
    assert "kosei" not in (done.record.text or "")


def test_the_same_records_give_the_same_bytes_in_any_order(step: Callable[..., Step]) -> None:
    a, b = record(REPORT), record("Dr. Lindqvist saw Ama Osei on 3/14/2023.", id="r2")
    forth = {done.id: to_json(done) for done in out(step(), a, b)}
    back = {done.id: to_json(done) for done in out(step(), b, a)}
    assert forth == back


def test_it_comes_back_from_json(step: Callable[..., Step]) -> None:
    (done,) = out(step(), record(REPORT))
    assert Deidentified.from_json(to_json(done)) == done


def test_workers_do_as_one_process_does(
    step: Callable[..., Step],
    key: Key,
    tmp_path: Path,
    params: Callable[..., Deidentify],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    records = [record(REPORT, id=f"r{n}", group=f"g{n}") for n in range(3)]
    ready = Step(params(), ("library",), key, tmp_path / "audio")
    counts = run_values(ready, [records[:2], records[2:]], tmp_path, Flow(shards=2, workers=2), key, "mark")
    assert counts["out"] == 3
    alone = [to_json(out(step(), one)[0]) for one in records]
    lines = [
        line
        for shard in ("0000", "0001")
        for line in (tmp_path / "records" / f"{shard}.jsonl").read_bytes().splitlines()
    ]
    assert sorted(lines) == sorted(alone)


def test_the_searched_text_is_put_back_part_by_part() -> None:
    talk = dialogue(("doctor", "Hello."), ("Aunt Ama", "Good day."))
    content = Content.of(talk)
    assert content.text == "Doctor: Hello.\nAunt Ama: Good day.\n"
    assert [content.text[start:end] for start, end in content.parts] == ["Doctor", "Hello.", "Aunt Ama", "Good day."]


def test_an_unknown_given_name_goes_with_the_known_family_name(step: Callable[..., Step]) -> None:
    told = record("Patient: Kwame Osei\nShares a home with Priscila X. Osei. Metformin Osei.")
    (done,) = out(step(), told)
    assert "Priscila" not in (done.record.text or "")
    assert "Metformin" in (done.record.text or "")


HEADERS = str(Path(__file__).parents[2] / "data/lexicon/sections.txt")


def coded(header: str) -> Record:
    fields = {"section_header": header, "section_text": "He saw Kwame."}
    return record(kind="row", text=None, fields=fields)


@pytest.mark.parametrize("header", ["GENHX", "FAM/SOCHX", "Fam/SocHx"])
def test_the_name_of_a_section_is_no_name_of_a_person(step: Callable[..., Step], header: str) -> None:
    (done,) = out(step(headers=HEADERS), coded(header))
    assert done.record.fields["section_header"] == header
    assert "Kwame" not in done.record.fields["section_text"]


def test_a_header_that_is_not_declared_is_searched(step: Callable[..., Step]) -> None:
    (done,) = out(step(headers=HEADERS), coded("Seen by Kwame"))
    assert "Kwame" not in done.record.fields["section_header"]


def test_safe_harbor_keeps_years_three_digits_of_a_zip_and_no_age_over_89(step: Callable[..., Step]) -> None:
    text = (
        "Patient: Kwame Osei, DOB 03/14/1929, a 94-year-old man\nMRN: 1234567\n"
        "Address: 12 Birch Lane, Elderford, MA 02139\nOld address: 7 Elm Road, Elderford, NH 03601\nSeen 03/14/2023.\n"
    )
    done = (out(step(dates="year"), record(text)))[0].record.text or ""
    assert "MA 02100" in done
    assert "NH 00000" in done
    assert "Seen 2023." in done
    assert "a 90+-year-old man" in done
    assert not re.search(r"1929|03/14|94|02139|03601|1234567|Kwame|Osei|Birch|Elderford", done)


def test_each_visit_has_an_offset_of_its_own(step: Callable[..., Step]) -> None:
    notes = [
        record("Seen 2023-03-14, back on 2023-03-28.", id="r1", encounter="e1"),
        record("Back on 2023-03-28.", id="r2", encounter="e1"),
        record("Seen 2023-03-28.", id="r3", encounter="e2"),
    ]
    first, same, other = (
        [date.fromisoformat(day) for day in re.findall(r"\d{4}-\d\d-\d\d", done.record.text or "")]
        for done in out(step(), *notes)
    )
    assert (first[1] - first[0]).days in {11, 12, 13, 15, 16, 17}  # two weeks, and never the true days
    assert same == first[1:]
    assert other != same
