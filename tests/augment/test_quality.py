"""Numbers of quality against sacrebleu and nltk, and the order of risk."""

from __future__ import annotations

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
    assert found["quality.op.label_agreement"] == pytest.approx(2 / 3)
    assert found["quality.op.self_bleu"] == pytest.approx(1)
    words = len(quality.tokens(parent.input))
    assert found["quality.op.similarity"] == pytest.approx(1 - 1 / words)
    assert found["quality.idle.measured"] == 0
    assert found["quality.idle.similarity"] is None


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
