"""What base and adapter are asked and answer: alike in any batch, kept, and resumed."""

from __future__ import annotations

from pathlib import Path

import pytest

from stages.evaluate.panel import Panel
from stages.evaluate.predict import predict
from stages.evaluate.predictions import Prediction
from stages.evaluate.results import score
from stages.evaluate.scorers.ranked import Synonyms
from stages.params.train import Train
from tests.evaluate.tiny import EXAMPLES, SETTINGS, answers, save_adapter

pytestmark = pytest.mark.usefixtures("memo")


def test_base_and_tuned_answer_the_same_prompts(found: list[Prediction]) -> None:
    assert [p.id for p in found] == [e.id for e in EXAMPLES]
    assert any(p.base != p.tuned for p in found)
    assert len({p.prompt for p in found}) == len(EXAMPLES)
    for prediction in found:
        assert prediction.base_likelihood.tokens == prediction.tuned_likelihood.tokens > 0
        assert prediction.base_likelihood.logprob != prediction.tuned_likelihood.logprob


def test_the_base_of_a_pair_is_the_base_alone(models: Path, found: list[Prediction]) -> None:
    """With the adapter switched off nothing of it is left."""
    from stages.models.prompts import render
    from stages.models.text import generate, load_base, response_logprobs

    model, tokenizer = load_base(models / "base/tiny", Train().quantization)
    prompts, completions = zip(*(render(example, tokenizer) for example in EXAMPLES), strict=True)
    assert [g.text for g in generate(model, tokenizer, prompts, 6, 4)] == [p.base for p in found]
    assert response_logprobs(model, tokenizer, prompts, completions, 4) == [p.base_likelihood for p in found]


@pytest.mark.parametrize("batch", [1, 2, 3, 16])
def test_batch_size_and_order_change_no_score(models: Path, found: list[Prediction], batch: int) -> None:
    shuffled = [EXAMPLES[i] for i in (3, 0, 5, 1, 4, 2)]
    settings = SETTINGS.model_copy(update={"batch": batch})
    other = predict(shuffled, models / "base/tiny", models / "adapters/hpi", settings, Train(), 7)
    assert {p.id: (p.base, p.tuned, p.base_ended) for p in found} == {
        p.id: (p.base, p.tuned, p.base_ended) for p in other
    }
    panel = Panel(["perplexity", "bits_per_byte", "rougeL", "token_f1"], (), Synonyms.none(), {})
    one, two = (score(sorted(made, key=lambda p: p.id), panel, SETTINGS, 7, "hpi") for made in (found, other))
    for system in ("base", "tuned"):
        assert one[0][system] == pytest.approx(two[0][system], rel=1e-5)


def test_an_adapter_overwritten_in_place_is_asked_anew(models: Path, found: list[Prediction]) -> None:
    save_adapter(models, seed=2)
    after = answers(models)
    save_adapter(models, seed=1)
    assert [p.base for p in found] == [p.base for p in after]
    assert [p.tuned_likelihood for p in found] != [p.tuned_likelihood for p in after]
    changed = {key for key, value in found[0].content.items() if after[0].content[key] != value}
    assert changed == {"adapter"}


def test_content_says_what_an_answer_depends_on(models: Path, found: list[Prediction], tmp_path: Path) -> None:
    (told,) = {tuple(sorted(p.content.items())) for p in found}
    names = {"base", "adapter", "tokenizer", "chat_template", "wording", "generation"}
    assert {name for name, _ in told} == names
    assert all(len(value) == 64 for _, value in told)
    longer = answers(models, most_new_tokens=7)[0].content
    assert {name for name, value in told if longer[name] != value} == {"generation"}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many prompts each call of the model was given; none was made before."""
    from stages.models import text

    calls: list[int] = []

    def counted(name: str) -> None:
        plain = getattr(text, name)

        def work(*given: object) -> object:
            if len(calls) == LIMIT[0]:
                raise KeyboardInterrupt
            calls.append(len(given[2]))  # type: ignore[arg-type]
            return plain(*given)

        monkeypatch.setattr(text, name, work)

    counted("generate")
    counted("response_logprobs")
    return calls


LIMIT = [-1]


def test_an_interrupted_run_resumes_from_the_last_finished_batch(
    models: Path, asked: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DVC_ROOT", str(tmp_path / "whole"))
    whole = answers(models)
    # 6 examples in batches of 4: 2 batches to generate and 2 to score, for each of 2 systems.
    assert asked == [4, 2, 4, 2] * 2
    assert answers(models) == whole
    assert len(asked) == 8
    for finished in (1, 3, 5):
        monkeypatch.setenv("DVC_ROOT", str(tmp_path / f"cut {finished}"))
        asked.clear()
        LIMIT[0] = finished
        with pytest.raises(KeyboardInterrupt):
            answers(models)
        LIMIT[0] = -1
        asked.clear()
        assert answers(models) == whole
        assert len(asked) == 8 - finished


def test_a_missing_adapter_is_named(models: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"adapters/absent: no adapter there; run `dvc repro train@absent`"):
        predict(EXAMPLES, models / "base/tiny", models / "adapters/absent", SETTINGS, Train(), 7)
