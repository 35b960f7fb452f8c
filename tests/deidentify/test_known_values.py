from __future__ import annotations

import re
import sys
from collections.abc import Iterator

from hypothesis import example, given, settings
from hypothesis import strategies as st

from stages.deidentify.english import ordinary_words
from stages.deidentify.known import Known
from stages.deidentify.known_values import Values, evened, folded
from stages.deidentify.medicine import Medicine
from stages.records import Span

LABELLED = [
    ("PATIENT", "Il1a O'Neil-Ito"),
    ("PATIENT", "OSEI, Kwame"),
    ("STAFF", "Li Oo Il"),
    ("MRN", "1234567"),
    ("MRN", "A-1208 65"),
    ("PHONE", "(617) 555-0123"),
    ("OTHER_ID", "Oli lo"),
    ("ACCOUNT", "l0l0 5858"),
    ("EMAIL", "kosei12@example.org"),
    ("URL", "https://a.example.org/x_1"),
    ("LOCATION", "St Ives Il"),
    ("ORGANIZATION", "St Ives Straße Clinic"),
    ("ORGANIZATION", "May Mercy"),
    ("DATE", "03/14/1962"),
    ("DATE", "1.1.2018"),
]
JOINTS = ["", " ", "  ", "-", "-\n", "- \n ", ", ", ".", "/", "|", "_", " | ", "'", "\n\n\n", "\n\n\n\n\n", ") ", "; "]
MISREAD = {
    "0": "oOqQ",
    "1": "lI|i",
    "l": "1I|",
    "i": "Iıİ",
    "I": "l1",
    "5": "Ss",
    "s": "Sſ",
    "8": "Bb",
    "6": "Gb",
    "o": "0O",
}


def known(labelled: list[tuple[str, str]]) -> Known:
    spans = [[Span(0, len(value), label, 0.9, "pattern")] for label, value in labelled]
    return Known.gathered([value for _, value in labelled], spans, Medicine(()))


def plainly(values: Known, text: str) -> Iterator[Span]:
    """The rule as one expression of all forms, the longer before the shorter."""
    forms = sorted({form.expression for _, form in values.values.values()}, key=lambda form: (-len(form), form))
    unconfused = str.maketrans("oqlisbzg", "00115826")
    for match in re.finditer(rf"(?<![^\W_])(?:{'|'.join(forms)})(?![^\W_])", text, re.IGNORECASE):
        if match.group().isalpha() and ordinary_words(match.group()):
            continue
        plain = folded(match.group())
        alike = [name for name in values.values if name.translate(unconfused) == plain.translate(unconfused)]
        if plain in values.values or alike:
            label = values.values[plain if plain in values.values else alike[0]][0]
            yield Span(match.start(), match.end(), label, 0.9, "known")


@st.composite
def spoilt(draw: st.DrawFn, value: str) -> str:
    """A value, or a piece of it, with other joints, another case and misread letters."""
    pieces = re.findall(r"[^\W_]+|.", value, re.DOTALL)
    if draw(st.booleans()):
        pieces = pieces[draw(st.integers(0, len(pieces) - 1)) :]
    changed = [piece if piece.isalnum() or draw(st.booleans()) else draw(st.sampled_from(JOINTS)) for piece in pieces]
    letters = list("".join(changed))
    for at in draw(st.lists(st.integers(0, max(0, len(letters) - 1)), max_size=3)) if letters else ():
        letter = letters[at]
        letters[at] = draw(
            st.sampled_from([*MISREAD.get(letter, ""), letter.swapcase(), letter + draw(st.sampled_from(JOINTS))])
        )
    return "".join(letters)


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[tuple[str, str]], str]:
    labelled = draw(st.lists(st.sampled_from(LABELLED), min_size=1, max_size=8))
    pieces = [
        draw(st.one_of(spoilt(draw(st.sampled_from(labelled))[1]), st.text("aIl1|0oO58 s-./_\n", max_size=6)))
        + draw(st.sampled_from(JOINTS))
        for _ in range(draw(st.integers(1, 6)))
    ]
    return labelled, "".join(pieces)


@settings(max_examples=600)
@given(cases())
@example(([("LOCATION", "St Ives Il")], "St|Ives | 1l, ST IVES İl; ſt.ives.ıl"))
@example(([("MRN", "1234567"), ("MRN", "12345 678")], "|234567 12345678 l2E4567_1234567"))
def test_values_are_found_as_by_one_expression_of_all_forms(case: tuple[list[tuple[str, str]], str]) -> None:
    labelled, text = case
    found = known(labelled)
    assert list(Values(found.values).search(text)) == list(plainly(found, text))


def test_letters_are_even_that_are_the_same_in_any_case() -> None:
    letters = [letter for letter in map(chr, range(sys.maxunicode + 1)) if letter.isalnum()]
    cased = [letter for letter in letters if letter.lower() != letter or letter.upper() != letter]
    alike: dict[str, set[str]] = {}
    for letter in cased:
        alike.setdefault(evened(letter), set()).add(letter)
    whole = "".join(cased)
    assert len(evened(whole)) == len(whole)
    for same in alike.values():
        assert set(re.findall(re.escape(min(same)), whole, re.IGNORECASE)) == same
