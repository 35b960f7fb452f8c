"""Two runs of a task, example by example."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stages.compare.cells import values, verdict
from stages.compare.paired import Settings, rows_of
from stages.compare.rows import Row
from stages.compare.runs import Run, parse
from tests.compare.runs import SETTINGS, SIGNED, lines, write

QUICK = Settings(replicates=500, confidence=0.95, fewest_groups=5, seed=7)
METRICS = ["hpi_f1", "wer"]


def run(rows: list[dict], name: str = "x:hpi", signatures: Any = SIGNED, **told: Any) -> Run:
    statistics = b"".join(orjson.dumps(row) + b"\n" for row in rows)
    return parse(name, statistics, orjson.dumps(SETTINGS | told | {"metrics": signatures}))


def rows(a: Run, b: Run, settings: Settings = QUICK, metrics: list[str] = METRICS) -> dict[tuple[str, str], Row]:
    return {(row.metric, row.slice): row for row in rows_of("hpi", metrics, a, b, settings)}


def test_values_are_those_of_the_pooled_statistics() -> None:
    a, b = lines(), lines(loss=0.05)
    row = rows(run(a), run(b))["hpi_f1", ""]
    expected = [sum(line["tuned"]["hpi_f1"][0] for line in found) / len(found) for found in (a, b)]
    assert (row.a, row.b) == pytest.approx(expected)
    assert row.difference == pytest.approx(expected[1] - expected[0])


def test_identical_statistics_are_no_change_and_have_no_p() -> None:
    found = rows(run(lines()), run(lines(loss=0.05)))["wer", ""]
    assert (found.verdict, found.p, found.difference) == ("no change", None, 0.0)
    assert found.a == found.b is not None


def test_the_smallest_change_is_no_longer_no_change() -> None:
    changed = lines()
    changed[0]["tuned"]["wer"][0] += 1.0
    assert rows(run(lines()), run(changed))["wer", ""].p is not None


@given(st.randoms(use_true_random=False))
@settings(max_examples=5, deadline=None)
def test_the_order_of_lines_changes_nothing(shuffle: random.Random) -> None:
    a, b = lines(), lines(noise=0.05)
    expected = rows(run(a), run(b))
    shuffle.shuffle(a)
    shuffle.shuffle(b)
    assert rows(run(a), run(b)) == expected


def test_patients_are_what_is_drawn() -> None:
    alone = rows(run(lines(patients=60)), run(lines(patients=60, noise=0.1)))["hpi_f1", ""]
    few = rows(run(lines(patients=6)), run(lines(patients=6, noise=0.1)))["hpi_f1", ""]
    assert (alone.groups, few.groups) == (60, 6)
    assert alone.p != few.p


def test_one_patient_says_nothing() -> None:
    row = rows(run(lines(patients=1)), run(lines(patients=1, loss=0.1)))["hpi_f1", ""]
    assert (row.low, row.reasons) == (None, ("fewer than two patients give no interval",))


def test_what_a_run_does_not_allow_is_not_applicable_and_says_why() -> None:
    none = [line | {"tuned": line["tuned"] | {"hpi_f1": [0.0, 0.0]}} for line in lines()]
    null = {"base": {"wer": "no speaker tokens"}, "tuned": {"hpi_f1": "no speaker tokens"}}
    without = run(none, "main:hpi", not_applicable=null)
    found = rows(without, run(lines(), "workspace:hpi"))
    row = found["hpi_f1", ""]
    assert (row.a, row.difference, row.p, row.verdict) == (None, None, None, "unknown")
    assert row.b is not None
    assert row.reasons == ("N/A in main:hpi: no speaker tokens",)
    assert values(row).startswith("N/A → 0.")
    assert found["wer", ""].reasons == ()
    both = rows(without, without)["hpi_f1", ""]
    assert (both.verdict, values(both), both.difference) == ("no change", "N/A → N/A", None)
    assert verdict(both) == "= no change"
    sliced = rows(without, without, replace(QUICK, slices=("category",)))
    assert {slice for metric, slice in sliced if metric == "hpi_f1"} == {""}


def test_a_denominator_of_zero_is_unknown() -> None:
    none = [line | {"tuned": line["tuned"] | {"hpi_f1": [0.0, 0.0]}} for line in lines()]
    row = rows(run(lines()), run(none))["hpi_f1", ""]
    assert (row.b, row.difference, row.verdict) == (None, None, "unknown")
    assert row.reasons == ("a denominator is 0: no example counts",)


@pytest.mark.parametrize(("told", "reason"), [
    ({"test_set": "a" * 64}, "the test sets differ (tttttttt / aaaaaaaa)"),
    ({"prompt": "changed"}, "the prompts differ (pppppppp / changed)"),
    ({"generation": {"decoding": "greedy", "tokens": 80}}, "the generation differs (tokens 160 / 80)"),
    ({"signatures": SIGNED | {"hpi_f1": "hpi_f1|tokens:squad|version:1"}},
     "the metric differs (tokens dose-safe-1 / squad)"),
])  # fmt: skip
def test_what_is_unlike_is_refused_and_said(told: dict[str, Any], reason: str) -> None:
    a, b = run(lines()), run(lines(loss=0.05), **told)
    found = rows(a, b)["hpi_f1", ""]
    assert (found.verdict, found.reasons, found.a) == ("refused", (reason,), None)
    anyway = rows(a, b, replace(QUICK, anyway=True))["hpi_f1", ""]
    assert anyway.p is not None
    assert anyway.reasons == (reason,)


def test_a_metric_that_one_side_lacks() -> None:
    only = {"hpi_f1": SIGNED["hpi_f1"]}
    less = [line | {"tuned": {"hpi_f1": line["tuned"]["hpi_f1"]}} for line in lines()]
    gone = rows(run(lines()), run(less, name="new:hpi", signatures=only))["wer", ""]
    assert (gone.verdict, gone.reasons) == ("refused", ("new:hpi does not measure it",))
    assert rows(run(less, signatures=only), run(lines()))["wer", ""].verdict == "added"


def test_statistics_of_another_width_cannot_be_compared_even_anyway() -> None:
    wider = [line | {"tuned": line["tuned"] | {"hpi_f1": [0.5, 1.0, 1.0]}} for line in lines()]
    row = rows(run(lines()), run(wider, name="new:hpi"), replace(QUICK, anyway=True))["hpi_f1", ""]
    assert row.reasons == ("new:hpi has 3 statistics, this version of hpi_f1 2",)


def test_no_example_in_common_cannot_be_compared() -> None:
    others = [line | {"id": f"x{line['id']}"} for line in lines()]
    row = rows(run(lines()), run(others, test_set="other"), replace(QUICK, anyway=True))["hpi_f1", ""]
    assert (row.verdict, row.reasons) == ("refused", ("no example is in both test sets",))


def test_one_test_set_with_two_sets_of_examples_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"x:hpi and y:hpi name one test set, but not one set of examples"):
        rows(run(lines()), run(lines()[1:], name="y:hpi"))


def test_slices_are_compared_on_their_own_examples() -> None:
    told = replace(QUICK, slices=("category", "source", "nothing"))
    found = rows(run(lines()), run(lines(loss=0.05)), told)
    assert {slice for _, slice in found} == {"", "category=long", "category=short"}
    assert found["hpi_f1", "category=long"].examples == 30
    halves = [found["hpi_f1", f"category={one}"].difference or 0.0 for one in ("long", "short")]
    assert sum(halves) / 2 == pytest.approx(found["hpi_f1", ""].difference)


def test_a_slice_of_few_patients_and_a_metric_without_examples_in_it_are_left_out() -> None:
    def marked(rows: list[dict]) -> list[dict]:
        for n, line in enumerate(rows):
            line["slices"]["rare"] = "yes" if n < 4 else "no"
            line["slices"]["speech"] = n < 20
            if n >= 20:
                del line["tuned"]["wer"]
        return rows

    found = rows(run(marked(lines())), run(marked(lines(loss=0.1))), replace(QUICK, slices=("rare", "speech")))
    assert ("hpi_f1", "rare=yes") not in found
    assert ("hpi_f1", "rare=no") in found
    assert ("wer", "speech=yes") in found
    assert ("wer", "speech=no") not in found


@pytest.mark.parametrize(("change", "message"), [
    (lambda found: found[1].pop("id"), r"x:hpi/statistics\.jsonl:2: expected 'id' with a str"),
    (lambda found: found[1].update(id="e00000"), r"two lines have the id e00000"),
    (lambda found: found[1]["tuned"].update(bleu=[1.0]), r"jsonl:2: statistics of 'bleu', of which signature"),
    (lambda found: found[1]["tuned"].update(wer=[1.0]), r"lines have different numbers of statistics of wer"),
    (lambda found: found.clear(), r"holds no example"),
])  # fmt: skip
def test_a_broken_file_is_named(change: Any, message: str) -> None:
    found = lines()
    change(found)
    with pytest.raises(ValueError, match=message):
        run(found)


def test_a_signature_without_a_key_is_named() -> None:
    with pytest.raises(ValueError, match=r"x:hpi/signature\.json: no 'prompt'; run `dvc repro evaluate`"):
        parse("x:hpi", b"{}", b'{"test_set": "t", "metrics": {}}')


def test_what_is_no_json_is_named(tmp_path: Path) -> None:
    folder = write(tmp_path, lines())
    signature = (folder / "signature.json").read_bytes()
    with pytest.raises(ValueError, match=r"statistics\.jsonl:1: not JSON"):
        parse("x:hpi", b"{", signature)
