"""Clips, the windows that are made of them, and where in these each token is."""

from __future__ import annotations

from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stages.base import clips, guide
from stages.base.clips import Clip, Piece, Recording
from stages.models.scratch_whisper import new_speech_processor
from stages.models.spoken import encode
from stages.segments import Segment, ctm
from tests.base.plain_speech import declared, write_corpus


def made(lengths: list[float]) -> Recording:
    """A recording of clips of these lengths, half a second apart."""
    at, found = 0.0, []
    for number, length in enumerate(lengths):
        start, end = at + 0.5, at + 0.5 + length
        found.append(Clip(start, end, f"clip {number}", ((start, start + 0.8 * length), (start + 0.8 * length, end))))
        at += 0.5 + length
    return Recording(Path("r.flac"), tuple(found))


@settings(deadline=None)
@given(st.lists(st.floats(0.1, 4), max_size=12), st.floats(1, 5), st.integers(0, 2))
def test_rows_hold_whole_consecutive_clips_and_no_more_than_fit(
    lengths: list[float], longest: float, first: int
) -> None:
    recording = made(lengths)
    found = clips.rows([recording], longest, first)
    heard = [clip for piece in found for clip in piece.clips]
    fitting = [clip for clip in recording.clips[first:] if clip.end - max(0, clip.start - 0.1) + 0.1 <= longest]
    assert heard == fitting
    for piece in found:
        assert piece.end - piece.start <= longest
        assert piece.start <= piece.clips[0].start
        assert piece.clips[-1].end <= piece.end
        places = [recording.clips.index(clip) for clip in piece.clips]
        assert places == list(range(places[0], places[0] + len(places)))


@pytest.mark.parametrize("name", ["singles", "rows"])
def test_batches_are_the_same_twice_and_passes_differ(name: str) -> None:
    recordings = [made([0.4, 0.9, 1.3, 0.7, 1.1, 0.5]), made([0.8, 0.6, 1.2])]
    one, two, other = (list(islice(clips.batches(recordings, 2.0, 2, seed, name), 12)) for seed in (1, 1, 2))
    assert one == two
    assert one != other
    assert all(len(batch) == 2 for batch in one)
    assert one[:4] != one[4:8]
    assert {len(piece.clips) for batch in one for piece in batch} == ({1} if name == "singles" else {1, 2})


def test_few_clips_are_heard_several_times_in_a_batch() -> None:
    (batch,) = islice(clips.batches([made([0.5])], 2.0, 3, 0, "singles"), 1)
    assert [piece.clips[0].text for piece in batch] == ["clip 0"] * 3


def test_a_corpus_in_which_nothing_fits_is_told() -> None:
    with pytest.raises(ValueError, match=r"no clip of the corpus fits into 2 s"):
        next(clips.batches([made([3.0])], 2.0, 2, 0, "rows"))


def test_recordings_are_those_of_the_manifest(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"segments.jsonl: no such manifest"):
        clips.read(tmp_path)
    write_corpus(tmp_path)
    found = clips.read(tmp_path)
    assert [one.path.name for one in found] == ["0.flac", "1.flac", "2.flac", "3.flac"]
    assert clips.seconds(found) == pytest.approx(4 * (5 * 0.3 + 4 * 0.6))
    (tmp_path / "2.flac").unlink()
    with pytest.raises(FileNotFoundError, match=r"2\.flac: .*segments.jsonl lists it, but it is not there"):
        clips.read(tmp_path)


def test_tokens_lie_in_their_clips_in_order() -> None:
    hearing = declared().hearing
    assert hearing is not None
    tokenizer = new_speech_processor(["clip 0", "clip 1"], hearing).tokenizer
    recording = made([1.0, 2.0])
    piece = clips.rows([recording], 6.0)[0]
    tokens = guide.spoken(piece, tokenizer)
    assert [token.id for token in tokens] == [id for clip in piece.clips for id in encode(tokenizer, clip.text)]
    assert tokens[0].start == pytest.approx(0.1)
    assert tokens[-1].end == pytest.approx(piece.end - piece.start - 0.1)
    assert all(one.start < one.end <= two.start + 1e-9 for one, two in pairwise(tokens))
    times = np.arange(0, 4, 0.05)
    labels = guide.labels(tokens, times, -1)
    assert (labels[times < 0.1] == -1).all()
    # Between the clips nobody speaks.
    assert (labels[(times > 1.1) & (times < 1.6)] == -1).all()
    assert [id for i, id in enumerate(labels) if id >= 0 and (i == 0 or labels[i - 1] != id)] == [t.id for t in tokens]


def test_every_place_is_shown_where_its_token_is() -> None:
    tokens = [guide.Token(5, 0.0, 0.4), guide.Token(6, 0.4, 1.0)]
    times = np.arange(0.05, 2, 0.1)
    prior = guide.prior([tokens], times, 2, 5, 0.2)
    assert prior.shape == (1, 5, 20)
    looked = [float(times[at]) for at in prior[0].argmax(-1)]
    # The first place but one before a token is at the start; the last token and what follows look at the end.
    assert looked == pytest.approx([0.05, 0.15, 0.65, 0.95, 0.95], abs=0.11)
    assert prior.max() <= 0
    middle = Piece(0, 0.0, 2.0, ())
    assert guide.spoken(middle, None) == []


def test_words_are_where_their_times_say_and_evenly_spoken_where_none_do(tmp_path: Path) -> None:
    (tmp_path / "a.flac").write_bytes(b"")
    rows = [(0.0, 1.0, "x", "An ox."), (0.8, 2.0, "y", "No ox"), (3.0, 4.0, "x", "a bee")]
    parts = [{"start": start, "end": end, "speaker": who, "text": text} for start, end, who, text in rows]
    (tmp_path / "segments.jsonl").write_bytes(orjson.dumps({"audio": "a.flac", "segments": parts}))
    words = [
        Segment("a.flac", *said)
        for said in [("x", 0.0, 0.3, "An"), ("x", 0.4, 1.0, "ox."), ("y", 0.8, 1.2, "No"), ("y", 1.2, 2.0, "ox")]
    ]
    (tmp_path / "words.ctm").write_text(ctm.write(words))
    (found,) = clips.read(tmp_path)
    assert [clip.words for clip in found.clips] == [
        ((0.0, 0.3), (0.4, 1.0)),
        ((0.8, 1.2), (1.2, 2.0)),
        ((3.0, 3.25), (3.25, 4.0)),
    ]


def test_phones_of_a_piece_are_those_that_sound_in_it() -> None:
    phones = [
        Segment("r", "a", start, start + 0.5, name) for start, name in [(0.0, "p"), (0.5, "I"), (1.0, "n"), (9.0, "n")]
    ]
    found = guide.sounded(Piece(0, 0.6, 2.0, ()), phones, {"I": 1, "n": 2})
    assert [(one.id, pytest.approx(one.start), pytest.approx(one.end)) for one in found] == [
        (1, -0.1, 0.4),
        (2, 0.4, 0.9),
    ]
    assert guide.labels(found, np.array([0.0, 0.5, 1.0]), 0).tolist() == [1, 2, 0]
