"""The page in headless Chromium: it runs without an error and asks the network for nothing."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple

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


def open_page(folder: Path, html: str, window: str = "1280,2000") -> Opened:
    page, log = folder / "index.html", folder / "net.json"
    page.write_text(html, encoding="utf-8")
    done = subprocess.run(
        [str(CHROMIUM), *QUIET, f"--user-data-dir={folder / 'profile'}", f"--log-net-log={log}",
         "--virtual-time-budget=3000", f"--window-size={window}", "--dump-dom", page.as_uri()],
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
    # Of each task its metrics and its sources; of the diagnosis its categories too.
    assert len(re.findall(r'<svg class="forest"', opened.dom)) == 7
    assert len(re.findall(r'<svg class="ranks"', opened.dom)) == 1
    assert "NaN" not in opened.dom


def test_every_drawing_has_a_name_and_every_field_a_label(opened: Opened) -> None:
    drawings = re.findall(r"<svg [^>]*>", opened.dom)
    assert all(re.search(r'role="img" aria-label="[^"]+"', one) for one in drawings)
    form = opened.dom[opened.dom.index("<form") : opened.dom.index("</form>")]
    assert len(re.findall(r"<label>[^<]+<(?:input|select)", form)) == len(re.findall(r"<(?:input|select)", form))


# What a reader does, in the page's own script; what it finds becomes the title.
READER = """
const place = document.querySelector("#task-diagnosis .browser"), form = place.querySelector("form"), seen = {};
const shown = () => [...place.querySelectorAll(".examples > li:not([hidden])")];
const gains = () => shown().map((item) => item.querySelector(".gain").textContent);
const set = (name, value) => {
  form.elements[name].value = value;
  form.elements[name].dispatchEvent(new Event("input", { bubbles: true }));
};
const press = (key) => {
  document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  return shown().findIndex((item) => item.querySelector("summary") === document.activeElement);
};
seen.visible = !form.hidden;
seen.all = shown().length;
set("words", "AMOXICILLIN   daily");
seen.found = shown().map((item) => item.textContent.toLowerCase().includes("amoxicillin"));
set("words", "no such word");
seen.nothing = [shown().length, place.querySelector(".nothing").hidden, form.querySelector("output").textContent];
set("words", "");
set("category", "treatment");
seen.categories = shown().map((item) => item.dataset.category);
set("metric", "token_f1");
seen.gains = gains();
set("category", "");
set("metric", "mrr");
set("sort", "gain");
seen.sorted = gains();
set("sort", "loss");
seen.reversed = gains();
set("which", "flagged");
seen.flags = shown().map((item) => item.querySelectorAll(".flag").length);
set("which", "lost");
seen.lost = gains();
set("which", "");
shown()[0].querySelector("summary").focus();
seen.keys = [press("ArrowDown"), press("ArrowDown"), press("ArrowUp"), press("End"), press("ArrowDown"), press("Home")];
form.elements.all.click();
seen.open = shown().every((item) => item.querySelector("details").open);
seen.label = form.elements.all.textContent;
form.elements.all.click();
seen.folded = shown().some((item) => item.querySelector("details").open);
form.reset();
setTimeout(() => {
  seen.reset = shown().length;
  location.hash = shown()[3].querySelector("details").id;
  setTimeout(() => {
    seen.linked = shown()[3].querySelector("details").open;
    document.title = JSON.stringify(seen);
  }, 50);
}, 50);
"""


@pytest.fixture(scope="module")
def seen(params: Params, project: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    html = render(params, outcomes(params, project), project)
    page = html.replace("</body>", f"<script>{{{READER}}}</script></body>")
    found = open_page(tmp_path_factory.mktemp("reader"), page)
    assert [line for line in found.log.splitlines() if "CONSOLE" in line] == []
    title = re.search(r"<title>(\{.*?\})</title>", found.dom)
    assert title is not None
    read: dict[str, Any] = json.loads(unescape(title.group(1)))
    return read


def test_examples_are_searched(seen: dict[str, Any]) -> None:
    assert seen["visible"]
    assert 0 < len(seen["found"]) < seen["all"]
    assert all(seen["found"])
    assert seen["nothing"] == [0, False, f"0 of {seen['all']} shown"]


def test_examples_are_filtered(seen: dict[str, Any]) -> None:
    assert set(seen["categories"]) == {"treatment"}
    assert all(gain.startswith("+0.") for gain in seen["gains"])
    assert seen["flags"]
    assert all(seen["flags"])
    assert seen["lost"] == []


def test_examples_are_sorted_by_gain_and_those_without_stand_last(seen: dict[str, Any]) -> None:
    for name, way in (("sorted", -1), ("reversed", 1)):
        known = [float(gain) for gain in seen[name] if gain != "\u2013"]
        assert seen[name][len(known) :] == ["\u2013"] * (len(seen[name]) - len(known))
        assert len(set(known)) > 1
        assert known == sorted(known, key=lambda gain: way * gain)


def test_examples_are_walked_by_keys(seen: dict[str, Any]) -> None:
    assert seen["keys"] == [1, 2, 1, seen["all"] - 1, seen["all"] - 1, 0]


def test_examples_are_opened_folded_reset_and_linked(seen: dict[str, Any]) -> None:
    assert (seen["open"], seen["label"], seen["folded"]) == (True, "Fold all", False)
    assert seen["reset"] == seen["all"]
    assert seen["linked"]


# Not narrower, because headless Chromium is not.
def test_a_narrow_window_is_not_scrolled_sideways(params: Params, project: Path, tmp_path: Path) -> None:
    measure = """
    for (const one of document.querySelectorAll("details")) one.open = true;
    const { clientWidth, scrollWidth } = document.documentElement;
    document.title = `beyond the edge: ${scrollWidth - clientWidth}, narrow: ${clientWidth < 600}`;
    """
    page = render(params, outcomes(params, project), project)
    dom = open_page(tmp_path, page.replace("</body>", f"<script>{measure}</script></body>"), "500,900").dom
    assert "<title>beyond the edge: 0, narrow: true</title>" in dom


def test_paper_holds_what_is_open(params: Params, project: Path, tmp_path: Path) -> None:
    import pypdfium2

    page, paper = tmp_path / "index.html", tmp_path / "page.pdf"
    page.write_text(render(params, outcomes(params, project), project), encoding="utf-8")
    subprocess.run(
        [str(CHROMIUM), *QUIET, f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=3000",
         "--no-pdf-header-footer", f"--print-to-pdf={paper}", page.as_uri()],
        capture_output=True, timeout=120, check=True,
    )  # fmt: skip
    with pypdfium2.PdfDocument(paper) as document:
        text = "".join(sheet.get_textpage().get_text_range() for sheet in document)
        assert len(document) < 20
    assert "Tuned beats base" in text
    # Folded on the screen, and whole on paper.
    assert "Signatures" in text
    assert "norm:dose-safe" in text
    # Of each of three tasks the one example that is open.
    assert len(re.findall(r"Reference\r?\n", text)) == 3
    assert "Open all" not in text
