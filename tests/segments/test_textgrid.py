"""TextGrids: both forms, real ones, and broken ones answered with the line."""

from __future__ import annotations

import itertools
import os
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stages.segments import Segment, TimesError, read, textgrid

PUBLIC = Path(os.environ.get("ROUNDS_PUBLIC_DATA") or Path(__file__).parents[3] / "shared" / "data")
LONG = '''File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 9.5
tiers? <exists>
size = 2
item []:
    item [1]:
        class = "IntervalTier"
        name = "Doctor"
        xmin = 0
        xmax = 9.5
        intervals: size = 3
        intervals [1]:
            xmin = 0
            xmax = 1.25
            text = "Any ""sharp"" pain,
 1 or 2 days?"
        intervals [2]:
            xmin = 1.25
            xmax = 8
            text = ""
        intervals [3]:
            xmin = 8
            xmax = 9.5
            text = "Right! <UNIN/>"
    item [2]:
        class = "TextTier"
        name = "bell"
        xmin = 0
        xmax = 9.5
        points: size = 1
        points [1]:
            number = 3.5
            mark = "ding"
'''  # fmt: skip
SHORT = """File type = "ooTextFile"
"TextGrid"

0
9.5
<exists>
2
"IntervalTier"
"Doctor"
0
9.5
3
0
1.25
"Any ""sharp"" pain, 1 or 2 days?"
1.25
8
""
8
9.5
"Right! <UNIN/>"
"TextTier" "bell" 0 9.5 1 3.5 "ding" ! a comment with 7 "words
"""
SAID = [
    Segment("v", "Doctor", 0, 1.25, 'Any "sharp" pain, 1 or 2 days?'),
    Segment("v", "Doctor", 8, 9.5, "Right! <UNIN/>"),
]


@pytest.mark.parametrize("text", [LONG, SHORT, LONG.replace("\n", "\r\n")])
def test_both_forms_say_the_same(text: str) -> None:
    assert list(textgrid.parse(text, "v")) == SAID
    assert textgrid.seconds(text) == 9.5


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_encodings_that_praat_writes(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "visit.TextGrid"
    file.write_bytes(SHORT.replace("Right!", "Frédéric").encode(encoding))
    assert read(file)["visit"][1].text == "Frédéric <UNIN/>"


@pytest.mark.parametrize(("was", "becomes", "expected"), [
    ('"ooTextFile"', '"text"', "line 1: expected a TextGrid"),
    ("xmax = 9.5\ntiers", "xmax = soon\ntiers", "line 6: expected a number, found none"),
    ("intervals: size = 3", "intervals: size = 2.5", "line 14: expected how many there are, found 2.5"),
    ("intervals: size = 3", "intervals: size = 4", "line 29: expected a number, found none"),
    ('class = "IntervalTier"', 'class = "Tier"', "line 10: expected an IntervalTier or a TextTier"),
    ('mark = "ding"', 'mark = "ding', "line 36: expected a quoted string, found a string that never ends"),
    ('mark = "ding"', "", "expected a quoted string, found the end of the file"),
    ('text = "Right! <UNIN/>"', 'text = "Right!" <UNIN/>"', "line 27: expected an IntervalTier"),
])  # fmt: skip
def test_what_is_broken_is_told_by_line(was: str, becomes: str, expected: str) -> None:
    assert was in LONG
    with pytest.raises(ValueError, match=re.escape(expected)) as caught:
        list(textgrid.parse(LONG.replace(was, becomes), "v"))
    assert not isinstance(caught.value, TimesError)
    assert "sharp" not in str(caught.value)


def test_times_that_run_backwards_are_told_apart() -> None:
    with pytest.raises(TimesError, match=r"line 17: expected 0 <= start <= end in seconds, found 3\.0 and 1\.25"):
        list(
            textgrid.parse(LONG.replace("xmin = 0\n            xmax = 1.25", "xmin = 3\n            xmax = 1.25"), "v")
        )


def test_a_grid_without_tiers_holds_nothing() -> None:
    assert textgrid.tiers('"ooTextFile" "TextGrid" 0 5 <absent>', "v") == []


WORDS = st.text(st.characters(exclude_categories=["Cc", "Cs", "Z"]), min_size=1).map(lambda text: f"a{text}")


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1e5), st.floats(0, 100), WORDS), max_size=5))
def test_any_words_survive(intervals: list[tuple[float, float, str]]) -> None:
    said = [Segment("v", "Ann", start, start + length, words) for start, length, words in intervals]
    lines = [f'{s.start} {s.end} "{s.text.replace(chr(34), chr(34) * 2)}"' for s in said]
    text = "\n".join(
        ['"ooTextFile"', '"TextGrid"', "0 2e5 <exists> 1", f'"IntervalTier" "Ann" 0 2e5 {len(said)}', *lines]
    )
    assert list(textgrid.parse(text, "v")) == said


def test_the_mock_consultations() -> None:
    folder = PUBLIC / "primock57/transcripts"
    if not folder.is_dir():
        pytest.skip("primock57 is not below ROUNDS_PUBLIC_DATA or ../shared/data")
    files = sorted(folder.glob("*.TextGrid"))
    assert len(files) == 70
    for file in files:
        found = read(file)[file.stem]
        raw = file.read_text()
        # Every interval that holds something, and no other, counted by another way.
        texts = [t for t in re.findall(r'^\s*text = "(.*)" ?$', raw, re.MULTILINE) if t.strip()]
        assert [" ".join(t.split()) for t in texts] == [segment.text for segment in found]
        assert all(one.end <= other.start + 1e-9 for one, other in itertools.pairwise(found))
        assert found[-1].end <= textgrid.seconds(raw)
