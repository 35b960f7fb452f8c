"""The first weights of a scratch Llama copy, before anything is learned."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import Any

import pytest

from stages.models.induction import circuit
from stages.models.scratch import new_llama
from stages.models.text import fix_numerics
from stages.params.base import Architecture

VOCABULARY = 1000


def untrained(hidden: int, heads: int, layers: int) -> Any:
    fix_numerics(3)

    class Tokenizer(SimpleNamespace):
        def __len__(self) -> int:
            return VOCABULARY

    shape = Architecture(vocabulary=VOCABULARY, hidden=hidden, layers=layers, heads=heads, context=1024)
    return new_llama(shape, Tokenizer(bos_token_id=0, eos_token_id=1, pad_token_id=2)).eval()


@pytest.mark.parametrize(("heads", "layers"), [(2, 2), (2, 3), (2, 4)])
@pytest.mark.parametrize("length", [40, 200])
def test_a_random_text_told_again_is_foretold(heads: int, layers: int, length: int) -> None:
    import torch

    model = untrained(128, heads, layers)
    told = random.Random(length).sample(range(3, VOCABULARY), length)
    with torch.inference_mode():
        foretold = model(input_ids=torch.tensor([told + told])).logits[0].argmax(-1).tolist()
    # The last token of the first telling is where nothing has been told twice yet.
    right = [said == token for said, token in zip(foretold[length:-1], told[1:], strict=True)]
    assert sum(right) / len(right) > 0.8
    assert sum(said == token for said, token in zip(foretold[: length - 1], told[1:], strict=True)) < 0.1 * length


def test_the_circuit_is_the_attention_of_the_first_two_layers() -> None:
    model = untrained(64, 2, 3)
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    assert {names[id(one)].split(".self_attn")[0] for one in circuit(model)} == {"model.layers.0", "model.layers.1"}
