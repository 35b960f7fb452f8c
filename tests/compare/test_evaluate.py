"""What evaluate writes is what compare reads, and both say the same of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from stages.compare.paired import Settings, rows_of
from stages.compare.rows import gate
from stages.compare.runs import Run
from stages.compare.sides import Folder
from stages.evaluate.content import test_set as hash_of
from stages.evaluate.panel import Panel
from stages.evaluate.predictions import Prediction
from stages.evaluate.results import not_applicable, score, scored, signature, statistics
from stages.evaluate.scorers.ranked import Synonyms
from stages.evaluate.scorers.terms import Vocabulary
from stages.models.text import Likelihood
from stages.params.evaluate import Evaluate
from stages.records import Example, to_json
from stages.shards import write_bytes

METRICS = ["token_f1", "bleu", "wer", "perplexity", "assessment_f1", "rougeL", "clinical_wer", "chrf"]
SETTINGS = Evaluate(replicates=200)
EXAMPLES = [
    Example(
        id=f"e{n:02d}",
        task="hpi",
        group=f"g{n // 2}",
        instruction="Write it.",
        response=f"HPI: Cough for {n} days, {n}.5 mg given.\nAssessment: Croup.",
        category=("short", "long")[n % 2],
        meta={"site": ("north", "south")[n // 12]},
    )
    for n in range(24)
]


CLEAN = {example.id: False for example in EXAMPLES}


def prediction(example: Example, lost: int) -> Prediction:
    words = example.response.split(" ")
    return Prediction(
        id=example.id, group=example.group, prompt="p", instruction=example.instruction, reference=example.response,
        base_ended=True, tuned_ended=True, base_likelihood=Likelihood(-30.0, 12, 50),
        tuned_likelihood=Likelihood(-9.0 - lost, 12, 50), base="", tuned=" ".join(words[: len(words) - lost]),
        category=example.category,
    )  # fmt: skip


def evaluated(folder: Path, lost: int) -> tuple[Run, dict]:
    """A run as evaluate writes it, and its metrics file; answers lack their last words in every third example."""
    panel = Panel(METRICS, ["HPI", "Assessment"], Synonyms.read(SETTINGS.synonyms), {}, Vocabulary.read(SETTINGS.terms))
    predictions = [prediction(example, lost * (n % 3 == 0)) for n, example in enumerate(EXAMPLES)]
    rows = scored(predictions, panel)
    told = b"".join(to_json(line) + b"\n" for line in statistics(EXAMPLES, predictions, panel, rows, CLEAN))
    write_bytes(folder / "hpi/statistics.jsonl", told)
    write_bytes(folder / "hpi/signature.json", to_json(signature(panel, SETTINGS, hash_of(EXAMPLES), "wording")))
    run = Folder("x", folder).run("hpi")
    assert run is not None
    return run, score(predictions, panel, SETTINGS, 7, "hpi", rows)[0]


def test_both_say_the_same_numbers(tmp_path: Path) -> None:
    (a, before), (b, after) = evaluated(tmp_path / "a", 0), evaluated(tmp_path / "b", 3)
    rows = {row.metric: row for row in rows_of("hpi", METRICS, a, b, Settings(200, 0.95, 5, 7))}
    assert list(rows) == METRICS
    for metric in METRICS:
        assert rows[metric].reasons == ()
        assert rows[metric].a == pytest.approx(before["tuned"][metric], abs=1e-9)
        assert rows[metric].b == pytest.approx(after["tuned"][metric], abs=1e-9)
        assert rows[metric].gain is not None
        assert rows[metric].gain < 0


def test_categories_and_every_key_of_meta_are_slices(tmp_path: Path) -> None:
    (a, _), (b, after) = evaluated(tmp_path / "a", 0), evaluated(tmp_path / "b", 3)
    settings = Settings(200, 0.95, 5, 7, slices=("category", "site"))
    rows = {(row.metric, row.slice): row for row in rows_of("hpi", METRICS, a, b, settings)}
    assert {slice for _, slice in rows} == {"", "category=long", "category=short", "site=north", "site=south"}
    expected = after["category"]["long"]["tuned"]["token_f1"]
    assert rows["token_f1", "category=long"].b == pytest.approx(expected, abs=1e-9)


def test_another_test_set_changes_the_hash_that_is_compared(tmp_path: Path) -> None:
    assert hash_of(EXAMPLES) != hash_of([replace(EXAMPLES[0], response="Croup."), *EXAMPLES[1:]])


def test_a_system_without_speaker_tokens_is_null_on_both_pages(tmp_path: Path) -> None:
    """What evaluate says of it is what compare tells."""
    speakers = ("doctor", "patient")
    panel = Panel(["wer", "role_accuracy"], (), Synonyms.none(), {}, speakers=speakers)
    examples = [replace(one, response="<|doctor|> any pain <|patient|> no") for one in EXAMPLES]
    runs = []
    for name, said in (("a", "any pain no"), ("b", "<|doctor|> any <|patient|> pain no")):
        predictions = [replace(prediction(one, 0), tuned=said) for one in examples]
        rows = scored(predictions, panel)
        told = b"".join(to_json(line) + b"\n" for line in statistics(examples, predictions, panel, rows, CLEAN))
        write_bytes(tmp_path / name / "scribe/statistics.jsonl", told)
        signed = signature(panel, SETTINGS, hash_of(examples), "wording")
        null = {"not_applicable": not_applicable(predictions, panel)}
        write_bytes(tmp_path / name / "scribe/signature.json", to_json(signed | null))
        runs.append(Folder(name, tmp_path / name).run("scribe"))
    a, b = runs
    assert a is not None
    assert b is not None
    rows = {row.metric: row for row in rows_of("scribe", ["role_accuracy", "wer"], a, b, Settings(200, 0.95, 5, 7))}
    assert (rows["wer"].a, rows["wer"].b, rows["wer"].verdict) == (0, 0, "no change")
    assert (rows["role_accuracy"].a, rows["role_accuracy"].b) == (None, pytest.approx(2 / 3))
    assert rows["role_accuracy"].reasons == ("N/A in a:scribe: no speaker tokens",)
    assert gate([rows["role_accuracy"]], {}) == 2
