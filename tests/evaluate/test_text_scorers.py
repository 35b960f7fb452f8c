"""The scorers of texts against independent references, and what all metrics together promise."""

from __future__ import annotations

import random
from dataclasses import replace

import jiwer
import numpy as np
import pytest
import sacrebleu
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from stages.evaluate.measures import MEASURES, higher_is_better, metric
from stages.evaluate.normalisers import CLINICAL, DOSE_SAFE, NONE, WHISPER, Normaliser
from stages.evaluate.panel import ADHERENCE, OF_SPEAKERS, OF_TEXTS, OF_TIMES, RANKED, Panel
from stages.evaluate.scorers.chrf import Chrf
from stages.evaluate.scorers.critical import CriticalErrors
from stages.evaluate.scorers.perplexity import Perplexity
from stages.evaluate.scorers.ranked import Synonyms
from stages.evaluate.scorers.section import SectionF1
from stages.evaluate.scorers.shape import Shape
from stages.evaluate.scorers.terms import MedicalTerms, Vocabulary, spans
from stages.evaluate.scorers.wer import ErrorRate, confusions
from stages.models.text import Likelihood
from tests.evaluate.answers import answer, answers, count, value

WORDS = [
    "pain",
    "denies",
    "chest",
    "the",
    "2.5",
    "25",
    "mg",
    "fever",
    "left",
    "right",
    "No",
    "metoprolol",
    "of",
    "<",
    "µg",
]
texts = st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)
pairs = st.lists(st.tuples(texts, texts), min_size=1, max_size=6)
anything = st.lists(st.tuples(st.text(max_size=20), st.text(max_size=20)), min_size=1, max_size=4)
VOCABULARY = Vocabulary(frozenset({("chest", "pain"), ("pain",), ("fever",), ("cough",)}), "test")
SECTIONS = ("HPI", "Assessment")


@given(st.one_of(pairs, anything))
@settings(deadline=None)
def test_chrf_equals_sacrebleu(given_pairs: list[tuple[str, str]]) -> None:
    chrf = sacrebleu.CHRF()
    expected = chrf.corpus_score([said for _, said in given_pairs], [[gold for gold, _ in given_pairs]]).score
    found = value(Chrf(), "chrf", answers(given_pairs))
    if any(gold.split() for gold, _ in given_pairs):
        assert found == pytest.approx(expected, abs=1e-9)
    else:
        assert np.isnan(found)
    assert Chrf().metrics["chrf"].signature == f"chrf|v:1|{chrf.get_signature()}|{NONE.signature}"


@pytest.mark.parametrize(("prefix", "normaliser"), [("", DOSE_SAFE), ("clinical_", CLINICAL), ("whisper_", WHISPER)])
@given(given_pairs=pairs)
@settings(max_examples=30, deadline=None)
def test_error_rates_equal_jiwers(prefix: str, normaliser: Normaliser, given_pairs: list[tuple[str, str]]) -> None:
    gold, said = ([normaliser.apply(pair[side]) for pair in given_pairs] for side in (0, 1))
    for unit, process in (("wer", jiwer.process_words), ("cer", jiwer.process_characters)):
        scorer = ErrorRate(unit, normaliser, prefix)
        sums = scorer.rows(answers(given_pairs)).sum(axis=0)
        theirs = process(gold, said)
        assert sums.tolist() == [theirs.substitutions, theirs.deletions, theirs.insertions, theirs.hits]
        if any(gold):
            rate = theirs.wer if unit == "wer" else theirs.cer
            assert metric(f"{prefix}{unit}")(sums.tolist()) == pytest.approx(rate, abs=1e-12)


def test_words_on_silence_are_insertions_and_no_rate() -> None:
    assert value(ErrorRate(), "wer", answers([("", "one two"), ("one", "one")])) == 2
    assert metric("wer")([0, 0, 2, 0]) is None


def test_the_worst_confusions_come_first() -> None:
    given_answers = answers(
        [("take 5 mg", "take 50 mg"), ("take 5 mg now", "take 50 mg"), ("no pain", "no chest pain")]
    )
    assert confusions(given_answers) == {
        "substitutions": [["5", "50", 2]],
        "deletions": [["now", 1]],
        "insertions": [["chest", 1]],
    }


def b_wer(given_pairs: list[tuple[str, str]], listed: frozenset[str]) -> float | None:
    """The rule of Le et al. 2021, from its description, on rapidfuzz's edits."""
    errors = total = 0
    for gold, said in (tuple(CLINICAL.apply(text).split() for text in pair) for pair in given_pairs):
        total += sum(word in listed for word in gold)
        for kind, i, j in Levenshtein.editops(gold, said).as_list():
            errors += (said[j] if kind == "insert" else gold[i]) in listed
    return errors / total if total else None


@given(pairs)
@settings(deadline=None)
def test_medical_term_wer_follows_the_b_wer_rule(given_pairs: list[tuple[str, str]]) -> None:
    scorer = MedicalTerms(VOCABULARY)
    found = value(scorer, "medical_term_wer", answers(given_pairs))
    expected = b_wer(given_pairs, VOCABULARY.words)
    assert np.isnan(found) if expected is None else found == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("kind", "recall", "precision"),
    [("medical", 0.5, 1.0), ("drug", 0.0, 0.0), ("dose", 0.5, 0.5), ("unit", 1.0, 1.0), ("laterality", 0.0, 0.0),
     ("negation", 1.0, 1.0)],
)  # fmt: skip
def test_a_term_is_found_whole_or_not_at_all(kind: str, recall: float, precision: float) -> None:
    scorer = MedicalTerms(VOCABULARY)
    gold = "Denies fever. Chest pain on the left. Metoprolol 2.5 mg, aspirin 81 milligrams."
    said = "Denies fever. Chest wall on the right. Metaprolol 25 mg, aspirine 81 mg."
    given_answers = [answer(gold, said.replace("aspirine", "prednisone").replace("Metaprolol", "Lisinopril"))]
    assert value(scorer, f"{kind}_term_recall", given_answers) == pytest.approx(recall)
    assert value(scorer, f"{kind}_term_precision", given_answers) == pytest.approx(precision)


def test_the_longest_listed_term_wins_and_time_is_no_dose() -> None:
    found = spans(CLINICAL.tokens("chest pain for 3 days, 10 mg/kg of metoprolol"), VOCABULARY)
    assert found["medical"] == [(0, 2)]
    assert found["dose"] == [(5, 8)]
    assert found["drug"] == [(9, 10)]


def test_a_vocabulary_is_read_and_a_missing_one_is_named(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "terms.txt"
    path.write_text("# a remark\nChest pain\n\nshortness of breath\n")
    found = Vocabulary.read(path)
    assert found.terms == {("chest", "pain"), ("shortness", "of", "breath")}
    assert "of" not in found.words
    with pytest.raises(ValueError, match=r"absent\.txt: no such file; `evaluate\.terms`"):
        Vocabulary.read(tmp_path / "absent.txt")


@pytest.mark.parametrize(
    ("gold", "said", "counted"),
    [
        ("take 5 mg", "take 50 mg", {"numbers_changed": 1, "doses_changed": 1}),
        ("take 5 mg", "take 5 mcg", {"doses_changed": 1, "units_changed": 1}),
        ("no chest pain", "chest pain", {"negation_lost": 2}),
        ("chest pain", "no chest pain", {"negation_added": 2}),
        ("left knee", "right knee", {"laterality_changed": 1}),
        ("knee", "left knee", {"laterality_added": 1}),
        ("temp 101, pulse 90", "temp 101", {"numbers_lost": 1}),
        ("five units", "5 units", {"numbers": 0}),
    ],
)
def test_critical_errors_are_counted_by_kind(gold: str, said: str, counted: dict[str, int]) -> None:
    scorer, given_answers = CriticalErrors(), [answer(gold, said)]
    row = dict(zip(scorer.columns, scorer.rows(given_answers)[0]))
    found = {name.removeprefix("critical_"): int(row[name]) for name in scorer.counts if row[name]}
    assert found == {name: times for name, times in counted.items() if times}
    assert value(scorer, "critical_error_free", given_answers) == float(not any(counted.values()))


def test_repetition_counts_what_stood_before() -> None:
    assert value(Shape(), "repetition", [answer("x", "a b c d e")]) == 0
    assert value(Shape(), "repetition", [answer("x", "pain pain pain pain pain pain")]) == pytest.approx(2 / 3)


def test_length_error_is_pooled_over_words() -> None:
    given_answers = answers([("one two three four", "one two"), ("one two", "one two three")])
    assert value(Shape(), "length_error", given_answers) == pytest.approx(3 / 6)


def test_bits_per_byte_do_not_depend_on_the_tokenizer() -> None:
    one = [answer("x", "x", likelihood=Likelihood(-8 * np.log(2), 2, 4))]
    other = [answer("x", "x", likelihood=Likelihood(-8 * np.log(2), 4, 4))]
    assert value(Perplexity(), "bits_per_byte", one) == value(Perplexity(), "bits_per_byte", other) == pytest.approx(2)


def test_sections_are_pooled_and_extra_ones_counted() -> None:
    scorer = SectionF1("section", SECTIONS, SECTIONS)
    given_answers = answers([("HPI: a b c.", "HPI: a b.\nAssessment: d e."), ("Assessment: x.", "HPI: x.")])
    assert value(scorer, "section_f1", given_answers) == pytest.approx((0.8 + 0) / 2)
    # Shared 2; references 3 + 1 words, predictions 2 + 2 + 1.
    assert value(scorer, "section_pooled_f1", given_answers) == pytest.approx(2 * 2 / (4 + 5))
    assert count(scorer, "section_extra", given_answers) == 2
    assert count(scorer, "section_missing", given_answers) == 1


ALL = [
    *OF_TEXTS, *ADHERENCE, *RANKED, "hpi_f1", "hpi_pooled_f1", "assessment_f1", "section_f1", "section_pooled_f1",
    "perplexity", "bits_per_byte",
]  # fmt: skip
PANEL = Panel(ALL, SECTIONS, Synonyms.none(), {}, VOCABULARY)
NOTE = (
    "1. Croup\n2. Flu\nHPI: Denies fever. Chest pain on the left for 3 days, metoprolol 2.5 mg daily, no cough at all "
    "{}.\nAssessment: Croup {}."
)
whole = st.tuples(texts, texts).map(lambda parts: NOTE.format(*parts))


def results(panel: Panel, given) -> dict[str, float]:  # type: ignore[no-untyped-def]
    return {name: float(found) for name, found in panel.values(panel.rows(given).sum(axis=0)).items()}


def test_every_metric_of_texts_is_made_and_known_by_name() -> None:
    # Those of speakers and times are in test_speech_scorers.py.
    assert set(MEASURES) - {m for m in ALL if m in MEASURES} == {*OF_SPEAKERS, *OF_TIMES}
    for name in ALL:
        assert higher_is_better(name) == (PANEL.measures[ALL.index(name)].metric.better == "higher")


@given(st.lists(st.tuples(whole, whole), min_size=1, max_size=4), st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_order_changes_no_metric_and_statistics_are_enough(
    given_pairs: list[tuple[str, str]], rng: random.Random
) -> None:
    ordered = answers(given_pairs)
    rows = PANEL.rows(rng.sample(ordered, len(ordered)))
    found = results(PANEL, ordered)
    summed = {name: np.sum([PANEL.statistics(row)[name] for row in rows], axis=0).tolist() for name in found}
    for name, number in found.items():
        again = metric(name)(summed[name])
        assert (again is None) if np.isnan(number) else again == pytest.approx(number, abs=1e-9)


@given(st.lists(whole, min_size=1, max_size=3))
@settings(max_examples=25, deadline=None)
def test_identity_is_perfect(references: list[str]) -> None:
    found = results(PANEL, answers([(text, text) for text in references]))
    # What is said in a reference may be said twice there, and likelihood is not of the answer.
    for name in found.keys() - {"repetition", "perplexity", "bits_per_byte", "hallucinated_words"}:
        best = {"bleu": 100.0, "chrf": 100.0}.get(name, float(higher_is_better(name)))
        assert found[name] == pytest.approx(best), name


@given(st.lists(whole, min_size=1, max_size=3), st.sampled_from(["", " ", "\n\n", "\u200b", "\u00ad\u200f"]))
@settings(max_examples=25, deadline=None)
def test_blank_is_worst_on_every_metric(references: list[str], said: str) -> None:
    found = results(PANEL, answers([(text, said) for text in references]))
    # Of references that say nothing, of which there is none here.
    for name in found.keys() - {"perplexity", "bits_per_byte", "hallucinated_words"}:
        if name.endswith("_precision"):
            assert np.isnan(found[name]), name
        else:
            assert found[name] == (0.0 if higher_is_better(name) else 1.0), name


def test_statistics_of_the_wrong_number_are_refused() -> None:
    with pytest.raises(ValueError, match=r"wer: expected the 4 statistics substitutions, .*; found 2"):
        metric("wer")([1.0, 2.0])
    with pytest.raises(ValueError, match="f2: no such metric; known are"):
        higher_is_better("f2")


def test_signatures_name_what_a_number_depends_on() -> None:
    signatures = {measure.name: measure.metric.signature for measure in PANEL.measures}
    for name, signature in signatures.items():
        assert signature.startswith(f"{name}|v:"), name
    assert CLINICAL.signature in signatures["clinical_wer"]
    assert "vocabulary:test" in signatures["drug_term_f1"]
    assert "version:rapidfuzz-3" in signatures["cer"]
    other = Panel(["drug_term_f1"], (), Synonyms.none(), {}, replace(VOCABULARY, digest="other"))
    assert other.measures[0].metric.signature != signatures["drug_term_f1"]


def test_terms_need_a_vocabulary() -> None:
    with pytest.raises(ValueError, match="medical_term_wer: needs a vocabulary"):
        Panel(["medical_term_wer"], (), Synonyms.none(), {})
