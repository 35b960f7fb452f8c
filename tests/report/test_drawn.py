"""What is drawn and marked: the forest plot, the diff of three texts."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from stages.report.charts import unit
from stages.report.diff import compared, covered
from stages.report.forest import Row, forest
from stages.report.results import UNKNOWN, Result, Span

WORDS = st.lists(st.sampled_from(["no", "chest", "pain", "<b>", "5", "mg", "&amp;"]), max_size=12).map(" ".join)


def row(metric: str, value: float | None, low: float | None, high: float | None, better: str = "higher") -> Row:
    difference = Span(value, low, high)
    return Row(metric, Result(metric, better, UNKNOWN, UNKNOWN, difference, None, "noise"))  # type: ignore[arg-type]


def dots(plot: Markup) -> list[float]:
    return [float(x) for x in re.findall(r'<circle class="noise" cx="([\d.]+)"', plot)]


def zeros(plot: Markup) -> list[float]:
    return [float(x) for x in re.findall(r'<line class="zero" x1="([\d.]+)"', plot)]


def test_better_is_always_right_of_the_line() -> None:
    plot = forest([row("mrr", 0.2, 0.1, 0.3), row("wer", -0.2, -0.3, -0.1, "lower"), row("rougeL", -0.2, -0.3, -0.1)])
    zero, other = zeros(plot)
    assert [x > zero for x in dots(plot)[:2]] == [True, False]
    assert dots(plot)[2] > other
    assert "wer \u22120.200 [\u22120.300, \u22120.100]" in plot


def test_metrics_of_one_unit_share_an_axis() -> None:
    plot = forest([row("mrr", 0.2, 0.1, 0.3), row("bleu", 20.0, 10.0, 30.0), row("rougeL", 0.2, 0.1, 0.3)])
    assert len(zeros(plot)) == 2
    first, second, third = dots(plot)
    assert first == second
    assert plot.index("points of 100") > plot.index(">rougeL<")
    assert third > zeros(plot)[1]


@pytest.mark.parametrize(
    ("metric", "given_in"),
    [
        ("cpwer", "errors per reference token"),
        ("wder", "share"),
        ("jer_collar", "share"),
        ("der_collar", "wrong seconds per second"),
        ("hallucinated_words", "words"),
    ],
)
def test_metrics_of_speech_share_axes_with_their_like(metric: str, given_in: str) -> None:
    assert unit(metric) == given_in


def test_a_difference_of_nothing_and_one_without_interval_are_drawn_and_an_unknown_one_is_not() -> None:
    assert forest([row("mrr", None, None, None)]) == ""
    plot = forest([row("mrr", 0.0, 0.0, 0.0), row("rougeL", 0.0, None, None), row("token_f1", None, None, None)])
    assert dots(plot) == zeros(plot) * 2
    assert plot.count("interval noise") == 1
    assert "NaN" not in plot
    assert "nan" not in plot


def test_names_are_escaped_and_cut() -> None:
    one = row("mrr", 0.1, 0.0, 0.2)
    plot = forest([one._replace(name="<i>" + "x" * 60)])
    assert "<i>" not in plot
    assert "\u2026</text>" in plot


def kinds(marked: Markup) -> Sequence[tuple[str, str]]:
    return re.findall(r'<mark class="(\w+)">(.*?)</mark>', marked)


def test_each_word_of_the_reference_says_who_has_it() -> None:
    marked = covered("no chest pain today", "chest pain", "no chest pain")
    assert kinds(marked) == [("gained", "no"), ("missed", "today")]
    assert kinds(covered("no chest pain", "no chest pain", "chest pain")) == [("lost", "no")]
    assert kinds(covered("no chest pain", "no chest pain", "no chest pain")) == []


def test_words_that_unlike_texts_share_by_chance_do_not_count() -> None:
    reference = "the patient denies chest pain and fever"
    marked = covered(reference, "a b c d e f g h i j k l m n o p and", reference)
    assert kinds(marked) == [("gained", reference)]


@given(WORDS, WORDS, WORDS)
def test_marks_add_and_lose_no_character(reference: str, base: str, tuned: str) -> None:
    assert Markup(re.sub(r"</?mark[^>]*>", "", covered(reference, base, tuned))).unescape() == reference
    kept = re.sub(r"<del>.*?</del>", "", compared(reference, tuned), flags=re.DOTALL)
    assert Markup(re.sub(r"</?ins>", "", kept)).unescape() == tuned


@given(WORDS)
def test_a_perfect_answer_has_no_mark(reference: str) -> None:
    assert "<" not in compared(reference, reference)
    assert "<" not in covered(reference, reference, reference)
