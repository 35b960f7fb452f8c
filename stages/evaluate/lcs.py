"""Union of longest common subsequences, as ROUGE-Lsum counts it (Lin 2004, section 3.2).

Which of several longest subsequences is taken decides what their union holds. It is the one that rouge-score takes, so
that scores are equal to the last bit; found by bit vectors (Hyyro 2004, "Bit-parallel LCS-length computation
revisited") and one step back for each row instead of a table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

Tokens = Sequence[str]


def union_hits(reference: Sequence[Tokens], prediction: Sequence[Tokens]) -> int:
    """Tokens of the reference's sentences that are on a longest common subsequence with any of the prediction's.

    A token counts no more often than it occurs on either side.
    """
    left = Counter(token for sentence in prediction for token in sentence)
    right = Counter(token for sentence in reference for token in sentence)
    places, lengths = _places(prediction), [len(sentence) for sentence in prediction]
    hits = 0
    for sentence in reference:
        for i in sorted(_union(sentence, lengths, places)):
            token = sentence[i]
            if left[token] > 0 and right[token] > 0:
                hits += 1
                left[token] -= 1
                right[token] -= 1
    return hits


def subsequence(rows: Sequence[tuple[int, int]], length: int) -> list[int]:
    """Which rows are on a longest common subsequence, last first.

    `rows` are (index, bit mask of the columns that hold the same token) of the tokens that occur in the other sequence
    at all; `length` is that of the other sequence. Of several subsequences it is the one found by going back from the
    end, up a row where that loses nothing and else left to the last column with the row's token.
    """
    full = (1 << length) - 1
    free = full
    # Row by row the columns at which the length of the longest common subsequence grows by one.
    grows = [0]
    for _, mask in rows:
        shared = free & mask
        free = ((free + shared) | (free - shared)) & full
        grows.append(full ^ free)
    found: list[int] = []
    before = full
    for row in range(len(rows) - 1, -1, -1):
        index, mask = rows[row]
        there = mask & before
        if not there:
            continue
        # The token of the row stands at the column itself, or the row is needed to keep the length.
        last = there.bit_length() - 1
        if before >> (last + 1) and (grows[row + 1] & before).bit_count() == (grows[row] & before).bit_count():
            continue
        found.append(index)
        before = (1 << last) - 1
    return found


def _places(prediction: Sequence[Tokens]) -> dict[str, list[tuple[int, int]]]:
    """Token -> (sentence, bit mask of its places there), in the order of the sentences."""
    found: dict[str, list[tuple[int, int]]] = {}
    for number, sentence in enumerate(prediction):
        masks: dict[str, int] = {}
        for place, token in enumerate(sentence):
            masks[token] = masks.get(token, 0) | 1 << place
        for token, mask in masks.items():
            found.setdefault(token, []).append((number, mask))
    return found


def _union(sentence: Tokens, lengths: Sequence[int], places: Mapping[str, Sequence[tuple[int, int]]]) -> set[int]:
    by_sentence: dict[int, list[tuple[int, int]]] = {}
    for i, token in enumerate(sentence):
        for number, mask in places.get(token, ()):
            by_sentence.setdefault(number, []).append((i, mask))
    found: set[int] = set()
    for number, rows in by_sentence.items():
        if len(rows) == 1:
            found.add(rows[0][0])
        else:
            found.update(subsequence(rows, lengths[number]))
    return found
