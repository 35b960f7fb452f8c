"""The page: whole, honest about what is missing, safe to open, and the same twice."""

from __future__ import annotations

import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import orjson
import pytest

from stages import metrics
from stages.params import Params
from stages.params.report import Report
from stages.report.__main__ import page, table
from stages.report.page import headline, render
from stages.report.results import Outcome, outcome
from stages.report.table import row
from tests.report.conftest import HOSTILE

# What is said of both systems at once, and so of neither where one was not asked.
OF_BOTH = ("difference", "p", "low", "high", "bca_low", "bca_high")
LOST = ["metrics/intervals", "data/evaluate", "plots", "data/train", "metrics/split.json"]
LOST += [f"data/evaluate/diagnosis/{name}" for name in ("statistics.jsonl", "signature.json", "errors.json")]


class Reader(HTMLParser):
    """Collects ids, links, what would be fetched, and the text."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.inner: list[str] = []
        self.fetched: list[str] = []
        self.scripts = 0
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids += [given["id"] or ""] if "id" in given else []
        self.scripts += tag == "script"
        for name in ("src", "href", "action", "data", "poster", "srcset"):
            value = given.get(name) or ""
            if value.startswith("#"):
                self.inner.append(value[1:])
            elif value:
                self.fetched.append(value)
        assert not any(name.startswith("on") for name in given), f"an event handler in <{tag}>"

    def handle_data(self, data: str) -> None:
        self.text += data


def outcomes(params: Params, root: Path) -> dict[str, Outcome | None]:
    return {task: outcome(root, task, declared.metrics, 0.95) for task, declared in params.tasks.items()}


@pytest.fixture(scope="module")
def html(params: Params, project: Path) -> str:
    return render(params, outcomes(params, project), project)


@pytest.fixture(scope="module")
def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    return reader


def test_every_part_is_there(read: Reader, params: Params) -> None:
    parts = {"tasks", "data", "privacy", "split", "training", "reading"}
    assert parts | {f"task-{task}" for task in params.tasks} <= set(read.ids)
    assert len(read.ids) == len(set(read.ids))
    assert set(read.inner) <= set(read.ids)


def test_nothing_is_fetched(read: Reader, html: str) -> None:
    assert read.fetched == ["data:,"]
    assert "@import" not in html
    assert not re.search(r"url\(", html)


def test_what_a_model_said_stays_text(read: Reader, html: str) -> None:
    assert HOSTILE not in html
    assert "&lt;script&gt;document.title" in html
    assert read.scripts == 1


def test_numbers_verdicts_and_counts_are_told(read: Reader) -> None:
    assert "Tuned beats base on all three tasks evaluated so far." in read.text
    for told in ("no text found", "0.0049", "0.382", "abababababab", "1 min 33 s", "not asked"):
        assert told in read.text or told == "0.0049"
    assert "0.005" in read.text
    assert read.text.count("better") > 8


def test_a_task_that_was_not_evaluated_is_shown_as_missing(read: Reader) -> None:
    assert "Not evaluated yet. dvc repro evaluate@terminology does it." in read.text


def test_an_empty_project_is_a_page_too(params: Params, tmp_path: Path) -> None:
    html = render(params, outcomes(params, tmp_path), tmp_path)
    assert "No task has been evaluated yet" in html
    assert html.count('class="missing"') >= 8


@pytest.fixture
def copy(project: Path, tmp_path: Path) -> Path:
    shutil.copytree(project, tmp_path / "project")
    return tmp_path / "project"


def without_base(value: Any) -> Any:
    """The same, and null wherever something was said of the base."""
    if isinstance(value, dict):
        return {
            key: None if key.startswith("base") or key in OF_BOTH else without_base(of) for key, of in value.items()
        }
    return value


def test_a_task_whose_base_was_not_asked_is_shown(params: Params, copy: Path) -> None:
    for path in [copy / "metrics/diagnosis.json", copy / "metrics/intervals/diagnosis.json"]:
        path.write_bytes(orjson.dumps(without_base(orjson.loads(path.read_bytes()))))
    folder = copy / "data/evaluate/diagnosis"
    for path in [folder / "errors.json", folder / "predictions.jsonl", folder / "statistics.jsonl"]:
        lines = [orjson.dumps(without_base(orjson.loads(line))) for line in path.read_bytes().splitlines()]
        path.write_bytes(b"\n".join(lines))
    found = outcomes(params, copy)
    told = found["diagnosis"]
    assert told is not None
    assert (told.headline.base.value, told.headline.verdict) == (None, "unknown")
    assert told.headline.tuned.value is not None
    html = render(params, found, copy)
    part = html[html.index('<section id="task-diagnosis"') : html.index('<section id="data"')]
    assert "<h4>Tuned</h4>" in part
    assert "<h4>Base</h4>" not in part
    assert 'class="forest"' not in part
    assert 'class="ranks"' in part
    assert "None" not in part
    assert "nan" not in part.lower().replace("dominant", "")


def test_metrics_that_are_null_are_shown_as_unknown(params: Params, copy: Path) -> None:
    for path in [*(copy / "metrics").glob("hpi.json"), *(copy / "metrics/intervals").glob("hpi.json")]:
        path.write_bytes(orjson.dumps(_nulls(orjson.loads(path.read_bytes()))))
    html = render(params, outcomes(params, copy), copy)
    part = html[html.index('<section id="task-hpi"') : html.index('<section id="task-diagnosis"')]
    assert part.count("– unknown") == len(params.tasks["hpi"].metrics)
    assert "None" not in part


def test_a_metric_that_a_system_does_not_allow_is_told_as_such_with_the_reason(params: Params, copy: Path) -> None:
    metric = params.tasks["hpi"].metrics[0]
    for path in [copy / "metrics/hpi.json", copy / "metrics/intervals/hpi.json"]:
        told = orjson.loads(path.read_bytes())
        for part in (told, told.get("strict") or {}, told.get("valid") or {}):
            if metric in (part.get("base") or {}):
                part["base"][metric] = None
        if metric in told:
            told[metric] = {key: None if not key.startswith("tuned") else one for key, one in told[metric].items()}
        path.write_bytes(orjson.dumps(told))
    signature = copy / "data/evaluate/hpi/signature.json"
    null = {"not_applicable": {"base": {metric: "no speaker tokens"}, "tuned": {}}}
    signature.write_bytes(orjson.dumps(orjson.loads(signature.read_bytes()) | null))
    found = outcomes(params, copy)
    assert found["hpi"] is not None
    assert found["hpi"].headline.null == ("no speaker tokens", None)
    assert row("hpi", found["hpi"])[2] == "N/A"
    assert row("hpi", found["hpi"])[3] != "N/A"
    html = render(params, found, copy)
    part = html[html.index('<section id="task-hpi"') : html.index('<section id="task-diagnosis"')]
    assert '<span class="value">N/A</span> <small>no speaker tokens</small>' in part
    # As declared, strict and valid; the table of metrics and the headline say it once more.
    assert part.count('<span class="before">N/A</span>') >= 3
    assert '<span class="before">N/A</span><span class="arrow"' in html[: html.index('<section id="task-hpi"')]
    assert "N/A" in html[html.index('<section id="reading"') :]
    assert "None" not in part


def _nulls(value: Any) -> Any:
    """The same with null for every float: a metric whose denominator is 0."""
    if isinstance(value, dict):
        return {key: _nulls(of) for key, of in value.items()}
    return None if isinstance(value, float) else value


def test_memorisation_is_shown_where_it_was_measured(params: Params, copy: Path) -> None:
    assert "Memorisation" not in render(params, outcomes(params, copy), copy)
    side = {"exposure": 1.25, "extraction_rate": 0.0, "p": 0.4}
    tuned = {"exposure": 7.5, "extraction_rate": 0.75, "p": 1e-7}
    nothing = {"exposure": None, "extraction_rate": None, "p": None}
    told = {
        "planted": 8, "removed": 6, "canary_recall": 0.75, "canary_recall_low": 0.35, "canary_recall_high": 0.97,
        "labels": {"PHONE": {"planted": 8, "removed": 6}},
        "tasks": {"hpi": {
            "before": {"canaries": 0, "base": nothing, "tuned": nothing},
            "after": {"canaries": 4, "base": side, "tuned": tuned},
        }},
    }  # fmt: skip
    (copy / "metrics/privacy.json").write_bytes(orjson.dumps(told))
    html = render(params, outcomes(params, copy), copy)
    assert 'Canary recall</th><td class="n">0.750' in html
    row = html[html.index("<td>after</td>") :][:400]
    assert re.findall(r'<td class="n">([^<]*)</td>', row) == ["4", "1.250", "7.500", "&lt; 0.001", "0.000", "0.750"]
    assert "<td>before</td>" not in html


def test_throughput_is_shown_where_it_was_measured(params: Params, copy: Path) -> None:
    caption = "Throughput by stage"
    assert caption not in render(params, outcomes(params, copy), copy)
    took = {"records": 20345, "kilobytes": 51234, "seconds": 372.4, "cpu_seconds": 700.1, "records_per_second": 54.6,
            "kilobytes_per_second": 137.6, "peak_mebibytes": 1207}  # fmt: skip
    metrics.write(copy / "metrics/scale.json", {"notes": 10012, "cores": 2, "stages": {"split": took, "extract": took}})
    html = render(params, outcomes(params, copy), copy)
    shown = html[html.index(caption) :]
    assert "10,012 generated notes" in shown
    assert "6 min 12 s" in shown
    assert "1,207" in shown
    assert shown.index(">Extract<") < shown.index(">Split<")


def test_the_page_holds_no_more_examples_than_declared(params: Params, project: Path) -> None:
    few = params.model_copy(update={"report": Report(samples=2, extremes=0)})
    html = render(few, outcomes(few, project), project)
    assert html.count('<details class="example"') == 2 * 3
    none = params.model_copy(update={"report": Report(samples=0, extremes=0)})
    html = render(none, outcomes(none, project), project)
    assert '<details class="example"' not in html
    assert "year-old" not in html


@pytest.mark.parametrize(
    "lost", ["metrics/intervals", "data/evaluate", "plots", "data/train", "metrics/split.json", *LOST]
)
def test_whatever_is_lost_the_rest_is_shown(params: Params, copy: Path, lost: str) -> None:
    path = copy / lost
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    html = render(params, outcomes(params, copy), copy)
    assert "</html>" in html
    assert 'id="task-diagnosis"' in html


def test_the_same_files_give_the_same_page(params: Params, project: Path, html: str) -> None:
    assert render(params, outcomes(params, project), project) == html


def test_the_commands(
    params: Params, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(project, tmp_path / "project")
    monkeypatch.chdir(tmp_path / "project")
    table(params)
    assert "report/index.html (not there yet: run `dvc repro report`)" in capsys.readouterr().out
    page(params)
    capsys.readouterr()
    table(params)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["task", "metric", "base", "tuned", "difference", "p", "verdict"]
    assert lines[2].split()[-1] == "missing"
    assert lines[3].startswith("hpi ")
    assert lines[3].endswith("better")
    assert lines[-1] == "report: report/index.html"


@pytest.mark.parametrize(
    ("verdicts", "said"),
    [
        (["better"] * 4, "Tuned beats base on all four tasks"),
        (["better"] * 2, "Tuned beats base on both tasks"),
        (["better"], "Tuned beats base on its one task"),
        (["better", "noise", "worse"], "Tuned beats base on one of three tasks and is worse on one"),
        (["noise", "noise"], "Tuned does not beat base on any of two tasks"),
        (["better", None], "Tuned beats base on its one task evaluated so far"),
        ([None], "No task has been evaluated yet"),
    ],
)
def test_the_headline(params: Params, project: Path, verdicts: list[str | None], said: str) -> None:
    from dataclasses import replace

    one = outcome(project, "hpi", ["hpi_f1"], 0.95)
    assert one is not None
    given = {
        str(i): verdict and replace(one, results=(replace(one.headline, verdict=verdict),))
        for i, verdict in enumerate(verdicts)
    }
    assert headline(given) == said
