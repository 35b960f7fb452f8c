"""The encoder against Thinc's own prediction, and its promise: a token's vector does not depend on the batch."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import pytest
import spacy
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from spacy.language import Language
from thinc.api import Maxout, Relu, chain, with_array

from stages.deidentify import encoder as module
from stages.deidentify.encoder import ROWS, by_rows, encoder, fused

WORDS = st.sampled_from(["Ama", "Osei", "12/03/2024", "the", ".", "\n", "  ", "don't", "MRN", "x", "É", "Dr", "9"])
TEXTS = st.lists(st.lists(WORDS, max_size=300).map(" ".join), min_size=1, max_size=4).filter(any)
SHAPES = (
    {"width": 16, "depth": 2, "window_size": 1, "maxout_pieces": 2},
    {"width": 24, "depth": 1, "window_size": 2, "maxout_pieces": 3},
    {"width": 8, "depth": 4, "window_size": 1, "maxout_pieces": 1},
)


@settings(deadline=None, max_examples=60)
@given(TEXTS, st.sampled_from(range(len(SHAPES))))
def test_vectors_are_those_that_thinc_predicts(texts: list[str], shape: int) -> None:
    nlp, tokens = made(shape)
    docs = [nlp.make_doc(text) for text in texts]
    expected = np.concatenate(tokens.predict(docs))
    found = np.concatenate(encoder(tokens)(docs))
    assert np.allclose(found, expected, atol=1e-4)


@settings(deadline=None, max_examples=60)
@given(TEXTS, st.integers(0, 3))
def test_no_bit_of_a_vector_depends_on_company_order_or_what_was_read_before(texts: list[str], at: int) -> None:
    nlp, tokens = made(0)
    docs = [nlp.make_doc(text) for text in texts]
    doc = docs[at % len(docs)]
    assume(len(doc))
    [alone] = encoder(tokens)([doc])
    fast = encoder(tokens)
    assert np.array_equal(fast(docs)[at % len(docs)], alone)
    assert np.array_equal(fast(docs[::-1])[::-1][at % len(docs)], alone)
    assert np.array_equal(fast([doc])[0], alone)


def test_what_is_remembered_of_tokens_is_bounded_and_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    nlp, tokens = made(0)
    texts = [" ".join(f"word{number}" for number in range(at, at + 20)) for at in range(0, 400, 20)]
    expected = [encoder(tokens)([nlp.make_doc(text)])[0] for text in texts]
    monkeypatch.setattr(module, "MOST_EMBEDDED", 50)
    fast = encoder(tokens)
    assert all(np.array_equal(fast([nlp.make_doc(text)])[0], one) for text, one in zip(texts, expected, strict=True))
    [embedding] = [one for one in cells(fast) if isinstance(one, module.Embedding)]
    assert len(embedding._places) <= 50 + 20
    assert len(embedding._vectors) <= 2 * (50 + 20)


@pytest.mark.parametrize("layer", [Maxout(nO=4, nI=3, nP=2), Relu(nO=4, nI=3), chain(Maxout(nO=4, nI=3), Relu(nO=4))])
def test_other_layers_stay_with_thinc(layer: Any) -> None:
    wrapped = with_array(layer)
    rows = np.random.default_rng(0).normal(size=(7, 3)).astype(np.float32)
    wrapped.initialize(X=[rows])
    assert np.array_equal(fused(wrapped)([rows])[0], wrapped.predict([rows])[0])


@given(st.integers(0, 3 * ROWS + 1))
def test_rows_in_blocks_are_all_rows(number: int) -> None:
    rows = np.arange(2 * number, dtype=np.float32).reshape(number, 2)
    seen: list[tuple[int, ...]] = []

    def made(block: module.Floats) -> module.Floats:
        seen.append(block.shape)
        return block * 2

    assert np.array_equal(by_rows(made, rows), rows * 2)
    assert set(seen) == {(ROWS, 2)}


@lru_cache
def made(shape: int) -> tuple[Language, Any]:
    nlp = spacy.blank("en")
    embed = {
        "@architectures": "spacy.MultiHashEmbed.v2", "width": SHAPES[shape]["width"], "rows": [50, 50],
        "attrs": ["NORM", "SHAPE"], "include_static_vectors": False,
    }  # fmt: skip
    encode = {"@architectures": "spacy.MaxoutWindowEncoder.v2", **SHAPES[shape]}
    pipe = nlp.add_pipe(
        "tok2vec", config={"model": {"@architectures": "spacy.Tok2Vec.v2", "embed": embed, "encode": encode}}
    )
    nlp.initialize()
    model: Any = pipe.model  # type: ignore[attr-defined]
    rng = np.random.default_rng(shape)
    for layer in model.walk():
        for name in layer.param_names:
            if layer.has_param(name):
                value = layer.get_param(name)
                layer.set_param(name, rng.normal(0, 0.5, value.shape).astype(np.float32))
    return nlp, model


def cells(function: Any) -> list[Any]:
    return [cell.cell_contents for cell in function.__closure__]
