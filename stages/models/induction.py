"""First weights of a small Llama that copies from its first step on: an induction circuit.

A note is told from a dialogue by copying, and a small model finds out how only late in its training. So the two heads
that copying takes (Elhage et al. 2021, transformer-circuits.pub/2021/framework; Olsson et al. 2022, arXiv 2209.11895)
are written into its first weights: one looks at the token before, the other looks for a place whose token before is the
present one, and foretells the token that stands there. Everything else is drawn at random and learned as usual.
"""

from __future__ import annotations

import math
from typing import Any

ROTARY_BASE = 1e6
"""So large that the slower half of a head's dimensions hardly turns within a context, and can match by content."""
SHARPNESS = 7.0
"""Of the look at the token before: its score stands about 6 above those of its neighbours."""
MATCH = 3.0
COPY = 2.0
"""How strongly a token that was found speaks, in lengths of an embedding."""
NEARLY_SILENT = 0.01
"""Deviation of what the other heads and layers say at first, so that they do not drown the circuit."""


def start_to_copy(model: Any, deviation: float) -> None:
    """Write the circuit into an untrained Llama.

    Args:
        model: A `LlamaForCausalLM` of two layers or more, with tied embeddings and biased attention, whose
            `rope_theta` is `ROTARY_BASE`. Its embeddings come to lie in the first half of the residual stream; the
            second half holds those of the token before.
        deviation: Standard deviation of an embedding.
    """
    import torch

    with torch.no_grad():
        for layer in model.model.layers:
            layer.self_attn.o_proj.weight.normal_(0.0, NEARLY_SILENT)
            layer.mlp.down_proj.weight.normal_(0.0, NEARLY_SILENT)
        _embed_in_first_half(model.model.embed_tokens.weight, deviation)
        first, second = (model.model.layers[place].self_attn for place in range(2))
        _look_at_the_token_before(first, deviation)
        _look_for_the_same_token(second, deviation)


def circuit(model: Any) -> list[Any]:
    """The parameters that hold the circuit."""
    return [parameter for layer in model.model.layers[:2] for parameter in layer.self_attn.parameters()]


def _embed_in_first_half(embeddings: Any, deviation: float) -> None:
    """Embeddings of one length: a token is then nearest to itself."""
    half = embeddings.shape[1] // 2
    embeddings[:, half:] = 0.0
    embeddings[:, :half].normal_()
    embeddings[:, :half] *= deviation * math.sqrt(2 * half) / embeddings[:, :half].norm(dim=1, keepdim=True)


def _look_at_the_token_before(attention: Any, deviation: float) -> None:
    """Head 0 asks and answers the same everywhere, the answer turned by one position: they agree one place apart."""
    import torch

    size, pairs = attention.head_dim, attention.head_dim // 2
    angles = ROTARY_BASE ** (-torch.arange(pairs) / pairs)
    fast = torch.where(torch.arange(pairs) < pairs // 2, SHARPNESS, 0.0)
    attention.q_proj.weight[:size] = attention.k_proj.weight[:size] = 0.0
    attention.q_proj.bias[:size] = torch.cat([fast, torch.zeros(pairs)])
    attention.k_proj.bias[:size] = torch.cat([fast * angles.cos(), fast * angles.sin()])
    half = attention.q_proj.in_features // 2
    _carry(attention, half, deviation)


def _look_for_the_same_token(attention: Any, deviation: float) -> None:
    """Head 0 compares the present token with each place's token before, in the dimensions that hardly turn."""
    size, pairs = attention.head_dim, attention.head_dim // 2
    half = attention.q_proj.in_features // 2
    slow = [*range(pairs // 2, pairs), *range(pairs + pairs // 2, size)]
    attention.q_proj.weight[:size] = attention.k_proj.weight[:size] = 0.0
    for source, dimension in zip(range(half), slow, strict=False):
        attention.q_proj.weight[dimension, source] = attention.k_proj.weight[dimension, half + source] = MATCH
    _carry(attention, 0, COPY * deviation)


def _carry(attention: Any, target: int, strength: float) -> None:
    """Head 0 writes the embedding that it looks at into the residual stream from `target` on."""
    size = attention.head_dim
    attention.v_proj.weight[:size] = attention.o_proj.weight[:, :size] = 0.0
    for source in range(min(size, attention.q_proj.in_features // 2)):
        attention.v_proj.weight[source, source] = 1.0
        attention.o_proj.weight[target + source, source] = strength
