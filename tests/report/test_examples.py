"""What follows from the statistics of examples: slices, ranks, and which examples are shown."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.report.examples import Measured, measured
from stages.report.ranks import NAMES, rankings
from stages.report.samples import Sample, chosen
from stages.report.slices import Settings, slices

SETTINGS = Settings(replicates=200, confidence=0.95, fewest_groups=3, seed=7)


def lists(base: list[int | None], tuned: list[int | None], **slices: list[str]) -> Measured:
    """Examples whose right diagnosis stands at these ranks; None where it is not listed."""

    def rows(ranks: list[int | None]) -> dict[str, np.ndarray]:
        return {"mrr": np.array([[1 / rank if rank else 0.0, 1.0] for rank in ranks])}

    places = range(len(base))
    return Measured(
        ids=tuple(f"e{n}" for n in places),
        groups=tuple(f"g{n}" for n in places),
        slices=tuple({key: values[n] for key, values in slices.items()} for n in places),
        rows={"base": rows(base), "tuned": rows(tuned)},
    )


def test_a_slice_has_the_metric_of_its_examples() -> None:
    found = lists([1, 2, None, 4, 1], [1, 1, 1, 2, None], source=["a", "a", "a", "b", "b"])
    first, second = slices("dx", found, ["mrr"], "source", SETTINGS)
    assert (first.value, first.examples, second.value, second.examples) == ("a", 3, "b", 2)
    assert first.results["mrr"].base.value == pytest.approx(0.5)
    assert first.results["mrr"].difference.value == pytest.approx(0.5)
    low, high = first.results["mrr"].difference[1:]
    assert low is not None
    assert high is not None
    assert low <= 0.5 <= high


def test_too_few_patients_give_a_value_and_no_interval() -> None:
    found = lists([1, 2, None, 4, 1], [1, 1, 1, 2, None], source=["a", "a", "a", "b", "b"])
    second = slices("dx", found, ["mrr"], "source", SETTINGS)[1].results["mrr"]
    assert second.difference == (pytest.approx(-0.375), None, None)


def test_one_value_is_no_slice_and_an_absent_key_neither() -> None:
    found = lists([1, 2], [1, 1], source=["a", "a"])
    assert slices("dx", found, ["mrr"], "source", SETTINGS) == []
    assert slices("dx", found, ["mrr"], "operator", SETTINGS) == []


def test_slices_of_a_system_that_stands_alone() -> None:
    found = lists([1] * 6, [1, 2, 1, 2, 1, 2], source=[*"aaabbb"])
    alone = Measured(found.ids, found.groups, found.slices, {"tuned": found.rows["tuned"]})
    first = slices("dx", alone, ["mrr"], "source", SETTINGS)[0].results["mrr"]
    assert (first.base.value, first.difference.value) == (None, None)
    assert first.tuned.value == pytest.approx((1 + 0.5 + 1) / 3)


@given(st.lists(st.one_of(st.none(), st.integers(1, 9)), min_size=1, max_size=30))
def test_shares_of_ranks_are_the_counted_ones(ranks: list[int | None]) -> None:
    found = lists(ranks, ranks)
    settings = Settings(replicates=100, confidence=0.95, fewest_groups=2, seed=7)
    base, tuned = rankings("dx", found, ["exact_match", "mrr"], settings)
    assert [share.value for share in base.shares] == [share.value for share in tuned.shares]
    told = {name: share.value for name, share in zip(NAMES, tuned.shares, strict=True)}
    wanted = {str(n): ranks.count(n) for n in range(1, 6)}
    wanted |= {"later": sum(rank is not None and rank > 5 for rank in ranks), "not listed": ranks.count(None)}
    assert told == pytest.approx({name: count / len(ranks) for name, count in wanted.items()})
    assert sum(share for share in told.values() if share is not None) == pytest.approx(1.0)


def test_a_rank_that_is_right_more_often_than_one_above_is_named() -> None:
    ordered, swapped = [1, 1, 1, 2, 2, 3], [2, 2, 2, 1, 1, 3]
    base, tuned = rankings("dx", lists(ordered, swapped), ["mrr"], SETTINGS)
    assert (base.misplaced, tuned.misplaced) == ((), (2,))
    assert rankings("dx", lists(ordered, swapped), ["token_f1"], SETTINGS) == []


def written(folder: Path, base: list[int | None], tuned: list[int | None]) -> tuple[Path, Measured]:
    path = folder / "predictions.jsonl"
    lines = [
        {"id": f"e{n}", "instruction": "?", "reference": "a b", "base": "a", "tuned": "b", "base_ended": True,
         "tuned_ended": n % 2 == 0}
        for n in range(len(base))
    ]  # fmt: skip
    path.write_bytes(b"\n".join(orjson.dumps(line) for line in lines))
    return path, lists(base, tuned)


def shown(path: Path, found: Measured | None, amount: int, extremes: int, metric: str = "mrr") -> list[Sample]:
    return chosen(path, amount, extremes, 7, "dx", [metric], found)


def test_the_browser_holds_no_more_than_is_asked_for(tmp_path: Path) -> None:
    path, found = written(tmp_path, [None] * 10 + [1] * 10, [1] * 10 + [3] * 10)
    drawn = shown(path, found, 4, 0)
    assert [one.why for one in drawn] == ["drawn"] * 4
    more = shown(path, found, 4, 3)
    assert [one.id for one in more[:4]] == [one.id for one in drawn]
    assert [one.why for one in more[4:]] == ["gain"] * 3 + ["loss"] * 3
    assert len({one.id for one in more}) == 10
    assert [one.gains["mrr"] for one in more[4:]] == pytest.approx([1] * 3 + [-2 / 3] * 3, abs=1e-6)
    assert len(shown(path, found, 0, 50)) == 20
    assert shown(path, found, 0, 0) == []


def test_without_statistics_examples_have_no_gain(tmp_path: Path) -> None:
    path, _ = written(tmp_path, [1, 2], [2, 1])
    assert [one.scores for one in shown(path, None, 2, 2)] == [{}, {}]
    assert shown(tmp_path / "absent.jsonl", None, 2, 2) == []


def test_a_gain_is_positive_where_tuned_is_better(tmp_path: Path) -> None:
    path, found = written(tmp_path, [1], [1])
    rates = {"base": {"wer": np.array([[4.0, 0, 0, 0]])}, "tuned": {"wer": np.array([[1.0, 0, 0, 3]])}}
    found = Measured(found.ids, found.groups, found.slices, rates)
    assert shown(path, found, 1, 0, "wer")[0].gains == {"wer": 0.75}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"{", "statistics.jsonl:1: not JSON"),
        (b"[]", "statistics.jsonl:1: expected an object"),
        (b'{"id": "a"}', "statistics.jsonl:1: expected an object with the texts `id` and `group`"),
        (b'{"id": "a", "group": "g", "tuned": {"mrr": [1]}}', "mrr: expected 2 statistics an example"),
    ],
)
def test_a_file_that_is_not_as_it_should_be_is_named(tmp_path: Path, line: bytes, said: str) -> None:
    path = tmp_path / "statistics.jsonl"
    path.write_bytes(line)
    with pytest.raises(ValueError, match=said.replace("[", r"\[")):
        measured(path, ["mrr"])


def test_what_was_not_measured_is_zeros_and_what_was_not_asked_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "statistics.jsonl"
    path.write_bytes(
        b'{"id": "a", "group": "g", "slices": {"contaminated": true, "x": ""}, "tuned": {"mrr": [1, 1]},'
        b' "base": null}\n'
        b'{"id": "b", "group": "g", "tuned": {"mrr": null}}\n'
    )
    found = measured(path, ["mrr"])
    assert found is not None
    assert [*found.rows] == ["tuned"]
    assert found.rows["tuned"]["mrr"].tolist() == [[1, 1], [0, 0]]
    assert [dict(told) for told in found.slices] == [{"contaminated": "yes"}, {}]
    assert np.isnan(found.values("base", "mrr")).all()
