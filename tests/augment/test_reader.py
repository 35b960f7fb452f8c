"""The reader against an own computation of its vectors, and whom it may ask."""

from __future__ import annotations

import math
import random
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stages.augment import reader
from stages.augment.reader import Reader, label
from stages.records import Example

WORD = st.sampled_from(["fever", "cough", "rash", "no", "pain", "denies", "."])
TEXTS = st.lists(st.lists(WORD, max_size=8).map(" ".join), min_size=1, max_size=8)


def case(number: int, text: str, response: str | None = None, group: str | None = None) -> Example:
    return Example(f"e{number}", "diagnosis", group or f"g{number}", "?", response or f"r{number}", text)


def features(text: str) -> Counter[str]:
    words: list[str] = []
    for sentence in text.split("."):
        before: list[str] = []
        for word in sentence.split():
            words.append(f"not {word}" if {"no", "denies"} & set(before) and word not in ("no", "denies") else word)
            before.append(word)
    return Counter([*words, *(f"{a}+{b}" for a, b in pairwise(words))])


def vector(counts: Counter[str], texts: list[Counter[str]]) -> dict[str, float]:
    weighed = {
        one: (1 + math.log(count)) * (1 + math.log((1 + len(texts)) / (1 + sum(one in text for text in texts))))
        for one, count in counts.items()
        if any(one in text for text in texts)
    }
    length = math.sqrt(sum(weight**2 for weight in weighed.values()))
    return {one: weight / length for one, weight in weighed.items()}


@settings(max_examples=60, deadline=None)
@given(texts=TEXTS, asked=st.lists(WORD, max_size=8).map(" ".join))
def test_the_nearest_is_that_of_cosines_computed_by_hand(texts: list[str], asked: str) -> None:
    known = [features(text) for text in texts if features(text)]
    query = vector(features(asked), known)
    cosines = {
        f"r{number}": sum(weight * vector(features(text), known).get(one, 0) for one, weight in query.items())
        for number, text in enumerate(texts)
        if features(text)
    }
    (said,) = Reader([case(number, text) for number, text in enumerate(texts)]).labels([case(99, asked)])
    best = max(cosines.values(), default=0)
    if best == 0:
        assert said is None
    else:
        assert said is not None
        assert cosines[said] == pytest.approx(best, abs=1e-8)


def test_a_negation_is_read_to_the_end_of_its_sentence() -> None:
    known = [case(0, "fever and cough and rash"), case(1, "no fever and cough and rash. one pain")]
    assert list(Reader(known).labels([case(2, "he denies fever and cough. rash"), case(3, "fever. no pain")])) == [
        "r1",
        "r0",
    ]


def test_nobody_is_read_by_their_own_examples() -> None:
    known = [case(0, "fever and cough", group="ann"), case(1, "fever and rash", group="bob")]
    asked = case(2, "fever and cough", group="ann")
    assert list(Reader(known).labels([asked])) == ["r1"]
    assert list(Reader(known[:1]).labels([asked])) == [None]


def test_texts_without_words_say_nothing() -> None:
    wordless = case(0, " -- ")
    assert list(Reader([wordless]).labels([case(1, "fever"), wordless])) == [None, None]
    assert list(Reader([wordless, case(1, "fever")]).labels([wordless, case(2, "fever")])) == [None, "r1"]


def test_neither_order_nor_batch_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(1)
    cases = [case(n, " ".join(rng.choices(["fever", "cough", "rash", "pain"], k=4)), f"r{n % 3}") for n in range(40)]
    expected = {one.id: said for one, said in zip(cases, Reader(cases).labels(cases), strict=True)}
    monkeypatch.setattr(reader, "_BATCH", 7)
    shuffled = rng.sample(cases, len(cases))
    again = Reader(shuffled).labels(shuffled)
    assert {one.id: said for one, said in zip(shuffled, again, strict=True)} == expected


def test_a_label_is_the_words_of_a_response() -> None:
    assert label(case(0, "", "Acute  bronchitis.")) == label(case(1, "", "acute bronchitis")) == "acute bronchitis"
