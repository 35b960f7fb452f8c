"""Speech evaluated on a real, tiny Whisper with a real adapter."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from stages.contamination import Contamination, Overlap
from stages.evaluate.__main__ import evaluate
from stages.evaluate.listen import Listened, listen
from stages.evaluate.predictions import Prediction
from stages.models import speech
from stages.params import Params, load
from stages.records import Example
from stages.shards import read_shard, write_shard
from stages.train.speech import train
from tests.train.speech_project import SHORT, make_project

BASE, ADAPTER = Path("models/base/speech"), Path("models/adapters/scribe")
KEYS = {
    **SHORT,
    "lora": {**SHORT["lora"], "r": 8, "dropout": 0.0},
    "learning_rate": 0.03,
    "epochs": 25.0,
    "perturbation": {},
    "checkpoint_steps": 1000,
}


@pytest.fixture(scope="module", autouse=True)
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project with a trained adapter, entered; half of its test examples are in the base's words."""
    folder = make_project(tmp_path_factory.mktemp("listen") / "project", KEYS)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.delenv("DVC_ROOT", raising=False)
        train(load(), "scribe", Path("data/split/scribe"))
        yield folder


@pytest.fixture(scope="module")
def params() -> Params:
    return load()


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return sorted(read_shard(Path("data/split/scribe/test.jsonl"), Example), key=lambda one: one.id)


def heard(params: Params, examples: list[Example], metrics: tuple[str, ...] = (), **changed: object) -> Listened:
    settings = params.evaluate.model_copy(update={"batch": 3, **changed})
    return listen(examples, BASE, ADAPTER, settings, params.training("scribe"), 7, metrics)


@pytest.fixture(scope="module")
def found(params: Params, examples: list[Example]) -> Listened:
    return heard(params, examples)


def test_base_and_tuned_hear_the_same_windows(found: Listened, examples: list[Example]) -> None:
    assert [one.id for one in found.predictions] == [example.id for example in examples]
    assert any("<|doctor|>" in one.tuned for one in found.predictions)
    # The base has no such token, also not by way of the adapter's.
    assert not any("<|" in one.base for one in found.predictions)
    # Examples 60 and 64 are the same second of sound.
    assert found.predictions[0].prompt == found.predictions[4].prompt != found.predictions[1].prompt
    assert [one.tuned for one in found.predictions[:4]] == [one.tuned for one in found.predictions[4:]]
    assert all(one.base_likelihood is None for one in found.predictions)
    (content,) = {tuple(sorted(one.content.items())) for one in found.predictions}
    assert {key for key, _ in content} == {"base", "adapter", "tokenizer", "wording", "generation"}


def test_seconds_are_told_apart(found: Listened) -> None:
    assert found.run["seconds_of_sound"] == pytest.approx(8 * 0.9)
    for system in ("base", "tuned"):
        assert found.run["real_time_factor"][system] == pytest.approx(found.run["seconds"][system] / 7.2, rel=1e-2)


@pytest.mark.parametrize("batch", [1, 8])
def test_batch_size_changes_no_transcript(params: Params, examples: list[Example], found: Listened, batch: int) -> None:
    other = heard(params, examples, batch=batch).predictions
    assert [(one.base, one.tuned) for one in other] == [(one.base, one.tuned) for one in found.predictions]


def test_likelihoods_are_worked_out_where_a_metric_needs_them(params: Params, examples: list[Example]) -> None:
    for one in heard(params, examples, ("wer", "perplexity")).predictions:
        assert one.base_likelihood is not None
        assert one.tuned_likelihood is not None
        assert one.tuned_likelihood.logprob > one.base_likelihood.logprob
        again = Prediction.from_json(json.dumps({"base_ended": True, "tuned_ended": True} | _plain(one)))
        assert again.tuned_likelihood == one.tuned_likelihood


def _plain(one: Prediction) -> dict[str, object]:
    from stages.records import to_json

    return dict(json.loads(to_json(one)))


def test_an_interrupted_run_resumes_and_a_new_adapter_is_asked_anew(
    params: Params, examples: list[Example], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    asked: list[int] = []
    transcribe = speech.transcribe

    def counted(*given: object) -> object:
        if len(asked) == limit:
            raise KeyboardInterrupt
        asked.append(len(given[2]))  # type: ignore[arg-type]
        return transcribe(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(speech, "transcribe", counted)
    limit = 4
    with pytest.raises(KeyboardInterrupt):
        heard(params, examples)
    # 8 windows in batches of 3, for each of 2 systems.
    assert asked == [3, 3, 2, 3]
    limit = -1
    whole = heard(params, examples).predictions
    assert asked == [3, 3, 2, 3, 3, 2]
    config = json.loads((ADAPTER / "adapter_config.json").read_bytes())
    (ADAPTER / "adapter_config.json").write_text(json.dumps(config | {"lora_alpha": 0.001}))
    try:
        other = heard(params, examples).predictions
    finally:
        (ADAPTER / "adapter_config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
    assert len(asked) == 12
    assert {key for key, value in whole[0].content.items() if other[0].content[key] != value} == {"adapter"}
    assert [one.base for one in other] == [one.base for one in whole]
    assert [one.tuned for one in other] != [one.tuned for one in whole]


def test_a_window_that_is_too_long_is_named(params: Params, examples: list[Example]) -> None:
    long = replace(examples[0], meta={"start": 0.0, "end": 2.5})
    with pytest.raises(ValueError, match=r"example test060: 2\.50 s of sound; the model hears 2 s at once"):
        heard(params, [long])


def test_a_missing_adapter_is_named(params: Params, examples: list[Example]) -> None:
    with pytest.raises(FileNotFoundError, match=r"absent: no adapter there; run `dvc repro train@absent`"):
        listen(examples, BASE, Path("models/adapters/absent"), params.evaluate, params.training("scribe"), 7)


def test_the_stage_scores_both_and_says_where_the_base_has_no_speakers(params: Params, examples: list[Example]) -> None:
    seen = [Contamination(one.id, one.group, Overlap(), Overlap(), ()) for one in examples]
    write_shard(Path("data/split/contamination/scribe.jsonl"), seen)
    evaluate(params, "scribe")
    numbers = json.loads(Path("metrics/scribe.json").read_bytes())
    assert numbers["base"]["role_accuracy"] is None
    assert numbers["tuned"]["role_accuracy"] > 0.5
    assert numbers["tuned"]["wer"] == numbers["base"]["wer"] == 0
    run = json.loads(Path("data/evaluate/scribe/run.json").read_bytes())
    assert set(run["real_time_factor"]) == {"base", "tuned"}
    assert "real_time_factor" not in json.dumps(numbers)
