from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import fbeta_score, precision_score, recall_score

from stages.deidentify.align import located, repeated
from stages.deidentify.score import WORD, Document, Tally, add, leaked
from stages.records import Span

TEXT = "Kwame Osei saw Dr. Lindqvist on 3/14 for chest pain."


def document(gold: list[Span], found: list[Span], output: str = "", id: str = "r1", group: str = "g1") -> Document:
    values = [(span.label, TEXT[span.start : span.end]) for span in gold]
    return Document(id, group, TEXT, gold, 0, values, found, output)


def tally(documents: list[Document], is_clinical: Callable[[str], bool] = lambda _: False) -> Tally:
    total = Tally()
    for each in documents:
        add(total, each, is_clinical)
    return total


def test_scores_of_a_document() -> None:
    gold = [Span(0, 10, "PATIENT"), Span(19, 28, "STAFF"), Span(32, 36, "DATE")]
    found = [Span(0, 10, "STAFF"), Span(32, 36, "DATE"), Span(41, 46, "PATIENT")]
    scores = tally(
        [document(gold, found, "Ann Bell saw Dr. Lindqvist on 3/24 for Bell pain.")], {"chest", "pain"}.__contains__
    ).scores()
    assert scores["span_recall"] == pytest.approx(2 / 3)
    assert scores["entities"]["STAFF"] == {"spans": 1, "span_recall": 0.0}
    assert scores["role_accuracy"] == 0.0
    assert scores["document_leak_rate"] == scores["patient_leak_rate"] == scores["document_miss_rate"] == 1.0
    assert scores["clinical_damage"] == 0.5


SPANS = st.lists(st.tuples(st.integers(0, len(TEXT) - 1), st.integers(1, 12)), max_size=5)


@given(SPANS, SPANS)
def test_word_scores_agree_with_scikit_learn(gold: list[tuple[int, int]], found: list[tuple[int, int]]) -> None:
    # Whole words only, so that a word is either in or out.
    words = [match.span() for match in WORD.finditer(TEXT)]
    true = [any(a < e and s < a + n for a, n in gold) for s, e in words]
    said = [any(a < e and s < a + n for a, n in found) for s, e in words]
    spans = [[Span(s, e, "PATIENT") for (s, e), on in zip(words, which, strict=True) if on] for which in (true, said)]
    scores = tally([document(*spans)]).scores()
    if any(true) and any(said):
        assert scores["recall"] == pytest.approx(recall_score(true, said))
        assert scores["precision"] == pytest.approx(precision_score(true, said))
        if scores["f2"] is not None:
            assert scores["f2"] == pytest.approx(fbeta_score(true, said, beta=2))


def test_nothing_to_judge_is_null() -> None:
    scores = tally([]).scores()
    assert scores["recall"] is None
    assert scores["document_leak_rate"] is None


@pytest.mark.parametrize(
    ("value", "label", "output", "leaks"),
    [
        ("Osei", "PATIENT", "Mr. Osei came", True),
        ("Osei", "PATIENT", "Mr. Oseil came", False),
        ("Long", "PATIENT", "a long history", False),
        ("Kwame Osei", "PATIENT", "Kwame\nOsei", True),
        ("a12-34", "MRN", "chart A12-34", True),
        ("3/14/2023", "DATE", "on 3/14/2023", False),
        ("93", "AGE", "93", False),
    ],
)
def test_what_leaks(value: str, label: str, output: str, leaks: bool) -> None:
    assert leaked(value, label, output) is leaks


def places(gold: str, values: list[str], text: str) -> list[str | None]:
    spans = [Span(gold.index(value), gold.index(value) + len(value), "PATIENT") for value in values]
    return [place and text[place.start : place.end] for place in located(gold, spans, text)]


@pytest.mark.parametrize(
    ("value", "text", "place"),
    [
        ("Kwame Osei", "Name: Kwame Osei.", "Kwame Osei"),
        ("Kwame Osei", "NAME: KWAME\nOSEI", "KWAME\nOSEI"),
        ("Lindqvist", "Dr. Lind-\nqvist", "Lind-\nqvist"),
        ("Lindqvist", "Dr. Lindqvlst", "Lindqvlst"),
        ("1234567", "MRN 12345G7 x", "12345G7"),
        ("Kwame Osei", "nobody here", None),
        ("Osei", "Oseiah", None),
    ],
)
def test_a_gold_value_is_located_in_what_was_read(value: str, text: str, place: str | None) -> None:
    assert places(f"x {value} y", [value], text) == [place]


def test_of_several_occurrences_the_one_with_the_like_surroundings_is_taken() -> None:
    gold, text = "the long way. Mr. Long came", "the Long way. Mr. Long came"
    at = gold.index("Long")
    (place,) = located(gold, [Span(at, at + 4, "PATIENT")], text)
    assert place is not None
    assert place.start == text.rindex("Long")


def test_running_headers_count_as_often_as_they_stand() -> None:
    text = "OSEI, KWAME 1234567 page 1 OSEI, KWAME 1234567 page 2"
    first = [Span(0, 11, "PATIENT"), Span(12, 19, "MRN")]
    assert [(s.label, text[s.start : s.end]) for s in repeated(text, first)] == [
        ("PATIENT", "OSEI, KWAME"),
        ("MRN", "1234567"),
    ]


def test_a_word_whose_place_is_lost_is_not_another_word() -> None:
    gold = "Cc: Ms. White\nMRN 1234567 White, Ann | page 1 of 2"
    spans = [Span(8, 13, "PATIENT"), Span(26, 31, "PATIENT")]
    text = "Cc: Ms. White\nRESULTS: complete blood count with differential.\nWhite cell count 13.3 and CRP 40"
    assert located(gold, spans, text) == [Span(8, 13, "PATIENT"), None]
