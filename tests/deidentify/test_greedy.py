"""All states scored at once: the entities are those of spaCy's own walk, whatever the weights, texts and sentences."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.training import Example

from stages.deidentify import analyzer as module
from stages.deidentify.analyzer import Analyzer, LocalSpacyEngine
from stages.deidentify.greedy import GreedyRecognizer, decide_at_once
from stages.params.deidentify import Engine

LABELS = ("PATIENT", "DATE", "ID")
WORDS = st.sampled_from(["Ama", "Osei", "12/03/2024", "the", ".", "\n", "  ", "don't", "MRN", "x", "É", "Dr", "9"])
TEXTS = st.lists(st.lists(WORDS, max_size=30).map(" ".join), min_size=1, max_size=5)
NARROW = {
    "@architectures": "spacy.HashEmbedCNN.v2", "pretrained_vectors": None, "width": 16, "depth": 2, "embed_size": 50,
    "window_size": 1, "maxout_pieces": 2, "subword_features": True,
}  # fmt: skip


@settings(deadline=None, max_examples=200)
@given(TEXTS, st.integers(0, 19), st.sampled_from(["ner", "sentencizer", "entity_ruler"]))
def test_entities_are_those_of_spacys_own_walk(texts: list[str], seed: int, before: str) -> None:
    slow, fast = pipelines(seed, before)
    assert isinstance(fast.get_pipe("ner"), GreedyRecognizer)
    assert list(map(marked, fast.pipe(texts))) == list(map(marked, slow.pipe(texts)))


def test_company_and_order_change_nothing() -> None:
    _, fast = pipelines(3, "ner")
    texts = [" ".join(["Ama", "Osei", "x", "12/03/2024", "the"][: 1 + i % 5] * (i % 7)) for i in range(40)]
    alone = [marked(fast(text)) for text in texts]
    assert [marked(doc) for doc in fast.pipe(texts, batch_size=3)] == alone
    assert [marked(doc) for doc in fast.pipe(reversed(texts))] == alone[::-1]


@pytest.mark.parametrize(
    "model",
    [{"use_upper": False}, {"maxout_pieces": 1}, {"extra_state_tokens": True}],
    ids=["no upper layer", "no pieces", "other features"],
)
def test_another_architecture_stays_with_spacy(model: dict[str, Any]) -> None:
    nlp = made(0, "ner", **model)
    decide_at_once(nlp)
    assert not isinstance(nlp.get_pipe("ner"), GreedyRecognizer)
    assert marked(nlp("Ama Osei . x")) == marked(made(0, "ner", **model)("Ama Osei . x"))


def test_a_beam_stays_with_spacy() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("beam_ner").add_label("PATIENT")
    nlp.initialize()
    decide_at_once(nlp)
    assert not isinstance(nlp.get_pipe("beam_ner"), GreedyRecognizer)


@settings(deadline=None)
@given(TEXTS)
def test_words_learned_alone_make_the_same_tokens(texts: list[str]) -> None:
    engine = learner()
    plain = spacy.blank("en")
    read = [artifacts.tokens for _, artifacts in engine.process_batch(texts, "en")]
    assert [[(t.text, t.norm_, t.whitespace_) for t in doc] for doc in read] == [
        [(t.text, t.norm_, t.whitespace_) for t in plain(text)] for text in texts
    ]


def test_words_of_many_notes_are_not_kept(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    analyzer = Analyzer(Engine(model=str(model)))
    notes = [f"Kwame Osei, MRN {1_000_000 + 7 * at}, saw Dr. Ama{at} on 03/{1 + at % 28:02}/2024." for at in range(60)]
    kept = [analyzer.spans([note]) for note in notes]
    monkeypatch.setattr(module, "MOST_TYPES", 30)
    fresh = Analyzer(Engine(model=str(model)))
    began = len(fresh._nlp.nlp["en"].vocab)
    sizes = []
    for note, spans in zip(notes, kept, strict=True):
        assert fresh.spans([note]) == spans
        sizes.append(len(fresh._nlp.nlp["en"].vocab))
    assert max(sizes) < began + 60 < len(analyzer._nlp.nlp["en"].vocab)


@lru_cache
def learner() -> LocalSpacyEngine:
    with TemporaryDirectory() as folder:
        made(0, "ner").to_disk(folder)
        return LocalSpacyEngine(folder, {"ID": "OTHER_ID"})


def marked(doc: Any) -> list[tuple[int, int, str]]:
    return [(entity.start, entity.end, entity.label_) for entity in doc.ents]


@lru_cache
def pipelines(seed: int, before: str) -> tuple[Language, Language]:
    """One pipeline as spaCy runs it and one that decides at once, of the same weights."""
    slow, fast = made(seed, before), made(seed, before)
    decide_at_once(fast)
    return slow, fast


def made(seed: int, before: str, **model: Any) -> Language:
    """A recognizer of weights thrown at random, so that entities of every length and label come up."""
    nlp = spacy.blank("en")
    if before == "sentencizer":
        nlp.add_pipe("sentencizer")
    if before == "entity_ruler":
        nlp.add_pipe("entity_ruler")
    architecture = {
        "@architectures": "spacy.TransitionBasedParser.v2", "state_type": "ner", "extra_state_tokens": False,
        "hidden_width": 8, "maxout_pieces": 2, "use_upper": True, "nO": None, "tok2vec": NARROW,
    }  # fmt: skip
    ner = nlp.add_pipe("ner", config={"model": architecture | model})
    for label in LABELS:
        ner.add_label(label)
    example = Example.from_dict(nlp.make_doc("Ama Osei"), {"entities": [(0, 8, "PATIENT")]})
    nlp.initialize(lambda: [example])
    if before == "entity_ruler":
        nlp.get_pipe("entity_ruler").add_patterns([{"label": "ID", "pattern": "MRN"}])
    rng = np.random.default_rng(seed)
    for layer in ner.model.walk():
        for name in layer.param_names:
            if layer.has_param(name):
                value = layer.get_param(name)
                layer.set_param(name, rng.normal(0.0, 0.7, value.shape).astype(value.dtype))
    return nlp
