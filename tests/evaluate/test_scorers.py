"""Each metric against an independent reference on the same inputs, and what holds for all of them."""

from __future__ import annotations

import math
import random
import re
import string
from collections import Counter

import jiwer
import numpy as np
import pytest
import sacrebleu
from hypothesis import given, settings
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer

from stages.evaluate.normalisers import NONE, SQUAD
from stages.evaluate.panel import Panel
from stages.evaluate.scorers.adherence import Adherence
from stages.evaluate.scorers.bleu import Bleu
from stages.evaluate.scorers.overlap import Overlap
from stages.evaluate.scorers.perplexity import Perplexity
from stages.evaluate.scorers.ranked import Ranked, Synonyms
from stages.evaluate.scorers.rouge import KINDS, Rouge
from stages.evaluate.scorers.section import SectionF1
from stages.evaluate.scorers.wer import ErrorRate
from stages.evaluate.tokens import dose_safe, squad
from stages.models.text import Likelihood
from tests.evaluate.answers import answer, answers, count, value

SECTIONS = ("HPI", "Assessment")
WORDS = ["pain", "denies", "chest", "the", "a", "2.5", "25", "mg", "fever", "left", "No", "cough,", "type", "2"]
texts = st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)
pairs = st.lists(st.tuples(texts, texts), min_size=1, max_size=6)


def squad_script(reference: str, prediction: str) -> tuple[float, float]:
    """Exact match and F1 as the official SQuAD 1.1 script describes them, written from that description."""

    def normal(text: str) -> list[str]:
        kept = "".join(c for c in text.lower() if c not in string.punctuation)
        return re.sub(r"\b(a|an|the)\b", " ", kept).split()

    gold, said = normal(reference), normal(prediction)
    same = sum(min(n, Counter(gold)[token]) for token, n in Counter(said).items())
    if not same:
        return float(gold == said), 0.0
    precision, recall = same / len(said), same / len(gold)
    return float(gold == said), 2 * precision * recall / (precision + recall)


@given(pairs)
def test_squad_variant_equals_the_script(given_pairs: list[tuple[str, str]]) -> None:
    scorer = Overlap(SQUAD, "squad_")
    expected = [squad_script(*pair) for pair in given_pairs]
    # The script calls two empty answers a match; here a blank answer scores 0 against any reference.
    exact = np.mean([match and bool(squad(pair[1])) for (match, _), pair in zip(expected, given_pairs, strict=True)])
    assert value(scorer, "squad_exact_match", answers(given_pairs)) == pytest.approx(exact, abs=1e-12)
    f1 = np.mean([f1 for _, f1 in expected])
    assert value(scorer, "squad_token_f1", answers(given_pairs)) == pytest.approx(f1, abs=1e-12)


@given(st.lists(st.sampled_from(["pain", "fever", "chest"]), max_size=9).map(" ".join), texts)
def test_dose_safe_equals_squad_on_plain_words(reference: str, prediction: str) -> None:
    plain = " ".join(word for word in prediction.split() if word in {"pain", "denies", "chest", "fever", "left"})
    given_answer = [answer(reference, plain)]
    assert value(Overlap(), "token_f1", given_answer) == pytest.approx(squad_script(reference, plain)[1], abs=1e-12)


def test_a_tenfold_dose_is_no_match() -> None:
    assert value(Overlap(), "exact_match", [answer("2.5 mg", "25 mg")]) == 0
    assert value(Overlap(SQUAD, "squad_"), "squad_exact_match", [answer("2.5 mg", "25 mg")]) == 1


def test_repetition_is_punished() -> None:
    assert value(Overlap(), "token_f1", [answer("pain in chest", "pain " * 50)]) == pytest.approx(2 / 53)


@given(pairs)
@settings(deadline=None)
def test_rouge_equals_rouge_score(given_pairs: list[tuple[str, str]]) -> None:
    scorer = RougeScorer(list(KINDS), use_stemmer=True)
    scores = [scorer.score(*pair) for pair in given_pairs]
    for kind in KINDS:
        expected = np.mean([score[kind].fmeasure for score in scores])
        assert value(Rouge(), kind, answers(given_pairs)) == pytest.approx(expected, abs=1e-12)


@given(pairs)
@settings(deadline=None)
def test_bleu_equals_sacrebleu(given_pairs: list[tuple[str, str]]) -> None:
    bleu = sacrebleu.BLEU()
    score = bleu.corpus_score([said for _, said in given_pairs], [[gold for gold, _ in given_pairs]])
    found = value(Bleu(), "bleu", answers(given_pairs))
    if score.ref_len:
        assert found == pytest.approx(score.score, abs=1e-9)
    else:
        assert math.isnan(found)
    assert Bleu().metrics["bleu"].signature == f"bleu|v:1|{bleu.get_signature()}|{NONE.signature}"


def test_bleu_of_long_texts_equals_sacrebleu() -> None:
    rng = random.Random(3)
    made = [(" ".join(rng.choices(WORDS, k=60)), " ".join(rng.choices(WORDS, k=50))) for _ in range(20)]
    expected = sacrebleu.BLEU().corpus_score([said for _, said in made], [[gold for gold, _ in made]]).score
    assert expected > 1
    assert value(Bleu(), "bleu", answers(made)) == pytest.approx(expected, abs=1e-9)


@given(pairs)
def test_wer_equals_jiwer_pooled(given_pairs: list[tuple[str, str]]) -> None:
    gold, said = ([" ".join(dose_safe(pair[side])) for pair in given_pairs] for side in (0, 1))
    found = value(ErrorRate(), "wer", answers(given_pairs))
    if any(gold):
        assert found == pytest.approx(jiwer.process_words(gold, said).wer, abs=1e-12)
    else:
        assert math.isnan(found)


def test_wer_is_pooled_not_averaged() -> None:
    given_pairs = [("a", "b"), ("one two three four five six seven eight nine ten",) * 2]
    assert value(ErrorRate(), "wer", answers(given_pairs)) == pytest.approx(1 / 11)


@given(st.lists(st.tuples(st.floats(-50, 0), st.integers(1, 40)), min_size=1, max_size=8))
def test_perplexity_is_pooled_over_tokens(told: list[tuple[float, int]]) -> None:
    given_answers = [answer("x", "x", likelihood=Likelihood(logprob, tokens, 9)) for logprob, tokens in told]
    expected = math.exp(-math.fsum(logprob for logprob, _ in told) / sum(tokens for _, tokens in told))
    assert value(Perplexity(), "perplexity", given_answers) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("logprob", [math.nan, -math.inf])
def test_perplexity_refuses_a_broken_model(logprob: float) -> None:
    with pytest.raises(ValueError, match="example e7: the log-probability"):
        Perplexity().rows([answer("x", "x", "e7", likelihood=Likelihood(logprob, 3, 9))])


def test_section_f1_of_each_section() -> None:
    given_answers = [answer("HPI: Cough and fever.\n\nAssessment: Croup.", "HPI: Cough.\n\nAssessment: Croup.")]
    assert value(SectionF1("hpi", ("HPI",), SECTIONS), "hpi_f1", given_answers) == pytest.approx(0.5)
    assert value(SectionF1("assessment", ("Assessment",), SECTIONS), "assessment_f1", given_answers) == 1


def test_a_section_missing_in_the_prediction_scores_zero_and_is_counted() -> None:
    scorer = SectionF1("assessment", ("Assessment",), SECTIONS)
    given_answers = answers([("Assessment: Croup.", "HPI: Croup."), ("Assessment: Croup.", "Assessment: Croup.")])
    assert value(scorer, "assessment_f1", given_answers) == 0.5
    assert count(scorer, "assessment_missing", given_answers) == 1


def test_a_section_missing_in_the_reference_is_left_out_and_counted() -> None:
    scorer = SectionF1("assessment", ("Assessment",), SECTIONS)
    given_answers = answers([("HPI: Cough.", "HPI: Cough."), ("Assessment: Croup.", "Assessment: Asthma.")])
    assert value(scorer, "assessment_f1", given_answers) == 0
    assert count(scorer, "assessment_without_reference", given_answers) == 1
    assert math.isnan(value(scorer, "assessment_f1", given_answers[:1]))


def test_a_section_given_twice_counts_by_its_first() -> None:
    given_answers = [answer("HPI: Cough.", "HPI: Fever.\nHPI: Cough.")]
    assert value(SectionF1("hpi", ("HPI",), SECTIONS), "hpi_f1", given_answers) == 0


GOOD = "**Definition**: A.\n**Note**: B."


@pytest.mark.parametrize(
    ("prediction", "ended", "rule"),
    [
        ("**Definition**: A.", True, "header_missing"),
        (GOOD + "\n**Note**: C.", True, "header_repeated"),
        ("**Note**: B.\n**Definition**: A.", True, "header_order"),
        ("**Definition**:\n**Note**: B.", True, "section_empty"),
        (GOOD, False, "not_ended"),
        ("", True, "header_missing"),
    ],
)
def test_each_rule_of_the_format(prediction: str, ended: bool, rule: str) -> None:
    scorer = Adherence(("Definition", "Note"))
    given_answers = [answer(GOOD, prediction, ended=ended)]
    assert value(scorer, "format_adherence", given_answers) == 0
    assert count(scorer, rule, given_answers) == 1


def test_a_good_format_adheres() -> None:
    assert value(Adherence(("Definition", "Note")), "format_adherence", [answer(GOOD, GOOD.replace("*", ""))]) == 1


def test_the_format_asks_for_the_sections_that_the_reference_has() -> None:
    scorer = Adherence(SECTIONS)
    assert value(scorer, "format_adherence", [answer("HPI: Cough.", "HPI: Fever.")]) == 1
    extra = [answer("HPI: Cough.", "HPI: Fever.\nAssessment: Flu.")]
    assert value(scorer, "format_adherence", extra) == 0
    assert count(scorer, "header_extra", extra) == 1


@given(st.lists(st.sampled_from(["croup", "asthma", "flu", "gout", "flu"]), min_size=1, max_size=6), st.integers(0, 3))
def test_mrr_equals_its_definition(names: list[str], wanted: int) -> None:
    gold = ["croup", "asthma", "flu", "gout"][wanted]
    distinct = list(dict.fromkeys(names))
    expected = 1 / (distinct.index(gold) + 1) if gold in distinct else 0.0
    said = "\n".join(f"{rank}. {name}" for rank, name in enumerate(names, 1))
    given_answers = [answer(f"1. {gold}\n2. sprain", said)]
    assert value(Ranked(), "mrr", given_answers) == pytest.approx(expected)
    assert value(Ranked(), "top1_accuracy", given_answers) == float(distinct[0] == gold)


@pytest.mark.parametrize("said", ["", "croup", "I would think of croup, then flu.", "2. croup", "- croup"])
def test_what_is_no_ranked_list_scores_zero_and_is_counted(said: str) -> None:
    given_answers = [answer("1. Croup\n2. Flu", said)]
    assert value(Ranked(), "mrr", given_answers) == 0
    assert count(Ranked(), "unparseable", given_answers) == 1


@pytest.mark.parametrize("said", ["Croup.", "1. croup", " croup (likely)", "Croup - barking cough"])
def test_a_single_name_needs_no_list(said: str) -> None:
    assert value(Ranked(), "top1_accuracy", [answer("Croup", said)]) == 1


def test_a_list_within_one_line_is_read() -> None:
    assert value(Ranked(), "mrr", [answer("1. Croup 2. Flu", "1) Flu 2) Croup")]) == 0.5


OF_TEXT = ["exact_match", "token_f1", "rouge1", "rouge2", "rougeL", "bleu", "wer", "format_adherence", "hpi_f1"]
TEXT_PANEL = Panel([*OF_TEXT, "mrr", "top1_accuracy", "perplexity"], SECTIONS, Synonyms.none(), {})
whole = st.tuples(texts, texts).map(lambda parts: f"HPI: cough {parts[0]}\n\nAssessment: flu {parts[1]}")


@given(st.lists(st.tuples(whole, whole), min_size=2, max_size=5), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_order_changes_no_metric(given_pairs: list[tuple[str, str]], rng: random.Random) -> None:
    ordered = answers(given_pairs)
    shuffled = rng.sample(ordered, len(ordered))
    one, other = (TEXT_PANEL.values(TEXT_PANEL.rows(given).sum(axis=0)) for given in (ordered, shuffled))
    for name in one:
        assert float(one[name]) == pytest.approx(float(other[name]), abs=1e-12, nan_ok=True)


@given(st.lists(whole, min_size=1, max_size=5))
@settings(deadline=None)
def test_identity_is_perfect(references: list[str]) -> None:
    panel = Panel(OF_TEXT, SECTIONS, Synonyms.none(), {})
    found = panel.values(panel.rows(answers([(text, text) for text in references])).sum(axis=0))
    expected = dict.fromkeys(OF_TEXT, 1.0) | {"wer": 0.0, "bleu": 100.0}
    # "HPI: cough" and "Assessment: flu" are six tokens at least, so every n-gram order is there.
    assert {name: float(number) for name, number in found.items()} == pytest.approx(expected)


@given(st.lists(whole, min_size=1, max_size=5), st.sampled_from(["", " ", "\n\n", "\u200b"]))
@settings(deadline=None)
def test_blank_is_worst(references: list[str], said: str) -> None:
    panel = Panel([*OF_TEXT, "mrr"], SECTIONS, Synonyms.none(), {})
    given_answers = answers([(f"1. croup\n{text}", said) for text in references])
    found = panel.values(panel.rows(given_answers).sum(axis=0))
    expected = dict.fromkeys([*OF_TEXT, "mrr"], 0.0) | {"wer": 1.0}
    assert {name: float(number) for name, number in found.items()} == pytest.approx(expected)


def test_categories_say_what_a_metric_is_measured_on() -> None:
    panel = Panel(["exact_match", "token_f1"], (), Synonyms.none(), {"token_f1": ["treatment"]})
    given_answers = [
        answer("croup", "croup", "1", category="diagnosis"),
        answer("rest and fluids", "rest", "2", category="treatment"),
    ]
    found = panel.values(panel.rows(given_answers).sum(axis=0))
    assert {name: float(number) for name, number in found.items()} == pytest.approx(
        {"exact_match": 0.5, "token_f1": 0.5}
    )


def test_invalid_answers_are_counted_apart_from_blank_ones() -> None:
    panel = Panel(["mrr", "format_adherence"], ("HPI",), Synonyms.none(), {})
    given_answers = answers([("1. croup", "no list"), ("1. croup", ""), ("1. croup", "HPI: x\n1. croup")])
    assert panel.invalid(given_answers, panel.rows(given_answers)).tolist() == [True, False, False]


@pytest.mark.parametrize("metrics", [["plan_f1"], ["f1"], ["accuracy"]])
def test_an_unknown_metric_is_named_with_what_is_known(metrics: list[str]) -> None:
    with pytest.raises(ValueError, match=rf"{metrics[0]}: no such metric; known are .* sections are HPI, Assessment"):
        Panel(metrics, SECTIONS, Synonyms.none(), {})


def test_format_adherence_needs_sections() -> None:
    with pytest.raises(ValueError, match="format_adherence: needs declared sections"):
        Panel(["format_adherence"], (), Synonyms.none(), {})
