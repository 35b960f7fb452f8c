"""The command that scores anyone's files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from stages.evaluate.files import read
from stages.evaluate.panel import OF_TEXTS

ROOT = Path(__file__).parents[2]


Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def command(tmp_path: Path) -> Command:
    def run(name: str, content: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / name).write_text(content)
        (tmp_path / "synonyms.csv").write_text("term,synonym\n")
        told = (ROOT / "params.yaml").read_text().replace("data/lexicon/synonyms.csv", str(tmp_path / "synonyms.csv"))
        (tmp_path / "params.yaml").write_text(told)
        command = [sys.executable, "-m", "stages.evaluate", "score", str(tmp_path / name), *arguments]
        return subprocess.run(
            [*command, "--params", str(tmp_path / "params.yaml")], cwd=ROOT, capture_output=True, text=True,
            env=os.environ | {"OMP_NUM_THREADS": "1"},
        )  # fmt: skip

    return run


def test_anyones_predictions_are_scored(command: Command) -> None:
    lines = [{"reference": "chest pain", "prediction": "chest pain"}, {"reference": "no fever", "prediction": ""}]
    done = command("system.jsonl", "\n".join(map(json.dumps, lines)), "--scorers", "exact_match", "wer")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["blank"] == 1
    assert result["metrics"]["exact_match"]["value"] == 0.5
    assert result["metrics"]["wer"]["value"] == 0.5
    assert result["metrics"]["wer"]["low"] <= 0.5 <= result["metrics"]["wer"]["high"]


def test_csv_reads_as_jsonl_does(command: Command) -> None:
    done = command("system.csv", 'reference,prediction,group\n"a, b",a b,p1\nc,d,p1\n', "--scorers", "exact_match")
    result = json.loads(done.stdout)
    assert (result["examples"], result["groups"]) == (2, 1)
    assert result["metrics"]["exact_match"] == dict.fromkeys(("low", "high", "bca_low", "bca_high")) | {"value": 0.5}


def test_parquet_reads_as_jsonl_does(tmp_path: Path) -> None:
    import pyarrow
    import pyarrow.parquet

    rows = [
        {"id": "1", "group": "p", "reference": "a", "prediction": "a"},
        {"id": "2", "group": "p", "reference": "b", "prediction": None},
    ]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "s.parquet")
    (tmp_path / "s.jsonl").write_text("\n".join(map(json.dumps, rows)))
    assert read(tmp_path / "s.parquet") == read(tmp_path / "s.jsonl")
    assert read(tmp_path / "s.jsonl")["prediction"][1].prediction == ""
    (tmp_path / "torn.parquet").write_bytes(b"no parquet")
    with pytest.raises(ValueError, match=r"torn\.parquet: not a Parquet file"):
        read(tmp_path / "torn.parquet")


def test_two_systems_are_paired_by_every_scorer_of_texts(command: Command) -> None:
    lines = [
        {"group": f"p{i % 4}", "reference": f"take {i} mg of aspirin", "base": f"take {i}0 mg", "tuned": f"take {i} mg"}
        for i in range(1, 13)
    ]
    done = command("two.jsonl", "\n".join(map(json.dumps, lines)), "--scorers", "all")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["groups"] == 4
    assert result["metrics"].keys() == set(OF_TEXTS)
    one = result["metrics"]["critical_error_rate"]
    assert one["difference"]["value"] == pytest.approx(one["tuned"]["value"] - one["base"]["value"])
    assert one["tuned"]["value"] < one["base"]["value"]
    assert one["difference"]["high"] < 0
    # 2^4 swaps of patients: the observed one and its mirror are as extreme.
    assert one["difference"]["p"] == pytest.approx(2 / 16)
    assert ["1", "10", 1] in result["errors"]["base"]["substitutions"]
    assert result["blank"] == {"base": 0, "tuned": 0}


@pytest.mark.parametrize(
    ("name", "content", "arguments", "told"),
    [
        ("s.jsonl", '{"reference": "x"}', (), "s.jsonl:1: no 'prediction'"),
        ("s.jsonl", '{"reference": "x", "prediction": "x"}\nnot json', (), "s.jsonl:2: not JSON"),
        ("s.jsonl", "[1]", (), "s.jsonl:1: expected an object, found list"),
        ("s.jsonl", "", (), "holds no line to score"),
        ("s.txt", "x", (), "expected a file that ends in .jsonl, .csv, .parquet"),
        ("s.csv", "reference,prediction\nx,x\n", ("--scorers", "f2"), "f2: no such metric"),
        ("s.csv", "reference,prediction\nx,x\n", ("--scorers", "perplexity"), "needs log-probabilities"),
    ],
)
def test_a_faulty_file_is_named_with_its_line(
    command: Command, name: str, content: str, arguments: tuple[str, ...], told: str
) -> None:
    done = command(name, content, *arguments)
    assert done.returncode == 1
    assert told in done.stderr
    assert "Traceback" not in done.stderr
