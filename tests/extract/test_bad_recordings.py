"""Bad recordings and bad annotations, each really bad: its reason is counted, and its good neighbour is read."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stages.params.extract import Extract
from tests.extract.conftest import extracted
from tests.extract.recorded import Wave, annotated, encoded, grid, needs_ffmpeg, row, voice, wav

LIMITS = Extract(most_hours=0.02)
HELLO = (0.2, 1.8, "Doctor", "Hello.")


def reasons(folder: Path, limits: Extract = LIMITS, **declared: Any) -> list[str]:
    """What was rejected beside the good neighbour, which must be read."""
    annotated(wav(folder / "good.wav"))
    records, rejected = extracted(folder, limits, reader="recordings", **declared)
    assert "good.wav" in [record.origin.file for record in records]
    assert all(found.file and "Hello" not in found.detail for found in rejected)
    kept = [record.origin.file for record in records if record.origin.file != "good.wav"]
    assert not kept, f"read in spite of all: {kept}"
    return [f"{found.reason} {found.detail}".strip() for found in rejected]


def cut(path: Path, share: float = 0.6) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])


def patched(path: Path, place: int, data: bytes) -> None:
    whole = bytearray(path.read_bytes())
    whole[place : place + len(data)] = data
    path.write_bytes(whole)


def _both_ways(seconds: float = 4.0) -> Wave:
    return np.stack([voice(seconds), -voice(seconds)], axis=1)


def _with_nan() -> Wave:
    samples = voice()
    samples[30_000] = np.nan
    return samples


def _flipped(path: Path) -> None:
    patched(path, path.stat().st_size // 2, os.urandom(64))


def _drm(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"mp4a", b"drms"))


SOUNDS: list[tuple[str, str, Callable[[Path], object]]] = [
    ("empty", "a.wav", lambda path: path.write_bytes(b"")),
    ("truncated the header tells of", "a.wav", lambda path: cut(wav(path))),
    ("truncated the header tells of", "a.wav", lambda path: cut(wav(path), 44.5 / 128_044)),
    ("truncated", "a.flac", lambda path: cut(wav(path))),
    ("truncated the header tells of", "a.aiff", lambda path: cut(wav(path))),
    ("truncated its last page is missing", "a.ogg", lambda path: cut(wav(path, subtype="VORBIS"))),
    ("damaged", "a.flac", lambda path: _flipped(wav(path))),
    ("damaged", "a.wav", lambda path: patched(wav(path), 22, struct.pack("<H", 0))),
    ("mislabelled named .wav, holds flac", "a.wav", lambda path: wav(path.with_suffix(".flac")).rename(path)),
    ("mislabelled named .wav, holds no sound", "a.wav", lambda path: path.write_text("No sound at all.\n" * 90)),
    ("mislabelled named .mp3, holds no sound", "a.mp3", lambda path: path.write_bytes(b"PK\x03\x04" + bytes(900))),
    ("unsupported_format .doc", "a.doc", lambda path: path.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(900))),
    ("unsupported_format ds2", "a.ds2", lambda path: path.write_bytes(b"\x03ds2" + bytes(900))),
    ("encrypted a dictation file", "a.ds2", lambda path: path.write_bytes(b"\x03enc" + bytes(900))),
    ("header_length the header tells of 0 bytes", "a.wav", lambda path: patched(wav(path), 40, struct.pack("<I", 0))),
    ("header_length the header tells of 64000", "a.wav", lambda path: patched(wav(path), 40, b"\x00\xfa\x00\x00")),
    ("silent", "a.wav", lambda path: wav(path, np.zeros(64_000, np.float32))),
    ("silent", "a.wav", lambda path: wav(path, voice(level=0.0005))),
    ("channels_cancel", "a.wav", lambda path: wav(path, _both_ways())),
    ("clipped", "a.wav", lambda path: wav(path, np.clip(voice(level=3.0), -1, 1))),
    ("clipped", "a.wav", lambda path: wav(path, voice(level=3.0), subtype="FLOAT")),
    ("too_long more than 0.02 h", "a.wav", lambda path: wav(path, voice(80.0))),
    ("too_short 0.20 s", "a.wav", lambda path: wav(path, voice(0.2))),
    ("low_sample_rate 6000 Hz", "a.wav", lambda path: wav(path, voice(rate=6000), 6000)),
    ("not_finite", "a.wav", lambda path: wav(path, _with_nan(), subtype="FLOAT")),
    ("leads_outside", "a.wav", lambda path: path.symlink_to("/etc/hostname")),
    ("vanished", "a.wav", lambda path: path.symlink_to("gone.wav")),
]  # fmt: skip
BY_FFMPEG: list[tuple[str, str, Callable[[Path], object]]] = [
    ("truncated", "a.m4a", lambda path: cut(encoded(path, "-c:a", "aac"))),
    ("truncated", "a.m4a", lambda path: cut(encoded(path, "-c:a", "aac", "-movflags", "+faststart"))),
    ("truncated 4.1 s are declared", "a.mp3", lambda path: cut(encoded(path))),
    ("damaged", "a.mp3", lambda path: _flipped(encoded(path))),
    ("truncated 4.0 s are declared, 0.4 s", "a.webm", lambda path: cut(encoded(path), 0.1)),
    ("damaged", "a.webm", lambda path: path.write_bytes(b"\x1a\x45\xdf\xa3" + bytes(9000))),
    ("encrypted its sound is locked", "a.m4a", lambda path: _drm(encoded(path, "-c:a", "aac"))),
    ("no_audio_track", "a.mp4", lambda path: encoded(path, "-f", "lavfi", "-i", "testsrc=d=2", "-map", "1:v")),
    ("unsupported_format a codec in wav", "a.wav", lambda path: patched(wav(path), 20, b"\x99\x77")),
    ("header_length 4.0 s are declared, 64.0 s are there", "a.wav", lambda path: patched(wav(path), 20, b"\x83\x00")),
]  # fmt: skip


@pytest.mark.parametrize(("expected", "name", "make"), SOUNDS, ids=[f"{r.split()[0]}-{n}" for r, n, _ in SOUNDS])
def test_bad_sound(tmp_path: Path, expected: str, name: str, make: Callable[[Path], object]) -> None:
    make(annotated(tmp_path / name))
    (found,) = reasons(tmp_path)
    assert found.startswith(expected)


@needs_ffmpeg
@pytest.mark.parametrize(("expected", "name", "make"), BY_FFMPEG, ids=[f"{r.split()[0]}-{n}" for r, n, _ in BY_FFMPEG])
def test_bad_sound_that_ffmpeg_reads(tmp_path: Path, expected: str, name: str, make: Callable[[Path], object]) -> None:
    make(annotated(tmp_path / name))
    (found,) = reasons(tmp_path)
    assert found.startswith(expected)


@needs_ffmpeg
def test_without_ffmpeg_its_formats_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    annotated(encoded(tmp_path / "a.m4a", "-c:a", "aac"))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert reasons(tmp_path) == ["no_decoder mp4 needs ffmpeg"]


def _manifest(*segments: Any, **keys: Any) -> Callable[[Path], object]:
    return lambda path: annotated(path, *segments, **keys)


def _text(ending: str, text: str) -> Callable[[Path], object]:
    return lambda path: path.with_suffix(ending).write_text(text)


def _disagreeing(path: Path) -> None:
    annotated(path, HELLO)
    path.with_suffix(".srt").write_text("00:00:00,200 --> 00:00:01,800\nGoodbye.\n")


ANNOTATIONS: list[tuple[str, Callable[[Path], object]]] = [
    ("no_annotation", lambda path: None),
    ("broken_annotation .jsonl: expected a JSON object", _text(".jsonl", "{broken")),
    ("broken_annotation .srt: line 1: expected times", _text(".srt", "Hello.\n")),
    ("broken_annotation .vtt: line 1: expected WEBVTT", _text(".vtt", "Hello.\n")),
    ("broken_annotation .TextGrid: line 1: expected a TextGrid", _text(".TextGrid", '"ooTextFile" "Sound"')),
    ("broken_annotation .srt: not UTF-8", lambda path: path.with_suffix(".srt").write_bytes(b"\xff\xe9")),
    ("broken_annotation segment 1 has no length", _manifest((1.0, 1.0, "Doctor", "Hello."))),
    ("broken_annotation .jsonl: several recordings", _text(".jsonl", row("x.wav", HELLO) + row("y.wav", HELLO))),
    ("broken_annotation several speakers and no segments",
     _text(".jsonl", row("a.wav", text="Hello.", speakers=["Doctor", "Patient"]))),
    ("end_before_start .jsonl: segments[0]: expected 0 <= start", _manifest((1.8, 0.2, "Doctor", "Hello."))),
    ("end_before_start .srt: line 1", _text(".srt", "00:00:03,000 --> 00:00:01,000\nHello.\n")),
    ("annotations_disagree text and segments", _manifest(HELLO, text="Hello you.")),
    ("annotations_disagree 2 annotations", _disagreeing),
    ("mis_sampled 8.0 s are annotated, 4.0 s are there", _manifest(HELLO, seconds=8.0)),
    ("mis_sampled 2.0 s are annotated",
     lambda path: grid(path.with_suffix(".TextGrid"), [(0.2, 1.0, "Hello.")], 2.0, "Doctor")),
    ("past_end segment 2 ends at 5.00 s of 4.00 s", _manifest(HELLO, (2.0, 5.0, "Patient", "Hello."))),
    ("overlaps_itself segment 3 begins 0.80 s too early",
     _manifest(HELLO, (0.5, 1.0, "Patient", "Yes."), (1.0, 1.9, "doctor", "Well."))),
    ("unknown_speaker segment 2", _manifest(HELLO, (2.0, 3.0, "Stranger", "Hello."))),
    ("empty_transcript", _manifest((0.2, 1.8, "Doctor", "..."))),
    ("empty_transcript", _manifest((0.2, 1.8, "Doctor", "<UNIN/>"))),
    ("empty_transcript", _text(".jsonl", row("a.wav"))),
    ("too_large", lambda path: path.with_suffix(".srt").write_text("Hello.\n" * 200_000)),
]  # fmt: skip


@pytest.mark.parametrize(("expected", "make"), ANNOTATIONS, ids=[expected.split(":")[0] for expected, _ in ANNOTATIONS])
def test_bad_annotation(tmp_path: Path, expected: str, make: Callable[[Path], object]) -> None:
    make(wav(tmp_path / "a.wav"))
    (found,) = reasons(tmp_path, Extract(most_megabytes=1.0))
    assert found.startswith(expected)


def test_a_transcript_of_another_recording(tmp_path: Path) -> None:
    """The words lie where nothing is heard."""
    samples = np.concatenate([voice(1.0), np.zeros(48_000, np.float32)])
    annotated(wav(tmp_path / "a.wav", samples), (1.2, 3.9, "Doctor", "Hello."))
    assert reasons(tmp_path) == ["not_heard"]


def test_an_annotation_without_its_recording(tmp_path: Path) -> None:
    (tmp_path / "gone.srt").write_text("00:00:00,200 --> 00:00:01,800\nHello.\n")
    assert reasons(tmp_path) == ["no_recording"]
    # The pattern may say that such files are no concern of the source.
    assert reasons(tmp_path, pattern="*.wav") == []


def test_rows_of_a_manifest(tmp_path: Path) -> None:
    rows = [row("good.wav", HELLO), row("gone.wav", HELLO), "{broken\n", row("../a.wav", HELLO), '{"text": "Hello."}\n']
    (tmp_path / "all.jsonl").write_text("".join(rows))
    wav(tmp_path / "untold.wav")
    annotated(wav(tmp_path / "good.wav"), HELLO)
    records, rejected = extracted(tmp_path, LIMITS, reader="recordings", segments="all.jsonl", pattern="*.wav")
    assert [record.origin.file for record in records] == ["good.wav"]
    assert sorted((found.file, found.reason, found.detail) for found in rejected) == [
        ("all.jsonl", "broken_annotation", "line 3: expected a JSON object"),
        ("all.jsonl", "broken_annotation", "line 5: audio: expected the path of a recording"),
        ("all.jsonl", "leads_outside", "line 4"),
        ("all.jsonl", "no_recording", "line 2"),
        ("untold.wav", "no_annotation", ""),
    ]


def test_two_rows_of_one_recording_must_agree(tmp_path: Path) -> None:
    wav(tmp_path / "a.wav")
    (tmp_path / "all.jsonl").write_text(row("a.wav", HELLO) + row("a.wav", (0.2, 1.8, "Doctor", "Goodbye.")))
    assert reasons(tmp_path, segments="all.jsonl") == ["annotations_disagree 2 annotations"]


def test_a_manifest_that_is_not_there_says_which_key(tmp_path: Path) -> None:
    wav(tmp_path / "a.wav")
    with pytest.raises(ValueError, match=r"sources\.s\.segments: nothing at .*all\.jsonl"):
        reasons(tmp_path, segments="all.jsonl")


def test_a_recording_that_changes_while_it_is_read(tmp_path: Path) -> None:
    from stages.extract import files
    from stages.extract.recordings import Recordings
    from stages.extract.recordings.store import Store
    from stages.extract.step import Read
    from stages.flow import Rejected
    from stages.params.source import Source
    from tests.extract.conftest import IDENTITY

    annotated(wav(tmp_path / "a.wav"))
    ((item,), _) = files.items("s", Source(reader="recordings", path=str(tmp_path)), LIMITS, IDENTITY)
    wav(tmp_path / "a.wav", voice(pitch=300.0))
    store = Store(tmp_path / "converted")
    (found,) = Read(LIMITS, IDENTITY, Recordings(store)).process([item])
    assert isinstance(found, Rejected)
    assert found.reason == "changed_while_reading"
    assert list(store.folder.iterdir()) == []
    wav(tmp_path / "a.wav")
    annotated(tmp_path / "a.wav", HELLO)
    (found,) = Read(LIMITS, IDENTITY, Recordings(store)).process([item])
    assert isinstance(found, Rejected)
    assert found.reason == "changed_while_reading"
