"""Where in a piece of speech each token is, as nearly as the times of its clips tell.

A clip is taken to be spoken evenly, every letter as long as another: that is a tenth of a second off here and there,
and near enough to begin with, as uniform segmentation is for hidden Markov models (Young et al., The HTK Book, "flat
start"). A small Whisper that is told so from the first step finds out early what it else takes most of its schooling
for: which sound is which token, and where to look for the next one.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stages.base.clips import Piece
from stages.models.spoken import encode

Times = NDArray[np.floating[Any]]
"""Seconds from the start of a piece, `(times,)`."""


class Token(NamedTuple):
    """A token and when in its piece it is spoken, in seconds."""

    id: int
    start: float
    end: float


def spoken(piece: Piece, tokenizer: Any) -> list[Token]:
    """The tokens of a piece in their order."""
    found: list[Token] = []
    for clip in piece.clips:
        ids = encode(tokenizer, clip.text)
        lengths = np.array([len(token) for token in tokenizer.convert_ids_to_tokens(ids)], dtype=float)
        ends = clip.start - piece.start + (clip.end - clip.start) * np.cumsum(lengths) / lengths.sum()
        starts = [clip.start - piece.start, *ends[:-1].tolist()]
        found += [Token(*token) for token in zip(ids, starts, ends.tolist(), strict=True)]
    return found


def labels(tokens: Sequence[Token], times: Times, blank: int) -> NDArray[np.int64]:
    """The token that is spoken at each time, `blank` where none is."""
    made = np.full(len(times), blank, dtype=np.int64)
    for token in tokens:
        made[(times >= token.start) & (times < token.end)] = token.id
    return made


def prior(
    pieces: Sequence[Sequence[Token]], times: Times, before: int, longest: int, deviation: float
) -> NDArray[np.float32]:
    """How far from where it should look each place of the decoder is: `(pieces, longest, times)`, 0 and less.

    The logarithm of a bell curve around the middle of the token that the place is to say, `deviation` seconds wide;
    `before` places come before the first token. What follows the last token looks at its end.
    """
    middles = np.zeros((len(pieces), longest))
    for row, tokens in zip(middles, pieces, strict=True):
        said = [(token.start + token.end) / 2 for token in tokens]
        row[: before - 1] = tokens[0].start
        row[before - 1 : before - 1 + len(said)] = said
        row[before - 1 + len(said) :] = tokens[-1].end
    made: NDArray[np.float32] = -(((times[None, None] - middles[:, :, None]) / deviation) ** 2 / 2).astype(np.float32)
    return made


@contextlib.contextmanager
def looking(decoder: Any, bias: Any) -> Iterator[None]:
    """Every head of the decoder that looks at the sound has `bias` `(rows, places, times)` added to its scores."""

    def told(_module: Any, given: Any, named: dict[str, Any]) -> Any:
        return given, named | {"attention_mask": bias[:, None]}

    hooks = [layer.encoder_attn.register_forward_pre_hook(told, with_kwargs=True) for layer in decoder.layers]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()
