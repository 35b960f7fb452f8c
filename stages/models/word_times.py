"""When each word of a transcript was said, by where the decoder looked while it wrote it.

Tokens are laid along the attention of chosen heads to the sound, in order and without gaps (dynamic time warping, as
in openai/whisper's word timestamps). The heads are those that the generation settings name, or all of the upper half.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stages.models import spoken
from stages.models.speech import core_of, heard, teach
from stages.sound import RATE, Samples


@dataclass(frozen=True, slots=True)
class Word:
    """A word, who says it by the token before it ("" where none stands there), and when, in seconds."""

    text: str
    speaker: str
    start: float
    end: float


def word_times(
    model: Any, processor: Any, windows: Sequence[Samples], texts: Sequence[str], prompt_terms: Sequence[str] = ()
) -> list[list[Word]]:
    """The words of the transcripts of windows of sound `(samples,)`, in order; a word lasts until the next one."""
    import torch

    core, tokenizer = core_of(model), processor.tokenizer
    start = spoken.before(tokenizer, prompt_terms, core.config.max_target_positions // 2 - 1)
    told = [spoken.encode(tokenizer, text) for text in texts]
    inputs, _ = teach([start] * len(told), [[*ids, tokenizer.eos_token_id] for ids in told], tokenizer.eos_token_id)
    with torch.inference_mode(), _showing_attention(core):
        shown = core(
            input_features=heard(core, processor, windows),
            decoder_input_ids=torch.tensor(inputs, device=core.device),
            use_cache=False,
            output_attentions=True,
        ).cross_attentions
    looked = torch.stack([shown[layer][:, head] for layer, head in _heads(core)], 1).float().cpu().numpy()
    hop = processor.feature_extractor.hop_length * 2 / RATE
    found: list[list[Word]] = []
    for ids, window, row in zip(told, windows, looked, strict=True):
        positions = max(1, min(row.shape[-1], int(np.ceil(len(window) / RATE / hop))))
        # The place that says a token is the one before it.
        weights = row[:, len(start) - 1 : len(start) - 1 + len(ids), :positions]
        starts = [at * hop for at in along(weights.mean(0))] if ids else []
        found.append(_words(tokenizer, ids, starts, len(window) / RATE))
    return found


def along(weights: NDArray[np.float32]) -> list[int]:
    """First position of each token, `weights` being `(tokens, positions)`.

    Of all ways to give every position to one token, in order and none left out where there are positions enough, the
    one of the highest sum of log-weights.
    """
    scores = np.log(np.maximum(weights, 1e-6).astype(np.float64))
    tokens, positions = scores.shape
    if positions < tokens:
        return [token * positions // tokens for token in range(tokens)]
    best = np.full(tokens, -np.inf)
    best[0] = scores[0, 0]
    moved = np.zeros((positions, tokens), dtype=bool)
    for at in range(1, positions):
        before = np.concatenate([[-np.inf], best[:-1]])
        moved[at] = before > best
        best = np.maximum(before, best) + scores[:, at]
    firsts, token = [0] * tokens, tokens - 1
    for at in range(positions - 1, 0, -1):
        if token and moved[at, token]:
            firsts[token] = at
            token -= 1
    return firsts


def _words(tokenizer: Any, ids: Sequence[int], starts: Sequence[float], length: float) -> list[Word]:
    """Tokens put together to words; a token of a speaker is no word, but says who speaks from there on."""
    added = spoken.added_tokens(tokenizer)
    pieces = tokenizer.convert_ids_to_tokens(list(ids))
    found: list[tuple[list[int], str, float]] = []
    speaker = ""
    for id, piece, start in zip(ids, pieces, starts, strict=True):
        if id in added and added[id].startswith("<|"):
            speaker = added[id]
        elif id in added or piece.startswith("Ġ") or not found or found[-1][1] != speaker:
            found.append(([id], speaker, start))
        else:
            found[-1][0].append(id)
    ends = [*(start for _, _, start in found[1:]), length]
    words = [
        Word(spoken.decode(tokenizer, own), said_by, start, max(start, end))
        for (own, said_by, start), end in zip(found, ends, strict=True)
    ]
    return [word for word in words if word.text]


def _heads(core: Any) -> list[tuple[int, int]]:
    named = getattr(core.generation_config, "alignment_heads", None)
    if named:
        return [(layer, head) for layer, head in named]
    layers, heads = core.config.decoder_layers, core.config.decoder_attention_heads
    return [(layer, head) for layer in range(layers // 2, layers) for head in range(heads)]


@contextlib.contextmanager
def _showing_attention(core: Any) -> Iterator[None]:
    """Fast attention does not tell where it looks."""
    fast = core.config._attn_implementation
    core.set_attn_implementation("eager")
    try:
        yield
    finally:
        core.set_attn_implementation(fast)
