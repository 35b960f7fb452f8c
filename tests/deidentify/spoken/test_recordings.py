"""The whole step on recordings: what is heard and written afterwards, what is refused, what is made again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest

from stages import sound
from stages.deidentify.reasons import CHANGED, DRAFT, LEFT, NO_TIMES, NOT_LOCATED, NOTHING_LEFT, OUTSIDE
from stages.deidentify.residue import Residue
from stages.deidentify.step import Deidentified, Step
from stages.flow import Count, Rejected, run_values
from stages.keys import Key
from stages.params.deidentify import Deidentify
from stages.params.flow import Flow
from stages.records import Record, to_json
from stages.store import digest_of
from tests.deidentify.conftest import record
from tests.deidentify.spoken.conftest import Heard, energy

IDENTIFYING = ("Lindqvist", "Kwame", "Osei", "617-555-0123")
TARGET = Path("data/deidentify/audio")

Ready = Callable[..., Step]


@pytest.fixture
def ready(params: Callable[..., Deidentify], key: Key) -> Ready:
    def step(**speech: Any) -> Step:
        made = Step(params(speech=speech), ("library",), key, TARGET)
        made.setup()
        return made

    return step


def out(step: Step, *records: Record) -> list[Deidentified]:
    found = list(step.process(list(records)))
    assert not [one for one in found if isinstance(one, Rejected)]
    return [one for one in found if isinstance(one, Deidentified)]


def refused(step: Step, *records: Record) -> list[str]:
    found = list(step.process(list(records)))
    reasons = [one.reason for one in found if isinstance(one, Rejected)]
    counted = [one.name for one in found if isinstance(one, Count) and one.name.startswith("speech.dropped.")]
    assert counted == [f"speech.dropped.{reason}" for reason in reasons]
    return reasons


def test_nothing_of_an_identifier_is_heard_and_the_rest_is(
    ready: Ready, recorded: Callable[..., Record], visit: Heard
) -> None:
    (done,) = out(ready(), recorded(visit))
    after = sound.read(Path(done.record.audio or ""))
    assert len(after) == len(visit.samples)
    assert energy(after, visit.times_of(*IDENTIFYING)) == 0.0
    kept = visit.times_of("chest", "pain", "days", "morning", "comes", "back")
    assert len(kept) == 7
    for start, end in kept:
        inside = slice(round(start * sound.RATE), round(end * sound.RATE))
        assert np.abs(after[inside] - visit.samples[inside]).max() < 1e-4


def test_the_words_leave_the_transcript(ready: Ready, recorded: Callable[..., Record], visit: Heard) -> None:
    (done,) = out(ready(), recorded(visit))
    text = "\n".join(turn.text for turn in done.record.turns)
    assert not any(value in text for value in IDENTIFYING)
    assert "I have had chest pain for three days." in text
    assert "Good morning" in text
    assert done.record.surrogates == ()


def test_record_and_recording_agree(ready: Ready, recorded: Callable[..., Record], visit: Heard) -> None:
    before = recorded(visit, meta={"medical_terms": ["chest pain", "Osei sign"]})
    (done,) = out(ready(), before)
    assert done.record.audio == (TARGET / "v1.flac").as_posix()
    assert done.record.meta["audio_sha256"] == digest_of(Path(done.record.audio))
    assert done.record.meta["seconds"] == before.meta["seconds"]
    assert done.record.meta["medical_terms"] == ["chest pain"]
    assert done.cut is not None
    silenced = sum(stretch.end - stretch.start for stretch in done.cut.stretches)
    assert done.record.meta["redacted"] == pytest.approx(silenced, abs=0.01)
    assert [turn.start for turn in done.record.turns] == [turn.start for turn in visit.turns]


def test_no_gold_identifier_is_in_anything_that_is_written(
    ready: Ready, recorded: Callable[..., Record], visit: Heard, tmp_path: Path, key: Key
) -> None:
    step = Step(ready()._params, (), key, TARGET)
    counts = run_values(step, [[recorded(visit)]], tmp_path / "work", Flow(shards=1, workers=1), key, "mark")
    assert (counts["out"], counts["speech.in"]) == (1, 1)
    extracted = (tmp_path / "data/extract").rglob("*")
    written = [path for path in tmp_path.rglob("*") if path.is_file() and path not in set(extracted)]
    assert {path.suffix for path in written} == {".jsonl", ".flac"}
    everything = b"".join(path.read_bytes() for path in written)
    for value in (*IDENTIFYING, "train/p1", "ab" * 32):
        assert value.encode() not in everything


def test_a_bleep_is_heard_instead(ready: Ready, recorded: Callable[..., Record], visit: Heard) -> None:
    (done,) = out(ready(replacement="bleep"), recorded(visit))
    after = sound.read(Path(done.record.audio or ""))
    for start, end in visit.times_of(*IDENTIFYING):
        inside = after[round(start * sound.RATE) : round(end * sound.RATE)]
        tone = np.abs(np.fft.rfft(inside * np.hanning(len(inside)))) ** 2
        near = np.abs(np.fft.rfftfreq(len(inside), 1 / sound.RATE) - 1000) < 60
        assert tone[near].sum() / tone.sum() > 0.99


def test_a_note_tells_what_a_recording_holds(ready: Ready, recorded: Callable[..., Record], visit: Heard) -> None:
    spoken = recorded(visit)
    turns = (replace(visit.turns[0], text="Good morning, my name is doctor adwoa."), *visit.turns[1:])
    note = record("Seen by Dr. Adwoa Mensah, MD.", id="n1")
    done = {one.id: one for one in out(ready(), replace(spoken, turns=turns), note)}
    assert "adwoa" not in done["v1"].record.turns[0].text


def test_neither_order_nor_company_changes_a_recording(
    ready: Ready, recorded: Callable[..., Record], visit: Heard
) -> None:
    a, b = recorded(visit, "v1"), recorded(visit, "v2", meta={"row": 1})
    forth = {one.id: to_json(one) for one in out(ready(), a, b)}
    first = (TARGET / "v1.flac").read_bytes()
    back = {one.id: to_json(one) for one in out(ready(), b, a)}
    assert forth == back
    assert (TARGET / "v1.flac").read_bytes() == first


def test_it_comes_back_from_json(ready: Ready, recorded: Callable[..., Record], visit: Heard) -> None:
    (done,) = out(ready(), recorded(visit))
    assert Deidentified.from_json(to_json(done)) == done


def test_a_remembered_recording_is_made_again_byte_for_byte(
    ready: Ready, recorded: Callable[..., Record], visit: Heard
) -> None:
    step = ready()
    (done,) = out(step, recorded(visit))
    path = TARGET / "v1.flac"
    made = path.read_bytes()
    path.unlink()
    (TARGET / "stale.flac").write_bytes(b"of a record that is gone")
    assert done.cut is not None
    step.recordings.restore([done.cut], Flow(shards=1, workers=1))
    assert [found.name for found in TARGET.iterdir()] == ["v1.flac"]
    assert path.read_bytes() == made


def test_a_recording_that_comes_out_otherwise_is_told(
    ready: Ready, recorded: Callable[..., Record], visit: Heard
) -> None:
    step = ready()
    (done,) = out(step, recorded(visit))
    assert done.cut is not None
    (TARGET / "v1.flac").unlink()
    with pytest.raises(ValueError, match=r"v1\.flac: cut again"):
        step.recordings.restore([replace(done.cut, made="0" * 64)], Flow(shards=1, workers=1))


def test_a_recording_that_holds_nothing_keeps_its_bytes(
    ready: Ready, recorded: Callable[..., Record], visit: Heard
) -> None:
    quiet = replace(visit, turns=(replace(visit.turns[3], start=0.1, end=round(len(visit.samples) / 16_000, 3)),))
    before = recorded(quiet)
    (done,) = out(ready(), before)
    assert Path(done.record.audio or "").read_bytes() == Path(before.audio or "").read_bytes()
    assert done.record.meta["redacted"] == 0.0


def test_material_without_people_keeps_its_sound(ready: Ready, recorded: Callable[..., Record], visit: Heard) -> None:
    before = recorded(visit, source="library")
    (done,) = out(ready(), before)
    assert done.record.turns == before.turns
    assert done.record.audio == (TARGET / "v1.flac").as_posix()
    assert Path(done.record.audio).read_bytes() == Path(before.audio or "").read_bytes()


def test_a_draft_is_refused_until_it_is_reviewed(ready: Ready, recorded: Callable[..., Record], visit: Heard) -> None:
    draft = recorded(visit, meta={"draft": True})
    assert refused(ready(), draft) == [DRAFT]
    assert len(out(ready(drafts="accept"), draft)) == 1


def test_what_cannot_be_silenced_is_refused(ready: Ready, recorded: Callable[..., Record], visit: Heard) -> None:
    whole = recorded(visit)
    first = visit.turns[0]
    for turns, reason in (
        ((replace(first, start=None, end=None),), NO_TIMES),
        ((), NO_TIMES),
        ((replace(first, end=999.0),), OUTSIDE),
        ((replace(first, start=2.0, end=1.0),), OUTSIDE),
    ):
        assert refused(ready(), replace(whole, turns=turns)) == [reason]
    assert refused(ready(), replace(whole, turns=(), text="Kwame Osei was here.")) == [NO_TIMES]
    assert not TARGET.exists()


def test_a_recording_that_is_gone_or_another_is_refused(
    ready: Ready, recorded: Callable[..., Record], visit: Heard
) -> None:
    whole = recorded(visit)
    assert refused(ready(), replace(whole, audio="data/extract/audio/none.flac")) == [CHANGED]
    assert refused(ready(), replace(whole, meta={**whole.meta, "audio_sha256": "0" * 64})) == [CHANGED]


def test_an_identifier_that_is_not_said_where_it_should_be_drops_the_recording(
    ready: Ready, recorded: Callable[..., Record], visit: Heard
) -> None:
    elsewhere = (replace(visit.turns[2], text=visit.turns[1].text), visit.turns[3])
    whole = recorded(visit, turns=elsewhere)
    assert refused(ready(), whole) == [NOT_LOCATED]
    (done,) = out(ready(unlocated="turn"), whole)
    assert [turn.text for turn in done.record.turns] == ["I will."]


def test_a_recording_of_names_alone_is_refused(ready: Ready, recorded: Callable[..., Record], visit: Heard) -> None:
    assert refused(ready(), recorded(visit, turns=(replace(visit.turns[1], text="Kwame"),))) == [NOTHING_LEFT]


def test_what_is_left_in_the_words_is_refused(
    ready: Ready, recorded: Callable[..., Record], visit: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Residue, "stands_in", lambda self, text, replaced: "chest" in text)
    assert refused(ready(), recorded(visit)) == [LEFT]
    assert not TARGET.exists()


def test_a_name_over_two_segments_is_found(ready: Ready, recorded: Callable[..., Record], visit: Heard) -> None:
    turn = visit.turns[1]
    assert turn.start is not None
    assert turn.end is not None
    middle = visit.words[1][4][0]  # before Osei
    halves = (
        replace(turn, text="Hello, I am Dr. Yeboa", end=round(middle, 3)),
        replace(turn, text="Nkansah. I have had chest pain for three days.", start=round(middle, 3)),
    )
    (done,) = out(ready(unlocated="turn"), recorded(visit, turns=(*halves, visit.turns[3])))
    assert "Nkansah" not in " ".join(turn.text for turn in done.record.turns)


def test_quarantine_tells_no_words(
    ready: Ready, recorded: Callable[..., Record], visit: Heard, tmp_path: Path, key: Key
) -> None:
    step = Step(ready()._params, (), key, TARGET)
    draft = recorded(visit, meta={"draft": True})
    counts = run_values(step, [[draft]], tmp_path / "work", Flow(shards=1, workers=1), key, "mark")
    assert (counts["quarantined"], counts[f"quarantined.{DRAFT}"], counts["out"]) == (1, 1, 0)
    (line,) = (tmp_path / "work/quarantine/0000.jsonl").read_bytes().splitlines()
    assert orjson.loads(line) == {
        "id": "v1", "group": "g1", "source": "recordings", "reason": DRAFT, "detail": "", "file": "",
    }  # fmt: skip
