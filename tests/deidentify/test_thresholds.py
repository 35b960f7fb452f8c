from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages import shards
from stages.deidentify.thresholds import READ, block, chosen, main, unreached
from stages.params.deidentify import Deidentify, Engine
from stages.records import Origin, Span
from tests.deidentify.conftest import record

GOLD = [Span(0, 5, "PATIENT"), Span(10, 15, "PATIENT"), Span(20, 25, "PATIENT"), Span(30, 35, "PATIENT")]
# Three are found, each less surely; between them stands what is nobody.
SCORES = [(0, 0.9), (40, 0.8), (10, 0.7), (20, 0.5), (50, 0.4)]
CANDIDATES = [Span(start, start + 5, "PATIENT", score) for start, score in SCORES]


@pytest.mark.parametrize(
    ("recall", "threshold", "reached", "precision"),
    [(0.25, 0.9, 0.25, 1.0), (0.5, 0.7, 0.5, 2 / 3), (0.75, 0.5, 0.75, 3 / 4), (1.0, 0.0, 0.75, 3 / 5)],
)
def test_the_highest_threshold_that_reaches_the_recall_is_taken(
    recall: float, threshold: float, reached: float, precision: float
) -> None:
    choice = chosen([(GOLD, CANDIDATES)], recall, {"default": 0.4})["PATIENT"]
    assert (choice.threshold, choice.recall, choice.precision) == (threshold, reached, pytest.approx(precision))


def test_a_recall_that_no_threshold_reaches_is_told() -> None:
    reached = chosen([(GOLD, CANDIDATES)], 0.75, {"default": 0.4})
    assert (reached["PATIENT"].best_from, unreached(reached, 0.75)) == (None, [])
    missed = chosen([(GOLD, CANDIDATES)], 1.0, {"default": 0.4})
    assert missed["PATIENT"].best_from == 0.5
    assert "PATIENT: 0  # recall 0.7500, precision 0.6000 of 4 spans, NOT REACHED" in block(missed, 0.4)
    (line,) = unreached(missed, 1.0)
    told = "PATIENT: no threshold reaches recall 1; at 0 it is 0.7500 of 4 spans, and no less up to 0.5: "
    assert line.startswith(told)


@pytest.mark.parametrize(("recall", "code"), [("0.5", None), ("1", 1)])
def test_a_missed_recall_is_the_exit_code(
    recall: str,
    code: int | None,
    params: Callable[..., Deidentify],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The whole command, with a model that knows one of two names."""
    monkeypatch.chdir(tmp_path)
    told = {"Kwame": "Kwame walked in.", "adwoa": "the visitor adwoa came by."}
    golds = []
    for name, text in told.items():
        span = {"label": "PATIENT", "start": text.index(name), "end": text.index(name) + len(name)}
        golds.append({"source": "reports", "file": name, "split": "train", "text": text, "spans": [span]})
    Path("gold").mkdir()
    Path("gold/spans.jsonl").write_bytes(b"".join(orjson.dumps(gold) + b"\n" for gold in golds))
    origins = {name: Origin(name, "ab" * 32, "text") for name in told}
    read = [record(text, id=name, group=name, origin=origins[name]) for name, text in told.items()]
    shards.write(READ, read, 1)
    monkeypatch.setattr("stages.params.load_or_exit", lambda _: SimpleNamespace(deidentify=params(gold="gold")))
    monkeypatch.setattr("sys.argv", ["thresholds", "--recall", recall])
    with nullcontext() if code is None else pytest.raises(SystemExit, match=str(code)):
        main()
    out, err = capsys.readouterr()
    assert "    PATIENT: " in out
    assert ("NOT REACHED" in out) == (code is not None)
    assert err.startswith("PATIENT: no threshold reaches recall 1; at 0 it is 0.5000 of 2 spans") == (code is not None)


def test_a_span_found_under_another_label_is_found() -> None:
    other = [Span(0, 2, "STAFF", 0.6), Span(3, 5, "STAFF", 0.6)]
    assert chosen([(GOLD[:1], other)], 1.0, {"default": 0.4})["PATIENT"].recall == 1.0
    assert chosen([(GOLD[:1], other)], 1.0, {"STAFF": 0.7})["PATIENT"].recall == 0.0


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 100)), max_size=20), st.floats(0.01, 1))
def test_no_higher_score_would_reach_the_recall(found: list[tuple[int, int]], recall: float) -> None:
    candidates = [Span(start, start + 5, "PATIENT", score / 100) for start, score in found]
    choice = chosen([(GOLD, candidates)], recall, {})["PATIENT"]
    for least in {score / 100 for _, score in found if score / 100 > choice.threshold}:
        kept = {(span.start, span.end) for span in candidates if span.score >= least}
        covered = {at for start, end in kept for at in range(start, end)}
        # No less strict about white space than the choice is, so at most as many count as covered.
        assert sum(set(range(span.start, span.end)) <= covered for span in GOLD) / len(GOLD) < recall


def test_the_block_is_a_declaration() -> None:
    import yaml

    told = yaml.safe_load(block(chosen([(GOLD, CANDIDATES)], 0.5, {}), 0.4))["deidentify"]
    declared = Deidentify(engine=Engine(model="model"), **told)
    assert declared.thresholds == {"default": 0.4, "PATIENT": 0.7}
