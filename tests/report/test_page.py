"""The page: whole, honest about what is missing, safe to open, and the same twice."""

from __future__ import annotations

import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest

from stages.params import Params
from stages.report.__main__ import page, table
from stages.report.page import headline, render
from stages.report.results import Outcome, outcome
from tests.report.conftest import HOSTILE

REMOTE = re.compile(r"^(?:https?:)?//", re.IGNORECASE)


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


@pytest.mark.parametrize("lost", ["metrics/intervals", "data/evaluate", "plots", "data/train", "metrics/split.json"])
def test_whatever_is_lost_the_rest_is_shown(params: Params, project: Path, tmp_path: Path, lost: str) -> None:
    copy = tmp_path / "project"
    shutil.copytree(project, copy)
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
