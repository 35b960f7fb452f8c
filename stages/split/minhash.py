"""MinHash with banding (Broder 1997) by rensa, a native library, where it is installed, else by datasketch.

The two hash differently, so that they propose different pairs. What is proposed is decided by the exact similarity, and
both banding miss a pair at the threshold once in ten million at most, so that the splits are the same.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable
from importlib.util import find_spec
from typing import Any

MOST_MISSED = 1e-7
SEED = 1

Signature = Any
"""What a library makes of a set."""


class Proposals(ABC):
    """Sets under numbers, by what a library makes of them; `index` is the library's own."""

    def __init__(self, index: Any) -> None:
        self._index = index

    @abstractmethod
    def signature(self, one: Collection[str]) -> Signature:
        """What stands for a set; asked about and put in, a set needs it once."""

    def insert(self, number: int, signature: Signature) -> None:
        """Put a set under a number, 0 or more and of no other set: rensa's keys are unsigned."""
        self._index.insert(number, signature)

    def query(self, signature: Signature) -> Iterable[int]:
        """Numbers of sets that may be near, in any order."""
        found: list[int] = self._index.query(signature)
        return found


class Datasketch(Proposals):
    """Proposals by datasketch, which is Python and numpy."""

    def __init__(self, count: int, rows: int) -> None:
        from datasketch import MinHash, MinHashLSH

        super().__init__(MinHashLSH(num_perm=count * rows, params=(count, rows)))
        self._empty = MinHash(num_perm=count * rows)

    def signature(self, one: Collection[str]) -> Signature:
        # Copied, because drawing the permutations costs as much as using them.
        signature = self._empty.copy()
        signature.update_batch([shingle.encode() for shingle in one])
        return signature


class Rensa(Proposals):
    """Proposals by rensa, which is Rust.

    Its slots are drawn without replacement rather than independently (fast similarity sketching, Dahlgaard, Knudsen and
    Thorup 2017): the number of bands that a pair shares has the same mean, to one percent, and a smaller spread, as
    docs/splitting.md has it measured.
    """

    def __init__(self, count: int, rows: int) -> None:
        from rensa import RMinHash, RMinHashLSH

        self._made: Callable[..., Any] = RMinHash
        self._slots = count * rows
        # The threshold is of a check that `query` does not make.
        super().__init__(RMinHashLSH(threshold=0.0, num_perm=self._slots, num_bands=count))

    def signature(self, one: Collection[str]) -> Signature:
        signature = self._made(num_perm=self._slots, seed=SEED)
        signature.update(list(one))
        return signature


def proposals(count: int, rows: int) -> Proposals:
    """An empty index of so many bands of so many rows, by the faster library that is installed."""
    return Rensa(count, rows) if find_spec("rensa") else Datasketch(count, rows)


def bands(threshold: float, permutations: int) -> tuple[int, int]:
    """Bands and rows a band: the most selective banding that misses a pair at the threshold with p <= 1e-7.

    A pair of similarity s shares a band of r rows with p = s^r, so b bands miss it with (1 - s^r)^b. Few permutations
    and a low threshold may allow no such banding; then a row a band, the most sensitive one, is used.
    """
    for rows in range(permutations // 2, 1, -1):
        if (1 - threshold**rows) ** (permutations // rows) <= MOST_MISSED:
            return permutations // rows, rows
    return permutations, 1
