"""Seq2seq and infill models, small and untrained, saved to disk as real ones are; and the operators that use them."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest

from stages import guard
from stages.augment.contextual import Contextual
from stages.augment.operator import RefusedError
from stages.augment.rewriting import Rewriting, sentences
from stages.models.infill import Infill
from stages.models.masked import Masked, proposer
from stages.models.scratch import new_llama, new_tokenizer
from stages.models.seq2seq import Seq2Seq, located
from stages.params.base import Architecture

TEXT = "Doctor: How long have you had this cough?\nPatient: It began last week. I take metformin 500 mg. It hurts."
CORPUS = [TEXT, "the shoes feel quite tight at work and the stairs make me tired all the time"] * 20


@pytest.fixture(scope="module")
def t5(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import torch
    from transformers import T5Config, T5ForConditionalGeneration

    folder = tmp_path_factory.mktemp("t5")
    tokenizer = new_tokenizer(CORPUS, 300)
    tokenizer.model_max_length = 64
    torch.manual_seed(3)
    config = T5Config(
        vocab_size=len(tokenizer),
        d_model=32,
        d_kv=8,
        d_ff=64,
        num_layers=2,
        num_heads=4,
        decoder_start_token_id=tokenizer.pad_token_id,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    model = T5ForConditionalGeneration(config)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import torch

    folder = tmp_path_factory.mktemp("llama")
    tokenizer = new_tokenizer(CORPUS, 400)
    torch.manual_seed(3)
    model = new_llama(Architecture(vocabulary=400, hidden=32, layers=2, heads=2, context=256), tokenizer)
    _learn(model, tokenizer, CORPUS[:2])
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _learn(model: Any, tokenizer: Any, texts: list[str]) -> None:
    """Enough steps for words to come out rather than bytes."""
    import torch

    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    rows = [torch.tensor([tokenizer(text)["input_ids"]]) for text in texts]
    for step in range(60):
        ids = rows[step % len(rows)]
        model(input_ids=ids, labels=ids).loss.backward()
        optimizer.step()
        optimizer.zero_grad()


def test_every_text_has_an_output_or_a_fault_and_batches_change_nothing(t5: Path) -> None:
    model = Seq2Seq(str(t5))
    texts = ["It hurts.", "It began last week.", "x " * 100, "How long have you had this cough?"]
    one, many = model.rewrite(texts, batch=1), model.rewrite(texts, batch=4)
    assert one == many
    assert len(one) == 4
    assert one[2].fault == "longer than the model reads"
    assert not any(r.text and r.fault for r in one)


def test_ranks_are_the_beams_in_order(t5: Path) -> None:
    model = Seq2Seq(str(t5))
    model._model.generation_config.eos_token_id = list(range(4, 300))  # every token ends it, so each rank says another
    model._tokenizer.decode = lambda row, skip_special_tokens: repr(row)
    assert len({model.rewrite(["It hurts."], rank)[0].text for rank in range(4)}) == 4


def test_an_output_that_does_not_end_is_a_fault(t5: Path) -> None:
    model = Seq2Seq(str(t5))
    model._model.generation_config.eos_token_id = [299]
    model._model.generation_config.suppress_tokens = [299]
    assert model.rewrite(["It hurts."])[0].fault == "the output did not end"


def test_a_name_is_a_folder_or_pinned(tmp_path: Path) -> None:
    assert located(str(tmp_path))["local_files_only"]
    assert located("Helsinki-NLP/opus-mt-en-de@abc") == {
        "pretrained_model_name_or_path": "Helsinki-NLP/opus-mt-en-de",
        "revision": "abc",
    }
    with pytest.raises(ValueError, match=r"opus: no such folder, and no pinned hub model"):
        located("opus")


class Echo:
    """A model that says a sentence in other words, or fails."""

    def __init__(self, suffix: str, fault: str = "") -> None:
        self.suffix, self.fault = suffix, fault

    def rewrite(self, texts: list[str], rank: int = 0) -> list[Any]:
        from stages.models.seq2seq import Rewriting as Output

        return [Output("" if self.fault else f"{text}{self.suffix}{rank}", self.fault) for text in texts]


def test_sentences_go_through_the_models_and_labels_stay() -> None:
    operator = Rewriting([Echo(">"), Echo("<")], 1.0)  # type: ignore[list-item]
    assert operator(TEXT, Random(0), 2) == (
        "Doctor: How long have you had this cough?>0<2\n"
        "Patient: It began last week.>0<2 I take metformin 500 mg.>0<2 It hurts."
    )
    some = Rewriting([Echo("#")], 0.34)(TEXT, Random(0), 0)  # type: ignore[list-item]
    assert some.count("#") == 1


def test_a_fault_of_a_model_refuses_the_text() -> None:
    with pytest.raises(RefusedError, match="longer than the model reads"):
        Rewriting([Echo("", "longer than the model reads")], 1.0)(TEXT, Random(0), 0)  # type: ignore[list-item]


def test_sentences_keep_decimals_whole() -> None:
    text = "Dose is 2.5 mg daily. Yes."
    assert [text[p.start : p.end] for p in sentences(text)] == ["Dose is 2.5 mg daily."]


def test_a_real_model_rewrites_or_refuses_the_same_way_twice(t5: Path) -> None:
    def tried() -> str:
        try:
            return Rewriting([Seq2Seq(str(t5)), Seq2Seq(str(t5))], 0.5)(TEXT, Random(1), 0)
        except RefusedError as refusal:
            return str(refusal)

    assert tried() == tried()


def test_infill_proposes_whole_words_likeliest_first(llama: Path) -> None:
    found = Infill(str(llama)).propose("the shoes feel quite tight at work and the", " make me tired all the time")
    assert found
    assert found[0].word == "stairs"
    assert [p.logprob for p in found] == sorted((p.logprob for p in found), reverse=True)
    assert all(p.word.isalpha() and p.word.islower() for p in found)


def test_contextual_changes_free_words_alone(llama: Path) -> None:
    text = "the boots feel quite heavy at work and no fever, 5 mg"
    operator = Contextual(Infill(str(llama)), 0.5, guard.NO_NAMES)
    child = operator(text, Random(1), 0)
    assert child != text
    assert child == operator(text, Random(1), 0)
    assert child.endswith("no fever, 5 mg")
    assert guard.changed(text, child) == []


@pytest.fixture(scope="module")
def marian(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import torch
    from transformers import MarianConfig, MarianMTModel

    folder = tmp_path_factory.mktemp("marian")
    tokenizer = new_tokenizer(CORPUS, 300)
    tokenizer.model_max_length = 64
    torch.manual_seed(3)
    config = MarianConfig(
        vocab_size=len(tokenizer),
        d_model=32,
        encoder_layers=1,
        decoder_layers=1,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=64,
        decoder_ffn_dim=64,
        max_position_embeddings=64,
        decoder_start_token_id=tokenizer.pad_token_id,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
        forced_eos_token_id=tokenizer.eos_token_id,
    )
    MarianMTModel(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def test_an_end_forced_at_the_limit_hides_no_cut_output(marian: Path) -> None:
    from transformers import GenerationConfig

    assert GenerationConfig.from_pretrained(marian).forced_eos_token_id is not None
    model = Seq2Seq(str(marian))
    model._model.generation_config.suppress_tokens = [model._tokenizer.eos_token_id]
    assert model.rewrite(["It hurts."])[0].fault == "the output did not end"


def test_batches_of_marian_change_nothing(marian: Path) -> None:
    model = Seq2Seq(str(marian))
    texts = ["It hurts.", "a", "It began last week.", "How long have you had this cough? It hurts."]
    assert model.rewrite(texts, batch=1) == model.rewrite(texts, batch=4) == model.rewrite(texts[::-1], batch=4)[::-1]


def test_the_prompt_stands_before_every_text_and_counts(t5: Path) -> None:
    seen: list[str] = []
    model = Seq2Seq(str(t5), "paraphrase: ")
    inner = model._tokenizer

    class Spy:
        def __call__(self, text: str) -> Any:
            seen.append(text)
            return inner(text)

        def __getattr__(self, name: str) -> Any:
            return getattr(inner, name)

    model._tokenizer = Spy()
    model.rewrite(["It hurts."])
    assert seen == ["paraphrase: It hurts."]
    assert Seq2Seq(str(t5), "x " * 100).rewrite(["It hurts."])[0].fault == "longer than the model reads"


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertForMaskedLM, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("bert")
    words = [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        *sorted({w for t in CORPUS for w in t.lower().split()}),
        "##ing",
    ]
    inner = Tokenizer(models.WordPiece({w: n for n, w in enumerate(words)}, unk_token="[UNK]"))
    inner.pre_tokenizer = pre_tokenizers.Whitespace()
    inner.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    special = {f"{name}_token": f"[{name.upper()}]" for name in ("pad", "unk", "cls", "sep", "mask")}
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=inner, model_max_length=64, **special)
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
    )
    BertForMaskedLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def test_a_masked_model_proposes_whole_words_and_reads_both_sides(bert: Path) -> None:
    model = proposer(str(bert))
    assert isinstance(model, Masked)
    found = model.propose("the shoes feel", "tight at work")
    assert found
    assert all(p.word.isalpha() and p.word.islower() and len(p.word) > 2 for p in found)
    assert "ing" not in {p.word for p in found}
    assert [p.logprob for p in found] == sorted((p.logprob for p in found), reverse=True)
    assert model.propose("the shoes feel", "tight at work") == found
    assert model.propose("the shoes feel", "tired all the time") != found
    assert model.propose("the shoes " * 200, "tight " * 200)


def test_contextual_takes_a_masked_model_or_a_causal_one(bert: Path, llama: Path) -> None:
    assert isinstance(proposer(str(llama)), Infill)
    text = "the boots feel quite heavy at work and no fever, 5 mg"
    child = Contextual(proposer(str(bert)), 0.5, guard.NO_NAMES)(text, Random(1), 0)
    assert child != text
    assert child.endswith("no fever, 5 mg")
