"""The page in headless Chromium: it runs without an error and asks the network for nothing."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

from stages.params import Params
from stages.report.page import render
from tests.report.test_page import outcomes

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-default-apps", "--no-first-run", "--enable-logging=stderr", "--log-level=0",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)  # fmt: skip

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed (apt-get install chromium)")


class Opened(NamedTuple):
    """The DOM after the page's script ran, what the browser logged, and every address that the page asked for."""

    dom: str
    log: str
    asked: list[str]


def open_page(folder: Path, html: str) -> Opened:
    page, log = folder / "index.html", folder / "net.json"
    page.write_text(html, encoding="utf-8")
    done = subprocess.run(
        [str(CHROMIUM), *QUIET, f"--user-data-dir={folder / 'profile'}", f"--log-net-log={log}",
         "--virtual-time-budget=3000", "--window-size=1280,2000", "--dump-dom", page.as_uri()],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    told = [event.get("params", {}) for event in json.loads(log.read_text())["events"]]
    # Requests that the browser makes for itself, such as for the time, are of no origin.
    asked = [params["url"] for params in told if params.get("initiator", "not an origin") != "not an origin"]
    return Opened(done.stdout, done.stderr, sorted({url for url in asked if re.match(r"https?|wss?", url)}))


@pytest.fixture(scope="module")
def opened(params: Params, project: Path, tmp_path_factory: pytest.TempPathFactory) -> Opened:
    return open_page(tmp_path_factory.mktemp("browser"), render(params, outcomes(params, project), project))


def test_no_external_request(opened: Opened) -> None:
    assert opened.asked == []


def test_a_request_would_be_seen(tmp_path: Path) -> None:
    remote = "https://example.org/x.png"
    assert open_page(tmp_path, f"<!doctype html><title>x</title><img src={remote}>").asked == [remote]


def test_an_error_in_the_console_would_be_seen(tmp_path: Path) -> None:
    assert "CONSOLE" in open_page(tmp_path, "<!doctype html><title>x</title><script>absent()</script>").log


def test_no_error_in_the_console(opened: Opened) -> None:
    """Errors of the script and whatever the page's own policy forbids would be told there."""
    assert [line for line in opened.log.splitlines() if "CONSOLE" in line] == []


def test_what_a_model_said_did_not_run(opened: Opened) -> None:
    assert "<title>Tuned beats base" in opened.dom
    assert "<img" not in opened.dom


def test_every_chart_is_drawn(opened: Opened) -> None:
    assert len(re.findall(r'<svg class="curves"', opened.dom)) == 6
    assert len(re.findall(r'<svg class="both"', opened.dom)) == 3
    assert "NaN" not in opened.dom
