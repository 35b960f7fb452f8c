from __future__ import annotations

from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from stages.deidentify.english import ordinary_words
from stages.deidentify.known_names import Names, Part
from stages.deidentify.variants import legible

SOUGHT = {
    name: Part(label, any_case=True, vouched=False, nickname=name == "lindy")
    for name, label in (
        ("lindqvist", "PATIENT"), ("lindquist", "STAFF"), ("barnard", "STAFF"), ("bamard", "RELATIVE"),
        ("ito", "PATIENT"), ("osei", "PATIENT"), ("ozel", "STAFF"), ("lindy", "PATIENT"),
        ("o'neil", "STAFF"), ("kornblumm", "RELATIVE"),
    )
}  # fmt: skip
# A text that knows capitals.
LEAD, TAIL = "And Then ", " Left, and so did they all again after A Day of Rest"
LETTERS = "abdeilmnoqrstuvwz01568"


def nearly(word: str) -> str | None:
    """The rule read plainly: the first name that a word reads like or is one typo away from."""
    figures = any(map(str.isdigit, word))
    rare = len(word) >= (4 if figures else 5) and not word.isdigit() and not ordinary_words(word)
    if not rare or not (word[0].isupper() or figures):
        return None
    for name, part in SOUGHT.items():
        if len(name) < 4 or part.nickname or abs(len(name) - len(word)) > 2:
            continue
        typo = min(len(name), len(word)) > 4 and OSA.distance(name, word.casefold()) <= 1
        if typo or legible(name) == legible(word):
            return part.label
    return None


@st.composite
def typos(draw: st.DrawFn) -> str:
    """A name with up to two letters wrong, missing, added or exchanged, in some case."""
    word = draw(st.sampled_from(sorted(SOUGHT)))
    for _ in range(draw(st.integers(0, 2))):
        at, letter = draw(st.integers(1, len(word) - 1)), draw(st.sampled_from(["rn", "m", "vv", *LETTERS]))
        before, after = word[:at], word[at:]
        wrong, added, missing = before + letter + after[1:], before + letter + after, before + after[1:]
        exchanged = before[:-1] + after[0] + before[-1] + after[1:]
        word = draw(st.sampled_from([wrong, added, missing, exchanged]))
    return draw(st.sampled_from([word, word.capitalize(), word.upper()]))


@settings(max_examples=500)
@given(typos())
def test_a_word_is_near_the_name_that_a_plain_reading_finds(word: str) -> None:
    assume(word.casefold() not in SOUGHT)
    spans = Names(SOUGHT, lambda _: False).search(f"{LEAD}{word}{TAIL}")
    whole = (len(LEAD), len(LEAD) + len(word))
    assert [span.label for span in spans if (span.start, span.end) == whole] == [*filter(None, [nearly(word)])]


WORDS = st.one_of(typos(), st.sampled_from(["and", "left", "OseiMRN", "x_Osei", "Osei-Ito", "Barnard's"]))


@given(st.lists(WORDS, min_size=1, max_size=9))
def test_a_word_is_the_same_wherever_it_stands(words: list[str]) -> None:
    alone, at = [], len(LEAD)
    for word in words:
        # A text of its own for each word, and nothing that was decided before.
        spans = Names(SOUGHT, lambda _: False).search(f"{LEAD}{word}{TAIL}")
        alone += [replace(span, start=span.start - len(LEAD) + at, end=span.end - len(LEAD) + at) for span in spans]
        at += len(word) + 1
    assert list(Names(SOUGHT, lambda _: False).search(f"{LEAD}{' '.join(words)}{TAIL * 2}")) == alone
