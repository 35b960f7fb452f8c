"""What is written is read again, and what is wrong is named by its line and never quoted."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.segments import FORMATS, Segment, ctm, read, rttm, seglst, stm, uem

# Whole microseconds: as exact as the text formats are.
times = st.tuples(st.integers(0, 10**10), st.integers(0, 10**9)).map(lambda pair: (pair[0] / 1e6, sum(pair) / 1e6))
visible = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff")
words = st.text(visible, min_size=1, max_size=8).filter(lambda word: not any(c.isspace() for c in word))
recordings = words.filter(lambda word: word != "<NA>" and not word.startswith(";"))
speakers = st.one_of(st.just(""), words.filter(lambda word: word not in ctm.NOBODY))
lines = st.lists(words, max_size=5).map(" ".join).filter(lambda text: text != stm.IGNORED)
WRITERS = [
    pytest.param(rttm, st.just(""), id="rttm"),
    pytest.param(ctm, words, id="ctm"),
    pytest.param(stm, lines, id="stm"),
    pytest.param(seglst, st.text(max_size=20), id="seglst"),
]


@pytest.mark.parametrize(("form", "texts"), WRITERS)
@given(data=st.data())
def test_what_is_written_is_read_again(form, texts, data: st.DataObject) -> None:  # type: ignore[no-untyped-def]
    made = st.builds(lambda r, s, t, text: Segment(r, s, *t, text), recordings, speakers, times, texts)
    segments = data.draw(st.lists(made, max_size=6))
    assert list(form.parse(form.write(segments), "unused")) == segments


@pytest.mark.parametrize("name", ["rttm", "ctm", "stm", "seglst", "uem"])
@given(st.text(max_size=80))
def test_no_text_breaks_a_parser(name: str, text: str) -> None:
    try:
        found = list(import_module(f"stages.segments.{name}").parse(text, "r"))
    except ValueError:
        return
    assert all(isinstance(segment, Segment) for segment in found)


def test_times_are_added_as_decimals() -> None:
    (found,) = rttm.parse("SPEAKER r 1 1.100 2.200 <NA> <NA> a <NA> <NA>", "")
    assert found.end == 3.3
    assert 1.1 + 2.2 != 3.3
    assert rttm.write([found]) == "SPEAKER r 1 1.1 2.2 <NA> <NA> a <NA> <NA>\n"


def test_remarks_blank_lines_and_other_types_are_passed_over() -> None:
    other = "SPKR-INFO r 1 <NA> <NA> <NA> unknown a <NA>"
    text = f";; a remark\n\n  ; another\n{other}\r\nSPEAKER r 1 0 1 <NA> <NA> a <NA>\r\n"
    assert list(rttm.parse(text, "")) == [Segment("r", "a", 0, 1)]


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("r 1 a 0 1 <o,f0,male> no pain", "no pain"),
        ("r 1 a 0 1 <NA> no pain", "no pain"),
        ("r 1 a 0 1 <unk> no <noise> pain", "<unk> no <noise> pain"),
        ("r 1 a 0 1 <|doctor|> no pain", "<|doctor|> no pain"),
        ("r 1 a 0 1", ""),
        ("r 1 a 0 1 <o>", ""),
    ],
)
def test_a_label_is_no_text(line: str, text: str) -> None:
    assert [segment.text for segment in stm.parse(line, "")] == [text]


def test_a_stretch_that_is_not_scored_is_no_speech() -> None:
    assert not list(stm.parse("r 1 inter_segment_gap 0 14.87 <NA> ignore_time_segment_in_scoring", ""))


@pytest.mark.parametrize(
    ("line", "speaker"),
    [
        ("r 1 0 1 pain", ""),
        ("r 1 0 1 pain 0.98", ""),
        ("r 1 0 1 pain 0.98 lex doctor", "doctor"),
        ("r 1 0 1 pain NA lex unknown", ""),
    ],
)
def test_a_word_of_ctm_has_a_speaker_where_its_line_names_one(line: str, speaker: str) -> None:
    assert list(ctm.parse(line, "")) == [Segment("r", speaker, 0, 1, "pain")]


def test_a_segment_of_seglst_may_leave_out_what_the_file_says() -> None:
    first = '{"start_time": "0.5", "end_time": 1, "extra": {}}'
    text = f'[{first}, {{"session_id": 7, "speaker": 0, "start_time": 1, "end_time": 2}}]'
    assert list(seglst.parse(text, "visit")) == [Segment("visit", "", 0.5, 1), Segment("7", "0", 1, 2)]


def test_an_evaluation_map_is_of_no_speaker() -> None:
    assert list(uem.parse("r 1 25 30.4\n", "")) == [Segment("r", "", 25, 30.4)]


@pytest.mark.parametrize(
    ("suffix", "text", "told"),
    [
        ("rttm", "SPEAKER r 1 0 1 <NA> <NA> a <NA>\nSPEAKER r 1 x 1 <NA> <NA> a <NA>", "line 2: expected the start in"),
        ("rttm", "SPEAKER r 1 0 1", "line 1: expected `SPEAKER recording channel .*`, found 5 fields"),
        ("rttm", "r 1 secret 0 1 pain", "line 1: expected `SPEAKER .*found a line of no type of RTTM"),
        ("rttm", "SPEAKER r 1 3 -1 <NA> <NA> a <NA>", "line 1: expected 0 <= start <= end in seconds"),
        ("ctm", "r 1 * * <ALT_BEGIN>", "line 1: expected the start in seconds, found no number"),
        ("ctm", "r 1 0 1", r"line 1: expected `recording channel .*\]`, found 4 fields"),
        ("stm", "r 1 secret 0", "line 1: expected `recording channel speaker .*`, found 4 fields"),
        ("stm", "r 1 a 2 1 secret", "line 1: expected 0 <= start <= end"),
        ("stm", "r 1 a 0 nan secret", "line 1: expected the end in seconds, found no number"),
        ("json", '{"segments": []}', r"expected a list of segments \(SegLST\), found dict"),
        ("json", "[{]", "line 1: not JSON"),
        ("json", '[{"start_time": 0, "end_time": 1}, 3]', "segment 2: expected an object, found int"),
        ("json", '[{"end_time": 1}]', "segment 1: expected `start_time` in seconds"),
        ("json", '[{"start_time": "x", "end_time": 1}]', "segment 1: expected the `start_time` in seconds"),
        ("json", '[{"speaker": [], "start_time": 0, "end_time": 1}]', "segment 1: expected `speaker` to be a name"),
        ("json", '[{"words": ["secret"], "start_time": 0, "end_time": 1}]', "segment 1: expected `words` to be a text"),
        ("uem", "r 1 0", "line 1: expected `recording channel start end`, found 3 fields"),
    ],
)  # fmt: skip
def test_a_fault_names_file_and_line_and_quotes_nothing(tmp_path: Path, suffix: str, text: str, told: str) -> None:
    path = tmp_path / f"visit.{suffix}"
    path.write_text(text)
    with pytest.raises(ValueError, match=rf"visit\.{suffix}: {told}") as caught:
        read(path)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("form", "segment", "told"),
    [
        (rttm, Segment("a b", "x", 0, 1), "recording's name holds white space"),
        (rttm, Segment("", "x", 0, 1), "a recording has no name"),
        (stm, Segment(";r", "x", 0, 1), "would read as a remark"),
        (stm, Segment("r", "Dr. Who", 0, 1), "speaker's name holds white space"),
        (ctm, Segment("r", "", 0, 1, "two words"), "is one word, and a segment has 2"),
        (ctm, Segment("r", "unknown", 0, 1, "pain"), "stands for nobody"),
    ],
)
def test_what_a_format_cannot_hold_is_not_written(form, segment: Segment, told: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=told):
        form.write([segment])


def test_a_file_is_read_by_its_suffix_and_sorted(tmp_path: Path) -> None:
    (tmp_path / "all.STM").write_text("b 1 x 0 1 one\na 1 x 5 6 late\na 1 y 2 3 early\n")
    found = read(tmp_path / "all.STM")
    assert [segment.text for segment in found["a"]] == ["early", "late"]
    assert set(found) == {"a", "b"}
    with pytest.raises(ValueError, match=r"all\.wav: no format of segments; expected a file that ends in .*\.rttm"):
        read(tmp_path / "all.wav")


def test_every_format_has_its_module() -> None:
    for name in FORMATS.values():
        assert callable(import_module(f"stages.segments.{name}").parse)
