"""What people read: the terminal and the comment on a pull request."""

from __future__ import annotations

import re
from dataclasses import replace

from stages.compare.comparison import Comparison
from stages.compare.markdown import render
from stages.compare.paired import Settings
from stages.compare.rows import Row, judged
from stages.compare.terminal import lines

SETTINGS = Settings(replicates=10_000, confidence=0.95, fewest_groups=10, seed=7)
WORSE = Row(
    "hpi", "hpi_f1", "", True, "higher", 85, 30, a=0.596, b=0.571, difference=-0.025, low=-0.04, high=-0.01, p=0.0001
)
ROWS = [
    WORSE,
    Row("hpi", "rougeL", "", better="higher", a=0.6, b=0.61, difference=0.01, low=-0.01, high=0.03, p=0.4),
    Row("dx", "mrr", "", True, verdict="refused", reasons=("the test sets differ (1 / 2)",)),
    Row("dx", "token_f1", verdict="refused", reasons=("the test sets differ (1 / 2)",)),
    replace(WORSE, headline=False, slice="category=a|b <img> `x`", p=0.03),
]


def compared(rows: list[Row]) -> Comparison:
    return Comparison("main (1a2b3c4)", "workspace", tuple(judged(rows, 0.05)), 0.05, SETTINGS)


def test_the_terminal_says_values_interval_p_verdict_and_reasons() -> None:
    text = "\n".join(line for line, _ in lines(compared(ROWS)))
    assert "1 worse, 2 refused, 1 noise" in text
    assert re.search(r"hpi +hpi_f1 \* +0\.596 → 0\.571 +−0\.025 \[−0\.040, −0\.010\] +< 0\.001 +▼ worse", text)
    assert "dx, mrr, token_f1: the test sets differ (1 / 2)" in text
    assert "(tests: 2, of slices: 1)" in text


def test_the_colour_follows_the_verdict() -> None:
    styles = {style for line, style in lines(compared(ROWS)) if line.endswith("▼ worse")}
    assert styles == {"bold red"}


def test_the_comment_shows_what_matters_and_folds_the_rest() -> None:
    text = render(compared(ROWS))
    shown, folded = text.split("<details>", 1)
    assert shown.startswith("**1 worse, 2 refused, 1 noise** from main (1a2b3c4) to workspace")
    assert "| hpi | **hpi_f1** | 0.596 → 0.571 | −0.025 [−0.040, −0.010] | &lt; 0.001 | **▼ worse** |" in shown
    assert "rougeL" not in shown
    assert "- dx, mrr, token_f1: the test sets differ (1 / 2)" in shown
    assert "<summary>All 4 metrics</summary>" in folded
    assert "<summary>Slices: 1 worse</summary>" in folded
    assert text.count("<details>") == text.count("</details>") == 2


def test_a_table_has_one_number_of_cells_whatever_the_data_say() -> None:
    text = render(compared(ROWS))
    widths = {line.count("|") for line in text.splitlines() if line.startswith("|")}
    assert widths == {7}
    assert "<img>" not in text
    assert "`x`" not in text


def test_a_comment_stays_below_what_github_takes() -> None:
    slices = [replace(WORSE, headline=False, slice=f"source={n:04d}") for n in range(2000)]
    text = render(compared([WORSE, *slices]))
    assert len(text) < 65_536
    assert "1900 more: `--format json` has all." in text


def test_rows_that_were_compared_anyway_are_marked() -> None:
    text = render(compared([replace(WORSE, reasons=("the prompts differ (1 / 2)",))]))
    assert "**▼ worse !**" in text
    assert "- hpi, hpi_f1: the prompts differ (1 / 2)" in text
