from __future__ import annotations

import json
from pathlib import Path

import pytest

from stages.report.results import outcome
from stages.report.samples import compared


def written(folder: Path, low: float | None, high: float | None, p: float | None, better: str) -> Path:
    (folder / "metrics/intervals").mkdir(parents=True)
    (folder / "data/evaluate/hpi").mkdir(parents=True)
    numbers = {"examples": 9, "base": {"mrr": 0.1}, "tuned": {"mrr": 0.2}}
    (folder / "metrics/hpi.json").write_text(json.dumps(numbers))
    ends = {"mrr": {"difference": 0.1, "low": low, "high": high, "p": p}}
    (folder / "metrics/intervals/hpi.json").write_text(json.dumps(ends))
    told = {"metrics": {"mrr": {"better": better, "signature": "s"}}, "statistics": {"confidence": 0.95}}
    (folder / "data/evaluate/hpi/signatures.json").write_text(json.dumps(told))
    return folder


@pytest.mark.parametrize(
    ("low", "high", "p", "better", "verdict"),
    [
        (0.1, 0.2, 0.001, "higher", "better"),
        (0.1, 0.2, 0.001, "lower", "worse"),
        (-0.2, -0.1, 0.001, "lower", "better"),
        (-0.2, -0.1, 0.001, "higher", "worse"),
        (-0.1, 0.2, 0.001, "higher", "noise"),
        (0.1, 0.2, 0.2, "higher", "noise"),
        (0.0, 0.0, 1.0, "higher", "noise"),
        (None, None, None, "higher", "unknown"),
    ],
)
def test_verdicts(
    tmp_path: Path, low: float | None, high: float | None, p: float | None, better: str, verdict: str
) -> None:
    found = outcome(written(tmp_path, low, high, p, better), "hpi", ["mrr"])
    assert found is not None
    assert found.headline.verdict == verdict


def test_only_declared_metrics_in_their_order(tmp_path: Path) -> None:
    folder = written(tmp_path, 0.1, 0.2, 0.01, "higher")
    assert outcome(folder, "hpi", ["bleu"]) is None
    assert outcome(folder, "absent", ["mrr"]) is None


def test_differences_are_marked_and_escaped() -> None:
    assert compared("a b c", "a b c") == "a b c"
    assert compared("take 5 mg", "take 50 mg") == "take <del>5 </del><ins>50 </ins>mg"
    assert compared("x", "<b>bold</b>") == "<ins>&lt;b&gt;bold&lt;/b&gt;</ins>"


def test_a_blank_answer_lists_nothing() -> None:
    assert compared("a b c", "") == ""
