"""Where in a piece of speech each token and each phone is.

A small Whisper that is told so from the first step finds out early what it else takes most of its schooling for: which
sound is which token, and where to look for the next one.
"""

from __future__ import annotations

import contextlib
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stages.base.clips import Piece
from stages.models.spoken import encode
from stages.segments import Segment

Times = NDArray[np.floating[Any]]
"""Seconds from the start of a piece, `(times,)`."""


SPACE = "Ġ"
"""How byte-level BPE writes the space before a word."""


class Token(NamedTuple):
    """A token or a phone and when in its piece it is spoken, in seconds."""

    id: int
    start: float
    end: float


def spoken(piece: Piece, tokenizer: Any) -> list[Token]:
    """The tokens of a piece in their order; those of a word share its time by their letters."""
    found: list[Token] = []
    for clip in piece.clips:
        ids = encode(tokenizer, clip.text)
        words: list[list[tuple[int, int]]] = []
        for id, token in zip(ids, tokenizer.convert_ids_to_tokens(ids), strict=True):
            if token.startswith(SPACE) or not words:
                words.append([])
            words[-1].append((id, len(token)))
        for (start, end), tokens in zip(clip.words, words, strict=True):
            letters = sum(length for _, length in tokens)
            ends = [start + (end - start) * said / letters for said in accumulate(length for _, length in tokens)]
            found += [
                Token(id, before - piece.start, after - piece.start)
                for (id, _), before, after in zip(tokens, [start, *ends], ends, strict=False)
            ]
    return found


def sounded(piece: Piece, phones: Sequence[Segment], known: Mapping[str, int]) -> list[Token]:
    """The phones of a piece in their order, by their ids."""
    first = bisect_left(phones, piece.start, key=lambda phone: phone.end)
    last = bisect_left(phones, piece.end, key=lambda phone: phone.start)
    return [
        Token(known[phone.text], phone.start - piece.start, phone.end - piece.start)
        for phone in phones[first:last]
        if phone.text in known
    ]


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
