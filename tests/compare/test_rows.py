"""Verdicts, Holm's correction and the gate."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.compare.holm import corrected
from stages.compare.rows import Row, gate, judged

WORSE = Row("hpi", "hpi_f1", headline=True, better="higher", difference=-0.1, low=-0.2, high=-0.05, p=0.001)
REFUSED = Row("hpi", "hpi_f1", headline=True, verdict="refused")


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_holm_is_the_closed_test_of_bonferroni(p: list[float]) -> None:
    # A hypothesis is rejected where every intersection that holds it is: the largest of their adjusted p-values.
    places = range(len(p))
    subsets = [set(chosen) for size in range(1, len(p) + 1) for chosen in combinations(places, size)]
    expected = [max(min(1.0, len(s) * min(p[i] for i in s)) for s in subsets if place in s) for place in places]
    assert corrected(p) == pytest.approx(expected)


def test_whole_test_sets_and_slices_are_corrected_apart() -> None:
    sliced = [Row("hpi", "wer", slice=f"category={n}", p=0.01) for n in range(9)]
    rows = judged([WORSE, Row("hpi", "wer", p=0.5), Row("hpi", "bleu", verdict="no change"), *sliced], 0.05)
    assert [row.corrected for row in rows[:3]] == [0.002, 0.5, None]
    assert {row.corrected for row in rows[3:]} == {0.09}


@pytest.mark.parametrize(("row", "verdict"), [
    (WORSE, "worse"),
    (Row("t", "wer", better="lower", difference=-0.1, low=-0.2, high=-0.05, p=0.001), "better"),
    (Row("t", "wer", better="lower", difference=0.1, low=0.05, high=0.2, p=0.001), "worse"),
    (Row("t", "hpi_f1", better="higher", difference=0.1, low=-0.01, high=0.2, p=0.001), "noise"),
    (Row("t", "hpi_f1", better="higher", difference=0.1, low=0.05, high=0.2, p=0.06), "noise"),
    (Row("t", "hpi_f1", better="higher", difference=0.1, p=1.0), "unknown"),
])  # fmt: skip
def test_verdicts_need_both_interval_and_test(row: Row, verdict: str) -> None:
    assert judged([row], 0.05)[0].verdict == verdict


@pytest.mark.parametrize(("rows", "tolerance", "code"), [
    ([], {}, 0),
    ([WORSE], {}, 1),
    ([WORSE], {"hpi_f1": 0.1}, 0),
    ([WORSE], {"hpi_f1": 0.09}, 1),
    ([WORSE], {"mrr": 0.5}, 1),
    ([REFUSED], {}, 2),
    ([REFUSED, WORSE], {}, 1),
    ([Row("hpi", "hpi_f1", headline=True, verdict="unknown")], {}, 2),
    ([Row("hpi", "hpi_f1", verdict="refused"), Row("hpi", "hpi_f1", headline=True, verdict="added")], {}, 0),
])  # fmt: skip
def test_the_gate_looks_at_headlines(rows: list[Row], tolerance: dict[str, float], code: int) -> None:
    assert gate(judged(rows, 0.05), tolerance) == code


def test_what_is_worse_in_a_slice_or_another_metric_passes() -> None:
    from dataclasses import replace

    others = [replace(WORSE, headline=False), replace(WORSE, slice="category=long")]
    assert {row.verdict for row in judged(others, 0.05)} == {"worse"}
    assert gate(judged(others, 0.05), {}) == 0
