"""Forms find what their expressions find, and windows around what is said hold what the whole text holds."""

from __future__ import annotations

import random
import re
import string
import sys
from collections.abc import Iterator
from itertools import chain

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stages.deidentify import aloud, mentions, names, numbers, places, runs, times
from stages.deidentify.aloud import Written
from stages.deidentify.forms import CoredForm, Form
from stages.deidentify.names import DEGREES, KIN, TITLES
from stages.deidentify.openings import folded
from stages.deidentify.places import ROADS

NETS = (numbers.numbers, times.times, places.places, names.names, mentions.mentions)


def _forms() -> Iterator[tuple[str, Form | CoredForm]]:
    for module in (aloud, mentions, names, numbers, places, runs, times):
        for name, value in vars(module).items():
            for number, form in enumerate(value if isinstance(value, tuple) else [value]):
                if isinstance(form, Form | CoredForm):
                    yield f"{module.__name__.rsplit('.')[-1]}.{name}.{number}", form


FORMS = dict(_forms())
WORDS = [word for form in FORMS.values() for word in re.findall(r"[A-Za-z'’]{2,}", form.expression.pattern)]
PIECES = sorted({
    *WORDS, *(word.title() for word in WORDS), *(word.upper() for word in WORDS), *TITLES, *DEGREES, *ROADS,
    *re.findall("[a-z]+", KIN), *" \n\t.,:;-/()#@*|'\"’“”–+_%&?!=", *"0123456789ABINSTYabinsty", "  ", ", ", ". ", ": ",
    " and ", " (", "\n\n", "12", "03", "1962", "617", "555-0123", "90", "3/14", "02139", "://", "www.", ".com", " dot ",
    " at ", "::", "one two ", "oh four ", "L I N D ", "twelve ", "é", "É", "ß", "Ł", "ſ", "İ", "ı", "\u212a", "٣",
    "\xa0", "日",
    "\x02", "\x1c", "\x85", "\u2028", "Σ", "Žofia", "José", "O'Neil", "Anne-Marie", "McKay", "van der ",
})  # fmt: skip
EVERY = "".join(map(chr, range(sys.maxunicode + 1)))
TEXTS = st.lists(st.sampled_from(PIECES) | st.sampled_from(" \n.,"), max_size=40).map("".join)


def found(matches: Iterator[re.Match[str]]) -> list[tuple[tuple[int, int], ...]]:
    return [tuple(match.span(group) for group in range(match.re.groups + 1)) for match in matches]


@given(TEXTS, st.integers(0, 60), st.integers(0, 400))
@settings(max_examples=150)
def test_every_form_finds_what_its_expression_finds(text: str, pos: int, length: int) -> None:
    for start, end in ((0, sys.maxsize), (pos, pos + length)):
        for name, form in FORMS.items():
            assert found(form.finditer(text, start, end)) == found(form.expression.finditer(text, start, end)), name


@pytest.mark.parametrize("name", [name for name, form in FORMS.items() if isinstance(form, CoredForm) or form.openings])
@given(st.data())
@settings(max_examples=12, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
def test_every_form_finds_what_is_made_of_its_expression(name: str, data: st.DataObject) -> None:
    form = FORMS[name]
    matching = st.from_regex(form.expression)
    text = "".join(chain.from_iterable(data.draw(st.lists(st.tuples(matching, TEXTS), min_size=1, max_size=3))))
    assert found(form.finditer(text)) == found(form.expression.finditer(text))


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (r"(?i)\bfax", "FAX fax faxed Telefax"),
        (r"(?i)fax", "FAX Telefax"),
        (r"(?i)(?<![a-z])kin", "\u212ain ſkin sKin"),
        (r"(?<![A-Z])kin", "kin akin Akin"),
        (r"(?<![a])kin", "kin akin bkin"),
        (r"(?<!\d)\d{3}", "123 1234 ٣12 123٣"),
        (r"(?<!1)\d\d", "112 211 1٣4"),
        (r"(?:ab?){2,4}c", "abac ababababc aaac"),
        (r"(?:ab|c)*d", "abcabd d"),
        (r"ab(?!\w)", "ab abc ab_ ab."),
        (r"(?<=[.?!]\s)\w+", "No. Yes?\nSo"),
        (r"(?<=a)b", "ab b"),
        (r"(?:^|;)x", "x\nx;x"),
        (r"(?m:^)x", "x\nx;x"),
        (r"\s?x", " x  x"),
        (r"(?i:ı)x|İ", "ix Ix İx ıx"),
        (r"[^a]b", "ab bb"),
        (r"(a)\1", "aa a"),
        (r"(?>ab|a)c", "abc ac"),
        (r"\|x|\x02y", "|x\x02y"),
    ],
)
def test_forms_find_what_expressions_find(expression: str, text: str) -> None:
    found_by_expression = found(re.finditer(expression, text))
    assert found_by_expression
    assert found(Form(expression).finditer(text)) == found_by_expression


def test_letters_are_folded_as_expressions_that_disregard_case_compare_them() -> None:
    for letter in string.ascii_lowercase:
        alike = [match.start() for match in re.finditer(letter, EVERY, re.IGNORECASE)]
        assert alike == [match.start() for match in re.finditer(letter, folded(EVERY))]


def test_each_character_stays_in_its_place() -> None:
    assert all(len(folded(character)) == 1 for character in EVERY)
    assert len(folded(EVERY)) == len(EVERY)


@pytest.mark.parametrize("name", ["times.MONTH.0", "numbers.ANNOUNCED.0", "names.KINSHIP.0", "times._CERTAIN.1"])
def test_expressions_that_begin_with_words_have_openings(name: str) -> None:
    form = FORMS[name]
    assert isinstance(form, Form)
    assert form.openings


@given(st.integers(0, 2**32), st.floats(0.05, 0.9))
@settings(max_examples=60)
def test_windows_hold_what_the_whole_text_holds(seed: int, share: float) -> None:
    rng = random.Random(seed)
    prose = re.findall(
        r"\S+", "the patient was seen in clinic today and feels well . She denies pain , Mary Osei said ."
    )
    pieces = [
        rng.choice(PIECES) if rng.random() < share else rng.choice(prose) for _ in range(rng.randrange(100, 1500))
    ]
    said = ["six one seven five five five oh one two three", "L I N D Q V I S T", "march third nineteen sixty two"]
    for _ in range(rng.randrange(1, 4)):
        pieces.insert(rng.randrange(len(pieces)), rng.choice(said))
    text = " ".join(pieces)
    written = Written.of(text)
    whole = {span for net in NETS for span in written.laid_back(net(written.text))}
    windows = list(written.windows())
    parts = {s for net in NETS for start, end in windows for s in written.laid_back(net(written.text, start, end))}
    assert parts == whole
    assert whole <= set(aloud.aloud(text, NETS))


def test_an_expression_that_matches_nothing_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="one character at least"):
        list(Form("a*").finditer("baab"))
