"""Numbers of quality against sacrebleu and nltk, and the order of risk."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import sacrebleu
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk.translate.bleu_score import sentence_bleu

from stages import shards
from stages.augment import quality
from stages.augment.risk import risk
from stages.guard import NO_NAMES, Names
from stages.records import Example

TEXTS = st.lists(st.lists(st.sampled_from(["a", "b", "c", "d"]), min_size=1, max_size=12).map(" ".join), max_size=6)


@settings(max_examples=80, deadline=None)
@given(texts=TEXTS)
def test_self_bleu_is_the_mean_of_sacrebleu(texts: list[str]) -> None:
    found = quality.self_bleu(texts)
    if len(texts) < 2:
        assert found is None
        return
    scores = [
        sacrebleu.sentence_bleu(text, [*texts[:at], *texts[at + 1 :]], tokenize="none", use_effective_order=True).score
        for at, text in enumerate(texts)
    ]
    assert found == pytest.approx(sum(scores) / len(scores) / 100)


def test_self_bleu_is_that_of_nltk_where_nothing_is_smoothed() -> None:
    texts = ["no fever and a dry cough today", "no fever and a dry cough now", "he has no fever and a dry cough"]
    rows = [text.split() for text in texts]
    scores = [sentence_bleu([*rows[:at], *rows[at + 1 :]], row) for at, row in enumerate(rows)]
    assert quality.self_bleu(texts) == pytest.approx(sum(scores) / len(scores))


@settings(max_examples=60, deadline=None)
@given(texts=TEXTS, n=st.integers(1, 2))
def test_distinct_counts_as_nltk_does(texts: list[str], n: int) -> None:
    from nltk.util import ngrams

    grams = [gram for text in texts for gram in ngrams(text.split(), n)]
    assert quality.distinct(texts, n) == (len(set(grams)) / len(grams) if grams else None)


def test_refusals_are_shares_of_the_tries_by_guard() -> None:
    counts = {
        "children.a": 6,
        "quarantined.a: changed numbers, doses": 2,
        "quarantined.a: changed numbers": 1,
        "quarantined.a: duplicate": 1,
        "quarantined.ab: duplicate": 5,
    }
    assert quality.refusals(counts, ["a", "none"]) == {
        "refused.a": 0.4,
        "refused.a.numbers": pytest.approx(0.3),
        "refused.a.doses": 0.2,
        "refused.a.duplicate": 0.1,
        "refused.none": None,
    }


def test_measures_of_children(tmp_path: Path, parent: Example, names: Names) -> None:
    child = replace(parent, id="c1", parent=parent.id, operator="op", input=parent.input.replace("really ", ""))
    other = replace(child, id="c2", response="HPI: tussis.")
    wrong = replace(child, id="c3", response="HPI: no cough.")
    shards.write(tmp_path / "parents", [parent], 2)
    shards.write(tmp_path / "children", [child, other, wrong], 2)
    found = quality.measure(tmp_path / "children", tmp_path / "parents", {"op": names, "idle": names})
    assert found["quality.op.measured"] == 3
    assert found["quality.op.response_kept"] == pytest.approx(2 / 3)
    # There is no other patient by whom a reader could tell the label.
    assert found["quality.op.label_read"] == 0
    assert found["quality.op.label_agreement"] is None
    assert found["quality.op.self_bleu"] == pytest.approx(1)
    words = len(quality.tokens(parent.input))
    assert found["quality.op.similarity"] == pytest.approx(1 - 1 / words)
    assert found["quality.idle.measured"] == 0
    assert found["quality.idle.similarity"] is None


FINDINGS = {
    "gout": ["pain in the toe", "redness of the joint", "beer every evening"],
    "meningitis": ["a stiff neck", "sensitivity to light", "high fever"],
    "migraine": ["flashing lights", "throbbing pain on one side", "relief in a dark room"],
}


def patients(count: int) -> list[Example]:
    """Each has all findings of one diagnosis and denies those of another, in words and an order of their own."""
    rng = random.Random(7)
    made = []
    for number in range(count):
        has, denies = rng.sample(list(FINDINGS), 2)
        told = (" and ".join(rng.sample(FINDINGS[one], 3)) for one in (has, denies))
        text = "A {}-year-old reports {}. The patient denies {}.".format(rng.randrange(30, 90), *told)
        made.append(Example(f"e{number:03}", "diagnosis", f"g{number}", "What is it?", has, text))
    return made


def children(parents: list[Example], operator: str, change: Callable[[str], str]) -> list[Example]:
    return [
        replace(one, id=f"{one.id}-{operator}", parent=one.id, operator=operator, input=change(one.input))
        for one in parents
    ]


def test_an_operator_that_turns_the_meaning_loses_the_label(tmp_path: Path) -> None:
    """Responses stay as they are and so does nearly every word: only who reads the text can tell."""
    parents = patients(60)
    other = {"reports": "denies", "denies": "reports"}
    made = [
        *children(parents, "reworded", lambda text: text.replace("The patient", "This very patient")),
        *children(parents, "turned", lambda text: re.sub("reports|denies", lambda found: other[found[0]], text)),
        *children(parents, "emptied", lambda _: "Nothing is known."),
    ]
    # Were it asked, an example of the test set with the same text would give every turned child its label.
    held = [replace(one, id=f"{one.id}-t", group="t", split="test") for one in made if one.operator == "turned"]
    shards.write(tmp_path / "parents", [*parents, *held], 2)
    shards.write(tmp_path / "children", made, 2)
    operators = ("reworded", "turned", "emptied")
    found = quality.measure(tmp_path / "children", tmp_path / "parents", dict.fromkeys(operators, NO_NAMES))
    assert {found[f"quality.{name}.response_kept"] for name in operators} == {1}
    assert {found[f"quality.{name}.label_read"] for name in operators} == {1}
    assert found["quality.reworded.label_agreement"] == 1
    assert found["quality.turned.label_agreement"] == 0
    assert found["quality.emptied.label_agreement"] == 0


def test_labels_are_read_by_examples_of_the_same_question(tmp_path: Path) -> None:
    """One text under two categories has two responses; each is found by its own category alone."""
    parents = [replace(one, category="diagnosis") for one in patients(30)]
    treated = [
        replace(one, id=f"{one.id}-t", category="treatment", response=f"Treat {one.response}") for one in parents
    ]
    made = children([*parents, *treated], "same", lambda text: f"{text} ")
    shards.write(tmp_path / "parents", [*parents, *treated], 2)
    shards.write(tmp_path / "children", made, 2)
    found = quality.measure(tmp_path / "children", tmp_path / "parents", {"same": NO_NAMES})
    assert found["quality.same.label_read"] == found["quality.same.label_agreement"] == 1


def test_the_reader_knows_a_draw_where_there_are_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parents = patients(40)
    shards.write(tmp_path / "parents", parents, 2)
    shards.write(tmp_path / "children", children(parents, "same", lambda text: f"{text} "), 2)
    monkeypatch.setattr(quality, "MOST_READ", 1)
    found = quality.measure(tmp_path / "children", tmp_path / "parents", {"same": NO_NAMES})
    assert 0 < (found["quality.same.label_read"] or 0) < 1
    assert found["quality.same.label_agreement"] == 1


def test_risk_orders_as_a_reviewer_would() -> None:
    text = "my shoes feel quite tight at work in the mornings when walking, and I take metformin 500 mg"
    same = risk(text, text, NO_NAMES)
    slip = risk(text, text.replace("quite", "quote"), NO_NAMES)
    word = risk(text, text.replace("quite", "somewhat"), NO_NAMES)
    beside = risk(text, text.replace("take", "swallow"), NO_NAMES)
    assert 0 == same < slip < word < beside < 1


@settings(max_examples=60, deadline=None)
@given(before=TEXTS.map(" ".join), after=TEXTS.map(" ".join))
def test_risk_is_a_share(before: str, after: str) -> None:
    assert 0 <= risk(before, after, NO_NAMES) <= 1
    assert (risk(before, after, NO_NAMES) == 0) == (before.split() == after.split())
