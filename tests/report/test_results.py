from __future__ import annotations

import json
from pathlib import Path

import pytest

from stages.report.diff import compared
from stages.report.results import outcome


def written(folder: Path, low: float | None, high: float | None, p: float | None, metric: str = "mrr") -> Path:
    (folder / "metrics/intervals").mkdir(parents=True)
    numbers = {"examples": 9, "base": {metric: 0.1}, "tuned": {metric: 0.2}}
    (folder / "metrics/hpi.json").write_text(json.dumps(numbers))
    ends = {metric: {"difference": 0.1, "low": low, "high": high, "p": p}}
    (folder / "metrics/intervals/hpi.json").write_text(json.dumps(ends))
    return folder


@pytest.mark.parametrize(
    ("low", "high", "p", "metric", "verdict"),
    [
        (0.1, 0.2, 0.001, "mrr", "better"),
        (0.1, 0.2, 0.001, "wer", "worse"),
        (-0.2, -0.1, 0.001, "wer", "better"),
        (-0.2, -0.1, 0.001, "mrr", "worse"),
        (-0.1, 0.2, 0.001, "mrr", "noise"),
        (0.1, 0.2, 0.2, "mrr", "noise"),
        (0.0, 0.0, 1.0, "mrr", "noise"),
        (None, None, None, "mrr", "unknown"),
    ],
)
def test_verdicts(
    tmp_path: Path, low: float | None, high: float | None, p: float | None, metric: str, verdict: str
) -> None:
    found = outcome(written(tmp_path, low, high, p, metric), "hpi", [metric], 0.95)
    assert found is not None
    assert found.headline.verdict == verdict


def test_only_declared_metrics_in_their_order(tmp_path: Path) -> None:
    folder = written(tmp_path, 0.1, 0.2, 0.01)
    assert outcome(folder, "hpi", ["bleu"], 0.95) is None
    assert outcome(folder, "absent", ["mrr"], 0.95) is None


def test_differences_are_marked_and_escaped() -> None:
    assert compared("a b c", "a b c") == "a b c"
    assert compared("take 5 mg", "take 50 mg") == "take <del>5 </del><ins>50 </ins>mg"
    assert compared("x", "<b>bold</b>") == "<ins>&lt;b&gt;bold&lt;/b&gt;</ins>"


def test_a_blank_answer_lists_nothing() -> None:
    assert compared("a b c", "") == ""
