"""How likely a language model finds each of several endings of one text, the text itself read only once."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from itertools import takewhile
from typing import TYPE_CHECKING, Any, NamedTuple

from stages.models.text import tokenize

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


class Continuation(NamedTuple):
    """The natural-log probability of an ending, and whether greedy decoding would have written it, token by token."""

    logprob: float
    greedy: bool


def continuations(
    model: Any, tokenizer: PreTrainedTokenizerBase, prompt: str, stem: str, endings: Sequence[str], batch: int
) -> list[Continuation]:
    """What the model makes of `stem` + ending after `prompt`, for each of at least one ending, in their order.

    Each is tokenized whole, as training does; what all have in common is read once and drops out of the comparison.
    The prompt and stem must give at least one token.
    """
    import torch

    rows = [tokenize(tokenizer, prompt, stem + ending).ids for ending in endings]
    shared = min(_shared(rows), min(map(len, rows)) - 1)
    if shared < 1:
        raise ValueError("the endings have no token before them in common; give them a stem")
    found: list[Continuation] = []
    with torch.inference_mode():
        ids = torch.tensor([rows[0][:shared]], device=model.device)
        first = model(input_ids=ids, use_cache=True, logits_to_keep=1)
        for start in range(0, len(rows), batch):
            # The cache grows with what is read after it, so that each batch needs one of its own.
            cache = copy.deepcopy(first.past_key_values)
            found += _of_batch(model, first.logits, cache, [row[shared:] for row in rows[start : start + batch]])
    return found


def _shared(rows: Sequence[Sequence[int]]) -> int:
    """How many first tokens all rows have in common."""
    return sum(1 for _ in takewhile(lambda column: len(set(column)) == 1, zip(*rows, strict=False)))


def _of_batch(model: Any, before: Any, cache: Any, rows: list[list[int]]) -> list[Continuation]:
    """`before` are the logits `(1, 1, vocabulary)` of the first token, `cache` is what was read until there."""
    import torch

    cache.batch_repeat_interleave(len(rows))
    width = max(map(len, rows))
    # What stands to the right of an ending has no part in it: a causal model does not look there.
    ids = torch.tensor([row + [0] * (width - len(row)) for row in rows], device=model.device)
    told = model(input_ids=ids, past_key_values=cache, use_cache=True).logits[:, :-1]
    logits = torch.cat([before.expand(len(rows), -1, -1), told], dim=1).float()
    values = logits.log_softmax(-1).gather(2, ids[:, :, None])[..., 0].double()
    likeliest = logits.argmax(-1) == ids
    return [
        Continuation(values[i, : len(row)].sum().item(), bool(likeliest[i, : len(row)].all()))
        for i, row in enumerate(rows)
    ]
