"""The token classifier on a tiny random model that is saved to disk and loaded like any other."""

from __future__ import annotations

from pathlib import Path

import pytest

from stages.deidentify.classifier import TokenClassifierEngine, _entities
from stages.deidentify.finder import Finder
from stages.params.deidentify import Deidentify, Engine
from stages.records import Span

TEXT = "Kwame Osei was seen by Dr. Ines Lindqvist. "


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import BertConfig, BertForTokenClassification, PreTrainedTokenizerFast

    torch.manual_seed(5)
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *sorted({*TEXT.replace(".", " . ").split()})]
    tokenizer = Tokenizer(models.WordLevel({word: at for at, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", model_max_length=64
    )
    labels = ["O", "B-PATIENT", "I-PATIENT", "B-STAFF", "I-STAFF"]
    config = BertConfig(
        vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        max_position_embeddings=64, id2label=dict(enumerate(labels)), label2id={n: at for at, n in enumerate(labels)},
    )  # fmt: skip
    target = tmp_path_factory.mktemp("classifier")
    BertForTokenClassification(config).save_pretrained(target)
    fast.save_pretrained(target)
    return target


def test_texts_in_company_are_read_as_alone(folder: Path) -> None:
    engine = TokenClassifierEngine(str(folder), {})
    texts = [TEXT, "Osei.", TEXT * 30, "", "Dr. Lindqvist"]
    together = engine.classify(texts)
    for text, spans in zip(texts, together, strict=True):
        alone = engine.classify([text])[0]
        assert [(s.start, s.end, s.label) for s in alone] == [(s.start, s.end, s.label) for s in spans]
        assert [s.score for s in alone] == pytest.approx([s.score for s in spans], abs=1e-4)
    assert any(together)


def test_a_text_of_many_windows_is_read_to_its_end(folder: Path) -> None:
    engine = TokenClassifierEngine(str(folder), {})
    text = TEXT * 40
    spans = engine.classify([text])[0]
    assert spans
    assert max(span.end for span in spans) > len(text) - 2 * len(TEXT)
    assert all(0 <= span.start < span.end <= len(text) and 0 < span.score <= 1 for span in spans)


def test_it_serves_as_the_finders_model(folder: Path) -> None:
    declared = Deidentify(engine=Engine(kind="transformers", model=str(folder)), thresholds={"default": 0.0})
    found = Finder(declared).find([TEXT])
    assert ("STAFF", "Ines Lindqvist") in {(s.label, TEXT[s.start : s.end]) for s in found.spans[0]}


def test_neighbouring_tokens_join_into_one_entity() -> None:
    tokens = {(0, 5): ("B-PATIENT", 0.9), (6, 10): ("I-PATIENT", 0.7), (11, 14): ("O", 0.9), (23, 26): ("I-STAFF", 0.6)}
    assert _entities(TEXT, tokens) == [Span(0, 10, "PATIENT", pytest.approx(0.8)), Span(23, 26, "STAFF", 0.6)]


def test_a_device_that_fails_is_an_error_and_no_other_is_taken(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    def refused(self: object, device: str) -> None:
        raise RuntimeError(f"no {device}")

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.nn.Module, "to", refused)
    with pytest.raises(RuntimeError, match="no cuda"):
        TokenClassifierEngine(str(folder), {})


def test_scores_that_are_no_numbers_are_an_error(folder: Path) -> None:
    import torch

    engine = TokenClassifierEngine(str(folder), {})
    with torch.no_grad():
        engine._model.classifier.bias.fill_(float("nan"))
    with pytest.raises(FloatingPointError, match="no numbers"):
        engine.classify([TEXT])
