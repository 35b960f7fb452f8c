"""Recordings of every format with annotations of every format: what becomes of them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from stages import sound
from stages.extract import files
from stages.extract.recordings import Recordings, conversion
from stages.extract.recordings.store import Store
from stages.extract.step import Read
from stages.flow import Rejected
from stages.params.extract import Extract
from stages.params.source import Source
from stages.records import Record, Turn
from tests.extract.conftest import IDENTITY, extracted
from tests.extract.recorded import annotated, encoded, grid, needs_ffmpeg, row, voice, wav

LIMITS = Extract()
SPEAKERS = {"Doctor": "doctor", "Patient": "patient"}
TURNS = (Turn("doctor", "Any pain today?", 0.2, 1.8), Turn("patient", "None at all.", 2.0, 3.8))


def read(folder: Path, pattern: str = "*", limits: Extract = LIMITS, **declared: Any) -> tuple[list[Record], list[str]]:
    """The records, and the reasons of what was rejected with the details."""
    records, rejected = extracted(folder, limits, reader="recordings", pattern=pattern, **declared)
    return records, [f"{found.reason} {found.detail}".strip() for found in rejected]


def converted(folder: Path, pattern: str = "*.*") -> list[tuple[Record, sound.Samples]]:
    """The records with their sound as it was converted."""
    source = Source(reader="recordings", path=folder.as_posix(), pattern=pattern)
    store = Store(folder / ".converted")
    step = Read(LIMITS, IDENTITY, Recordings(store))
    items, _ = files.items("s", source, LIMITS, IDENTITY)
    found = [value for item in items for value in step.process([item])]
    assert not [value for value in found if isinstance(value, Rejected)]
    return [(one, sound.read(store.path(one.id))) for one in found if isinstance(one, Record)]


def test_a_recording_becomes_a_record(tmp_path: Path) -> None:
    annotated(wav(tmp_path / "train/p1/v1.wav", np.stack([voice(rate=8000), voice(rate=8000)], axis=1), 8000))
    annotated(wav(tmp_path / "train/p1/v2.wav"), medical_terms=["pain"])
    (one, two), rejected = read(tmp_path, "{split}/{group}/{encounter}.wav")
    assert not rejected
    assert (one.kind, one.split, one.turns) == ("dialogue", "train", TURNS)
    assert one.group == two.group
    assert one.encounter != two.encounter
    assert one.audio is not None
    assert one.audio.endswith(f"/{one.id}.flac")
    assert (one.origin.file, one.origin.reader) == ("train/p1/v1.wav", "recordings.wav")
    assert one.meta == {"seconds": 4.0, "sample_rate": 8000, "channels": 2, "audio_sha256": one.meta["audio_sha256"]}
    assert two.meta["medical_terms"] == ["pain"]


@pytest.mark.parametrize(("name", "subtype", "rate"), [
    ("a.wav", "PCM_16", 16000), ("a.wav", "PCM_24", 48000), ("a.wav", "FLOAT", 44100), ("a.wav", "ULAW", 8000),
    ("a.wav", "MS_ADPCM", 22050), ("a.wav", "PCM_U8", 11025), ("a.flac", "PCM_16", 16000), ("a.flac", "PCM_24", 96000),
    ("a.ogg", "VORBIS", 16000), ("a.ogg", "OPUS", 48000), ("a.aiff", "PCM_16", 32000), ("a.caf", "PCM_16", 16000),
    ("a.w64", "PCM_16", 16000), ("a.au", "PCM_16", 16000), ("a.sph", "PCM_16", 16000),
])  # fmt: skip
def test_every_format_of_libsndfile(tmp_path: Path, name: str, subtype: str, rate: int) -> None:
    annotated(wav(tmp_path / name, voice(rate=rate), rate, subtype))
    _is_the_voice(tmp_path, "a.*", 0.06)


@needs_ffmpeg
@pytest.mark.parametrize(("name", "options"), [
    ("a.m4a", ["-c:a", "aac"]), ("a.m4a", ["-c:a", "alac"]), ("a.m4a", ["-c:a", "aac", "-movflags", "+faststart"]),
    ("a.mp3", []), ("a.mp3", ["-write_xing", "0"]), ("a.aac", ["-c:a", "aac"]), ("a.webm", []), ("a.wma", []),
    ("a.mka", ["-c:a", "aac"]), ("a.wav", ["-c:a", "g726", "-ar", "8000"]), ("a.wav", ["-rf64", "always"]),
])  # fmt: skip
def test_every_format_of_ffmpeg(tmp_path: Path, name: str, options: list[str]) -> None:
    annotated(encoded(tmp_path / name, *options))
    _is_the_voice(tmp_path, "a.*", 0.15)


def _is_the_voice(folder: Path, pattern: str, most: float) -> None:
    ((record, found),) = converted(folder, pattern)
    assert record.turns == TURNS
    expected = voice()
    assert abs(len(found) - len(expected)) <= 0.15 * sound.RATE
    # Codecs begin a little late or early: where the two fit best is where they are compared.
    fit = np.correlate(np.pad(found, 1600), expected[:48_000], "valid")
    shift = int(np.argmax(fit[:3200])) - 1600
    assert abs(shift) <= 1200
    one, other = found[max(shift, 0) :][:48_000], expected[max(-shift, 0) :][:48_000]
    assert float(np.sqrt(np.mean(np.square(one - other)))) < most * float(np.sqrt(np.mean(np.square(expected))))


def test_what_is_16_khz_already_is_taken_as_it_is(tmp_path: Path) -> None:
    annotated(wav(tmp_path / "a.wav"))
    ((_, found),) = converted(tmp_path, "a.wav")
    assert np.array_equal(found, soundfile.read(tmp_path / "a.wav", dtype="float32")[0])


def test_a_wav_that_was_written_to_a_pipe(tmp_path: Path) -> None:
    data = bytearray(wav(tmp_path / "a.wav").read_bytes())
    data[4:8] = data[40:44] = b"\xff\xff\xff\xff"
    annotated(tmp_path / "a.wav").write_bytes(data)
    assert [record.meta["seconds"] for record in read(tmp_path)[0]] == [4.0]


def test_blocks_do_not_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    annotated(wav(tmp_path / "a.wav", voice(31.7, 44_100), 44_100))
    ((record, found),) = converted(tmp_path, "a.wav")
    whole, rate = soundfile.read(tmp_path / "a.wav", dtype="float32")
    import soxr

    expected = soxr.resample(whole, rate, sound.RATE, conversion.QUALITY)
    assert record.meta["seconds"] == 31.7
    assert len(found) == len(expected)
    assert np.abs(found - expected).max() < 1e-4


@pytest.mark.parametrize("ending", [".jsonl", ".srt", ".vtt", ".TextGrid"])
def test_annotations_beside_a_recording(tmp_path: Path, ending: str) -> None:
    wav(tmp_path / "visit.1.wav")
    texts = {
        ".jsonl": row("visit.1.wav", (0.2, 1.8, "Doctor", "Any pain today?"), (2.0, 3.8, "Patient", "None at all.")),
        ".srt": "1\n00:00:00,200 --> 00:00:01,800\nDOCTOR: Any pain today?\n\n"
        "2\n00:00:02,000 --> 00:00:03,800\nPatient: None at all.\n",
        ".vtt": "WEBVTT\n\n00:00.200 --> 00:01.800\n<v Doctor>Any pain today?\n\n"
        "00:02.000 --> 00:03.800\n<v Patient>None at all.\n",
        ".TextGrid": '"ooTextFile" "TextGrid" 0 4 <exists> 2 "IntervalTier" "Doctor" 0 4 1 0.2 1.8 "Any pain today?" '
        '"IntervalTier" "Patient" 0 4 1 2.0 3.8 "None at all."',
    }
    (tmp_path / f"visit.1{ending}").write_text(texts[ending])
    (record,), rejected = read(tmp_path)
    assert (record.turns, rejected) == (TURNS, [])


def test_a_textgrid_a_speaker(tmp_path: Path) -> None:
    wav(tmp_path / "day1_visit01.wav")
    grid(tmp_path / "day1_visit01_doctor.TextGrid", [(0.0, 0.2, ""), (0.2, 1.8, "Any pain today?")], 4.0)
    grid(tmp_path / "day1_visit01_patient.TextGrid", [(2.0, 3.8, "None at all.")], 4.0)
    (record,), rejected = read(tmp_path)
    assert (record.turns, rejected) == (TURNS, [])


def test_a_recording_a_speaker(tmp_path: Path) -> None:
    for name in ("day1_visit01_doctor", "day1_visit01_patient"):
        wav(tmp_path / f"{name}.wav")
        grid(tmp_path / f"{name}.TextGrid", [(0.2, 1.8, "Any pain today?")], 4.0)
    records, rejected = read(tmp_path)
    assert sorted(record.turns[0].speaker for record in records) == ["doctor", "patient"]
    assert not rejected


def test_tags_go_and_what_nobody_understood_is_told(tmp_path: Path) -> None:
    wav(tmp_path / "a.wav")
    said = [(0.2, 1.0, "Once <UNSURE>every day</UNSURE>."), (1.2, 2.0, "It <UNIN/> then"), (3.0, 3.5, "[inaudible]")]
    grid(tmp_path / "a.TextGrid", said, 4.0, "Doctor")
    (record,), _ = read(tmp_path)
    assert [turn.text for turn in record.turns] == ["Once every day.", "It then"]
    assert record.meta["unheard"] == [[1.2, 2.0], [3.0, 3.5]]


def test_a_manifest_of_all(tmp_path: Path) -> None:
    for name in ("train/p1/a", "train/p2/b", "test/p3/c"):
        wav(tmp_path / f"{name}.flac")
    rows = [row(f"train/{name}.flac", (0.2, 1.8, "Doctor", name)) for name in ("p1/a", "p2/b")]
    (tmp_path / "segments.jsonl").write_text("".join(rows) + row("test/p3/c.flac", (0.2, 1.8, "Doctor", "c")))
    records, rejected = read(tmp_path, "train/{group}/{encounter}.flac", segments="segments.jsonl")
    assert [record.turns[0].text for record in records] == ["p1/a", "p2/b"]
    # Rows of files that the pattern passes over are no fault.
    assert not rejected
    source = Source(reader="recordings", path=tmp_path.as_posix(), pattern="train/*/*", segments="segments.jsonl")
    assert files.items("s", source, LIMITS, IDENTITY)[1] == 1


def test_a_manifest_in_a_folder_of_its_own(tmp_path: Path) -> None:
    wav(tmp_path / "audio/a.flac")
    (tmp_path / "told").mkdir()
    (tmp_path / "told/all.jsonl").write_text(row("../audio/a.flac", (0.2, 1.8, "Doctor", "Hello.")))
    (record,), rejected = read(tmp_path, "audio/*", segments="told/all.jsonl")
    assert (record.turns, rejected) == ((Turn("doctor", "Hello.", 0.2, 1.8),), [])


def test_one_changed_row_changes_one_item(tmp_path: Path) -> None:
    for name in "ab":
        wav(tmp_path / f"{name}.flac")
    source = Source(reader="recordings", path=tmp_path.as_posix(), segments="all.jsonl")

    def items(text: str) -> dict[str, Any]:
        told = row("a.flac", (0, 1, "Doctor", "Hello.")) + row("b.flac", (0, 1, "Doctor", text))
        (tmp_path / "all.jsonl").write_text(told)
        return {item.file: item for item in files.items("s", source, LIMITS, IDENTITY)[0]}

    before, after = items("Well."), items("Ill.")
    assert before["a.flac"] == after["a.flac"]
    assert before["b.flac"] != after["b.flac"]


def test_a_transcript_without_times_is_one_turn(tmp_path: Path) -> None:
    wav(tmp_path / "a.wav")
    (tmp_path / "a.jsonl").write_text(row("a.wav", text="Hello there.", speakers=["Doctor"]))
    assert read(tmp_path)[0][0].turns == (Turn("doctor", "Hello there.", 0.0, 4.0),)


def test_who_speaks_where_nobody_is_named(tmp_path: Path) -> None:
    wav(tmp_path / "a.wav")
    (tmp_path / "a.srt").write_text("1\n00:00:00,200 --> 00:00:01,800\nHello.\n")
    assert read(tmp_path)[1] == ["unknown_speaker segment 1 names none"]
    (record,), _ = read(tmp_path, speakers={"": "doctor"})
    assert record.turns == (Turn("doctor", "Hello.", 0.2, 1.8),)


def test_of_annotations_that_agree_the_one_that_tells_most_is_taken(tmp_path: Path) -> None:
    annotated(wav(tmp_path / "a.wav"))
    srt = "00:00:00,100 --> 00:00:01,800\nAny pain today?\n\n00:00:02,000 --> 00:00:03,900\nnone at all\n"
    (tmp_path / "a.srt").write_text(srt)
    (record,), rejected = read(tmp_path)
    assert (record.turns, rejected) == (TURNS, [])


def test_an_end_a_little_past_the_end_is_the_end(tmp_path: Path) -> None:
    annotated(wav(tmp_path / "a.wav"), (0.2, 4.2, "Doctor", "Hello."))
    assert read(tmp_path)[0][0].turns == (Turn("doctor", "Hello.", 0.2, 4.0),)


def test_a_file_on_its_own(tmp_path: Path) -> None:
    annotated(wav(tmp_path / "a.wav"))
    wav(tmp_path / "b.wav")
    (record,), rejected = read(tmp_path / "a.wav")
    assert (record.turns, rejected) == (TURNS, [])


def test_what_lies_beside_is_no_recording(tmp_path: Path) -> None:
    annotated(wav(tmp_path / "a.wav"))
    source = Source(reader="recordings", path=tmp_path.as_posix(), pattern="*.wav")
    (tmp_path / "readme.txt").write_text("About these files.")
    items, passed = files.items("s", source, LIMITS, IDENTITY)
    assert ([item.file for item in items], passed) == (["a.wav"], 1)
    assert list(items[0].beside) == [(tmp_path / "a.jsonl").as_posix()]


def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from stages.extract.standalone import show

    annotated(wav(tmp_path / "a.wav"))
    shutil.copy(wav(tmp_path / "b.wav"), tmp_path / "c.wav")
    assert show([tmp_path / "a.wav"], None, "absent.yaml", text=True) == 0
    assert capsys.readouterr().out == "doctor: Any pain today?\npatient: None at all.\n"
    assert show([tmp_path / "a.wav", tmp_path / "b.wav"], None, "absent.yaml", text=False) == 1
    told = capsys.readouterr()
    assert f'"audio":"{tmp_path / "a.wav"}"' in told.out
    assert told.err == f"{tmp_path / 'b.wav'}: no_annotation\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.jsonl", "a.wav", "b.wav", "c.wav"]
