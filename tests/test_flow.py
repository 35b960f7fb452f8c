from __future__ import annotations

import random
from pathlib import Path

import pytest

from stages import flow, shards
from stages.flow import Rejected
from stages.keys import Key
from stages.params.flow import Flow
from stages.records import Record
from tests.steps import SECRET, Gather, Hindered, Shout, record

KEY = Key(b"k" * 32)
SHARDS = 5


@pytest.fixture
def marks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A DVC repository to keep the memo in, and a folder in which steps leave marks."""
    (tmp_path / "repo" / ".dvc").mkdir(parents=True)
    monkeypatch.setenv("DVC_ROOT", str(tmp_path / "repo"))
    (tmp_path / "marks").mkdir()
    return tmp_path / "marks"


def run(
    records: list[Record], marks: Path, step: type[Shout] = Shout, mark: str = "m", **how: object
) -> dict[str, int]:
    folder = marks.parent
    shards.write(folder / "in", records, SHARDS)
    options = Flow.model_validate({"shards": SHARDS, "workers": 2} | how)
    return flow.run(step(marks), [folder / "in"], folder / "out", options, KEY, mark, passing=("timeout",))


def results(marks: Path) -> dict[str, bytes]:
    out = marks.parent / "out"
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in sorted(out.rglob("*.jsonl"))}


def calls(marks: Path) -> set[str]:
    names = {path.name for path in marks.iterdir()}
    for path in marks.iterdir():
        path.unlink()
    return names


def test_every_value_flows_or_is_quarantined_with_its_reason(marks: Path) -> None:
    texts = {3: "boom", 9: "refuse", 11: "die"}
    counts = run([record(i, texts.get(i, "hello")) for i in range(40)], marks)
    assert counts["in"] == 40
    assert counts["out"] == counts["shouted"] == 37
    assert counts["quarantined"] == 3
    assert counts["quarantined.refused"] == counts["quarantined.the worker process died"] == 1
    assert sum(amount for name, amount in counts.items() if name.startswith("quarantined.ValueError at steps:")) == 1
    kept = {value.id for value in shards.read(marks.parent / "out/records", Record)}
    lost = {value.id for value in shards.read(marks.parent / "out/quarantine", Rejected)}
    assert kept | lost == {f"r{i:03d}" for i in range(40)}
    assert not kept & lost


def test_an_exception_s_message_is_written_nowhere(marks: Path) -> None:
    run([record(0, "boom"), record(1)], marks)
    written = b"".join(path.read_bytes() for path in marks.parent.rglob("*") if path.is_file())
    assert SECRET.encode() not in written


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_workers_and_order_change_nothing(marks: Path, workers: int) -> None:
    records = [record(i, f"text {i}") for i in range(30)]
    run(records, marks, mark="one")
    expected = results(marks)
    random.Random(workers).shuffle(records)
    run(records, marks, mark=f"with {workers}", workers=workers)
    assert results(marks) == expected


def test_ray_gives_the_same_bytes(marks: Path) -> None:
    pytest.importorskip("ray", reason="the extra rounds[ray] is not installed")
    records = [record(i, f"text {i}") for i in range(12)]
    run(records, marks, mark="here")
    expected = results(marks)
    run(records, marks, mark="there", engine="ray")
    assert results(marks) == expected


def test_a_group_is_processed_whole(marks: Path) -> None:
    counts = run([record(i, f"{i}") for i in range(21)], marks, step=Gather)
    assert counts["out"] == 7
    texts = {value.text for value in shards.read(marks.parent / "out/records", Record)}
    assert "0 7 14" in texts


def test_only_what_changed_is_done_again(marks: Path) -> None:
    records = [record(i, f"text {i}") for i in range(30)]
    run(records, marks)
    assert len(calls(marks)) == 30
    run(records, marks)
    assert calls(marks) == set()
    run([*records[:-1], record(29, "edited"), record(30, "new")], marks)
    assert calls(marks) == {"r029", "r030"}
    run(records[:10], marks)
    assert calls(marks) == set()
    assert len(list(shards.read(marks.parent / "out/records", Record))) == 10


@pytest.mark.parametrize("befalls", ["MemoryError", "TimeoutError", "FileNotFoundError", "timeout", "die"])
def test_what_befell_a_step_is_not_remembered(marks: Path, befalls: str) -> None:
    hindered = marks.parent / "hindered"
    hindered.touch()
    records = [record(0, befalls), *(record(i, "refuse" if i == 3 else f"text {i}") for i in range(1, 12))]
    assert run(records, marks, step=Hindered)["quarantined"] == 2
    calls(marks)
    assert run(records, marks, step=Hindered)["quarantined"] == 2
    assert calls(marks) == {"r000"}
    hindered.unlink()
    assert run(records, marks, step=Hindered)["quarantined"] == 1
    assert calls(marks) == {"r000"}
    run(records, marks, step=Hindered)
    assert calls(marks) == set()


def test_another_fingerprint_does_everything_again(marks: Path) -> None:
    records = [record(i) for i in range(5)]
    run(records, marks, mark="before")
    calls(marks)
    run(records, marks, mark="after")
    assert len(calls(marks)) == 5


def test_the_memo_only_saves_time(marks: Path) -> None:
    records = [record(i, f"text {i}") for i in range(12)]
    run(records, marks)
    expected = results(marks)
    for path in (marks.parent / "repo/.dvc/tmp").rglob("*"):
        if path.is_file():
            path.write_bytes(b"torn" * 20)
    run(records, marks)
    assert results(marks) == expected


def test_the_memo_holds_no_text(marks: Path) -> None:
    run([record(0, "Kwame Osei was seen")], marks)
    stored = b"".join(path.read_bytes() for path in (marks.parent / "repo/.dvc/tmp").rglob("*") if path.is_file())
    assert stored
    assert b"Kwame" not in stored
    assert b"KWAME" not in stored


def test_another_number_of_shards_is_an_error_that_says_what_to_do(marks: Path) -> None:
    shards.write(marks.parent / "in", [record(0)], 2)
    with pytest.raises(FileNotFoundError, match=r"flow\.shards"):
        flow.run(Shout(marks), [marks.parent / "in"], marks.parent / "out", Flow(shards=4), KEY, "m")
