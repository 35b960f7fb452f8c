"""Every category of the guard, over all words that it knows: another meaning is seen, another spelling is not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from stages import cues, guard
from stages.augment.names import names_of, read_csv, read_terms
from stages.headers import read_headers

LEXICON = Path(__file__).parents[1] / "data" / "lexicon"
GROUPS = read_csv(LEXICON / "synonyms.csv")
TERMS = read_terms(LEXICON / "medical_terms.txt")
NAMES = names_of(GROUPS, TERMS)
DRUGS = ["metoprolol", "atenolol", "lisinopril", "losartan", "simvastatin", "omeprazole", "ibuprofen", "warfarin"]
around = st.sampled_from(["", "Seen today. ", "Afebrile, HR 72.\n\n", "She walks well. "])
whole = settings(deadline=None, max_examples=150)


def pairs(table: Mapping[str, str]) -> st.SearchStrategy[tuple[str, str]]:
    """Two spellings of a table with two meanings."""
    words = st.sampled_from(sorted(table))
    return st.tuples(words, words).filter(lambda two: table[two[0]] != table[two[1]])


def spellings(table: Mapping[str, str]) -> st.SearchStrategy[tuple[str, str]]:
    """Two spellings of a table with one meaning."""
    by_meaning: dict[str, list[str]] = {}
    for word, meaning in table.items():
        by_meaning.setdefault(meaning, []).append(word)
    several = [words for words in by_meaning.values() if len(words) > 1]
    return st.sampled_from(several).flatmap(lambda words: st.tuples(st.sampled_from(words), st.sampled_from(words)))


def seen(category: str, frame: str, before: str, after: str, context: str) -> None:
    one, other = (context + frame.format(word) for word in (before, after))
    assert category in guard.changed(one, other)
    assert category in guard.changed(other, one)


def passed(frame: str, before: str, after: str, context: str) -> None:
    assert guard.changed(context + frame.format(before), context + frame.format(after)) == []


SPELLED = {
    "schedules": ({" ".join(words): meaning for words, meaning in cues.SCHEDULES.items()}, "Aspirin {} was given."),
    "laterality": (cues.SIDES, "Pain of the {} knee."),
    "certainty": (cues.CERTAINTY, "A {} rash."),
    "temporality": (cues.TEMPORALITY, "A {} rash."),
    "qualifiers": ({word: said for word, said in cues.QUALIFIERS.items() if word not in cues.SIDES}, "A {} rash."),
    "people": (
        {word: who for word, who in cues.PEOPLE.items() if who not in ("he", "she")},
        "There was the {} with a rash.",
    ),
    "doses": (cues.UNITS, "Given 5 {} of it."),
}


@pytest.mark.parametrize("category", SPELLED)
def test_another_meaning_is_seen(category: str) -> None:
    table, frame = SPELLED[category]

    @whole
    @given(pairs(table), around)
    def holds(two: tuple[str, str], context: str) -> None:
        seen(category, frame, *two, context)

    holds()


@pytest.mark.parametrize("category", [name for name in SPELLED if name != "certainty"])
def test_another_spelling_is_let_pass(category: str) -> None:
    table, frame = SPELLED[category]

    @whole
    @given(spellings(table), around)
    def holds(two: tuple[str, str], context: str) -> None:
        passed(frame, *two, context)

    holds()


@whole
@given(pairs(cues.UNITS), around)
def test_another_unit_is_seen_beside_its_number(two: tuple[str, str], context: str) -> None:
    seen("units", "Given 5 {} of it.", *two, context)


@whole
@given(st.decimals(0, 10_000, places=2), st.sampled_from([10, 100, 1000]), around)
def test_a_number_ten_times_as_large_is_seen(number: object, times: int, context: str) -> None:
    before, after = f"{number}", f"{number * times}"  # type: ignore[operator]
    assume(before != after)
    seen("numbers", "Potassium of {} today.", before, after, context)


@whole
@given(pairs(cues.NUMBER_WORDS | cues.ORDINALS), around)
def test_another_number_in_words_is_seen(two: tuple[str, str], context: str) -> None:
    seen("numbers", "It was the {} visit.", *two, context)


@whole
@given(pairs({" ".join(words): sign for words, sign in cues.COMPARATORS.items()}), around)
def test_another_side_of_a_number_is_seen(two: tuple[str, str], context: str) -> None:
    seen("numbers", "Glucose {} 400.", *two, context)


findings = st.sampled_from([term for term in TERMS if re.fullmatch("[a-z]{5,}", term) and term not in cues.QUALIFIERS])
pairs_after = {" ".join(two) for two, side in cues.NEGATION_PAIRS.items() if side == "after"}
negations = sorted(cues.NEGATES_AFTER | cues.REFUSALS | pairs_after)


@whole
@given(st.sampled_from(negations), findings, around)
def test_a_negation_taken_away_is_seen(cue: str, finding: str, context: str) -> None:
    seen("negation", "She told: {} there.", f"{cue} {finding}", finding, context)


@whole
@given(st.sampled_from(["denies", "no", "without"]), findings, findings, around)
def test_a_negation_that_moves_to_another_finding_is_seen(cue: str, one: str, other: str, context: str) -> None:
    assume(one != other)
    seen("negation", "{}.", f"{cue} {one} but has {other}", f"{cue} {other} but has {one}", context)


@whole
@given(st.sampled_from([group for group in GROUPS if len(group) > 1]), st.data(), around)
def test_a_synonym_is_let_pass_and_another_concept_is_seen(
    group: tuple[str, ...], data: st.DataObject, context: str
) -> None:
    one, other = (data.draw(st.sampled_from(group)) for _ in range(2))
    stranger = data.draw(st.sampled_from([name for found in GROUPS if found is not group for name in found]))
    concepts = [_concept(name) for name in (one, other, stranger)]
    frame = "{}It was {} that brought her."
    if concepts[0] == concepts[1]:
        assert "names" not in guard.changed(frame.format(context, one), frame.format(context, other), NAMES)
    assume(concepts[0] != concepts[2])
    assert guard.changed(frame.format(context, one), frame.format(context, stranger), NAMES)


def _concept(name: str) -> tuple[str, ...]:
    return guard.critical(name, NAMES).names


@whole
@given(st.lists(st.sampled_from(DRUGS), min_size=2, max_size=2, unique=True), around)
def test_another_drug_is_seen(two: list[str], context: str) -> None:
    seen("drugs", "She takes {} at home.", two[0], two[1], context)


modified = {
    "doses": ["5 mg", "10 mg", "2.5 mcg"],
    "schedules": ["daily", "BID", "q6h"],
    "qualifiers": ["increased", "stopped", "continued"],
    "temporality": ["previous", "new", "current"],
}


@whole
@given(
    st.sampled_from(sorted(modified)),
    st.data(),
    st.lists(st.sampled_from(DRUGS), min_size=2, max_size=2, unique=True),
    around,
)
def test_two_drugs_that_change_places_are_seen(kind: str, data: st.DataObject, drugs: list[str], context: str) -> None:
    one, other = data.draw(st.permutations(modified[kind]))[:2]
    frame = "{0} {2}, {1} {3}." if kind in ("doses", "schedules") else "{2} {0}, {3} {1}."
    before, after = (context + frame.format(*two, one, other) for two in (drugs, drugs[::-1]))
    assert guard.changed(before, after) == ["relations"]


headers = st.sampled_from(
    sorted({name.capitalize() for name in read_headers(LEXICON / "sections.txt") if name.isalpha()})
)


@whole
@given(headers, headers, findings, findings)
def test_another_header_and_a_finding_under_another_header_are_seen(
    one: str, other: str, first: str, second: str
) -> None:
    assume(one != other)
    assert "sections" in guard.changed(f"{one}: {first}", f"{other}: {first}")
    assume(_concept(first) != _concept(second))
    before, after = f"{one}: {first}\n{other}: {second}", f"{one}: {second}\n{other}: {first}"
    assert "names" in guard.changed(before, after, NAMES)


@whole
@given(st.sampled_from(sorted(cues.PREFIXES)), st.sampled_from(sorted(cues.PREFIXES)))
def test_another_prefix_is_seen(one: str, other: str) -> None:
    assume(cues.PREFIXES[one] != cues.PREFIXES[other])
    seen("qualifiers", "There was {}thermia.", one, other, "")
